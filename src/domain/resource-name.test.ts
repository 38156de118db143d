/** Ids and names at their limits; an id never smuggles a second path segment. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attestorName,
  noteName,
  occurrenceName,
  parseAttestorId,
  parseAttestorName,
  parseClusterKey,
  parseNoteId,
  parseNoteName,
  parseOccurrenceName,
  parseProjectId,
} from './resource-name.ts';

describe('ids', () => {
  it.each([
    'default',
    'demo',
    'a',
    'my-project-1',
    'goog-analysis',
    'example.com:app',
    'a'.repeat(63),
  ])('takes the project %s', (text) => {
    expect(parseProjectId(text)).toBe(text);
  });

  it.each(
    [
      ['', 'a/b', 'A', '1a', 'a-', '-a', 'a_b', 'a.b', 'a b', '..', 'example.com:', ':a', 'a\n'],
      ['a'.repeat(64), 'Example.com:a', 'a:b:c', '%61', 'ä'],
    ].flat(),
  )('refuses the project %j', (text) => {
    expect(() => parseProjectId(text)).toThrow('project id');
  });

  it.each([
    'CVE-2026-1',
    'PACKAGE_VULNERABILITY',
    'RHSA-2026:1',
    'sbom-spdx-2.3',
    'a~b+c',
    'n'.repeat(128),
  ])('takes the note %s', (text) => {
    expect(parseNoteId(text)).toBe(text);
  });

  it.each(['', '.', '..', '-a', 'a/b', 'a%2fb', 'a b', 'a\n', 'n'.repeat(129), 'ä', 'a?b', 'a#b'])(
    'refuses the note %j',
    (text) => {
      expect(() => parseNoteId(text)).toThrow('note id');
    },
  );

  it.each(['test-attestor_1', 'A', 'a'.repeat(63)])('takes the attestor %s', (text) => {
    expect(parseAttestorId(text)).toBe(text);
  });

  it.each(['a'.repeat(64), 'a.b', '_a', ''])('refuses the attestor %j', (text) => {
    expect(() => parseAttestorId(text)).toThrow('attestor id');
  });
});

describe('names', () => {
  it('are read into their ids', () => {
    expect(parseNoteName('projects/p/notes/CVE-1')).toEqual({ project: 'p', note: 'CVE-1' });
    expect(parseNoteName('projects/p/locations/us/notes/n')).toEqual({
      project: 'p',
      location: 'us',
      note: 'n',
    });
    expect(parseOccurrenceName('projects/example.com:p/occurrences/o')).toEqual({
      project: 'example.com:p',
      occurrence: 'o',
    });
    expect(parseAttestorName('projects/p/attestors/a')).toEqual({ project: 'p', attestor: 'a' });
  });

  it.each([
    ['another collection', 'projects/p/occurrences/n'],
    ['a missing id', 'projects/p/notes/'],
    ['a missing project', 'projects//notes/n'],
    ['a longer name', 'projects/p/notes/n/x'],
    ['a leading slash', '/projects/p/notes/n'],
    ['a trailing slash', 'projects/p/notes/n/'],
    ['dots for a project', 'projects/../notes/n'],
    ['another beginning', 'providers/p/notes/n'],
    ['a location of dots', 'projects/p/locations/../notes/n'],
    ['nothing', ''],
  ])('refuse %s', (_fact, name) => {
    expect(() => parseNoteName(name)).toThrow(/^(name|project id|location) "/);
  });

  it('refuse a location of an attestor', () => {
    expect(() => parseAttestorName('projects/p/locations/us/attestors/a')).toThrow(
      'projects/PROJECT/attestors/ID',
    );
  });

  it('print and read as themselves, and never more than one id', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._~:+-]{0,20}$/), (id) => {
        expect(parseNoteName(noteName('p', id))).toEqual({ project: 'p', note: id });
        expect(parseOccurrenceName(occurrenceName('p', id)).occurrence).toBe(id);
      }),
    );
    expect(attestorName('p', 'a')).toBe('projects/p/attestors/a');
    expect(() => noteName('p', 'a/occurrences/b')).toThrow('note id');
  });
});

describe('parseClusterKey', () => {
  it.each([
    ['us-central1-a.prod', { location: 'us-central1-a', cluster: 'prod' }],
    ['home.1', { location: 'home', cluster: '1' }],
  ])('reads %s', (text, key) => {
    expect(parseClusterKey(text)).toEqual(key);
  });

  it.each(['', 'prod', '.prod', 'us.', 'us.a.b', 'US.prod', 'us.pro_d', 'us-.prod', 'us.prod\n'])(
    'refuses %j',
    (text) => {
      expect(() => parseClusterKey(text)).toThrow(/^(name|location|cluster id) /);
    },
  );
});
