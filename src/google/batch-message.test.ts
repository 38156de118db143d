import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import { batchNotesFromJson, batchOccurrencesFromJson, MAX_BATCH_SIZE } from './batch-message.ts';
import { noteFromJson } from './note-message.ts';
import { occurrenceFromJson } from './occurrence-message.ts';

const NOTE = { attestation: { hint: { humanReadableName: 'A' } } };
const BETA_NOTE = { attestationAuthority: { hint: { humanReadableName: 'A' } } };
const BUILD = { noteName: 'projects/p/notes/n', build: { provenance: { id: '1' } } };
const OCCURRENCE = { ...BUILD, resourceUri: 'https://r.example/a' };
const BETA_OCCURRENCE = { ...BUILD, resource: { uri: 'https://r.example/a' } };

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

function manyNotes(count: number): object {
  const ids = Array.from({ length: count }, (_, index) => [`n-${index}`, NOTE]);
  return { notes: Object.fromEntries(ids) as object };
}

describe('a batch of notes', () => {
  it.each([
    ['v1', NOTE],
    ['v1beta1', BETA_NOTE],
  ] as const)('in %s is what single creates would read', (version, note) => {
    expect(batchNotesFromJson(version, { notes: { a: note, 'CVE-2026-1': note } })).toEqual([
      { id: 'a', note: noteFromJson(version, note) },
      { id: 'CVE-2026-1', note: noteFromJson(version, note) },
    ]);
  });

  it('may have 1000', () => {
    expect(batchNotesFromJson('v1', manyNotes(MAX_BATCH_SIZE))).toHaveLength(1000);
  });

  it.each([
    ['none', {}, 'notes is missing: it is required'],
    ['null', { notes: null }, 'notes is missing'],
    ['a list', { notes: [NOTE] }, 'want an object of notes by their ids'],
    ['no object', [], 'request is []; want an object with notes'],
    ['nothing in it', { notes: {} }, 'notes has 0 items; one request creates 1 to 1000: give'],
    ['1001', manyNotes(1001), 'notes has 1001 items; one request creates 1 to 1000: send them in'],
    ['another field', { notes: { a: NOTE }, parent: 'x' }, 'request.parent is an unknown field'],
    ['a bad id', { notes: { a: NOTE, 'b/c': NOTE } }, 'notes["b/c"]: note id "b/c" is not 1 to'],
    ['an id of the language', '{"notes":{"__proto__":{}}}', 'notes.__proto__: note id'],
    ['a note without detail', { notes: { a: NOTE, b: {} } }, 'notes.b has no detail'],
    ['a note of null', { notes: { b: null } }, 'notes.b is null; want an object'],
    ['an unknown field', { notes: { b: { ...NOTE, x: 1 } } }, 'notes.b.x is an unknown field'],
    ['another kind', { notes: { b: { ...NOTE, kind: 'BUILD' } } }, 'notes.b.kind is "BUILD"'],
    ['two details', { notes: { b: { ...NOTE, secret: {} } } }, 'notes.b has both attestation'],
    [
      'a missing field',
      { notes: { 'a.b': { attestation: {} } } },
      'notes["a.b"].attestation.hint is missing',
    ],
  ])('with %s is refused', (_fact, body, message) => {
    const json: unknown = typeof body === 'string' ? JSON.parse(body) : body;
    expect(refusal(() => batchNotesFromJson('v1', json))).toContain(message);
  });
});

describe('a batch of occurrences', () => {
  it.each([
    ['v1', OCCURRENCE],
    ['v1beta1', BETA_OCCURRENCE],
  ] as const)('in %s is what single creates would read', (version, one) => {
    const read = occurrenceFromJson(version, one);
    expect(batchOccurrencesFromJson(version, { occurrences: [one, one] })).toEqual([read, read]);
  });

  it.each([
    ['none', {}, 'occurrences is missing: it is required'],
    ['an object', { occurrences: { a: OCCURRENCE } }, 'want a list of occurrences'],
    ['nothing in it', { occurrences: [] }, 'occurrences has 0 items'],
    [
      '1001',
      { occurrences: Array.from({ length: 1001 }, () => OCCURRENCE) },
      'occurrences has 1001 items; one request creates 1 to 1000: send them in several requests',
    ],
    [
      'no note',
      { occurrences: [OCCURRENCE, { ...OCCURRENCE, noteName: undefined }] },
      'occurrences[1].noteName is missing',
    ],
    [
      'a note’s bad name',
      { occurrences: [OCCURRENCE, OCCURRENCE, { ...OCCURRENCE, noteName: 'n' }] },
      'occurrences[2].noteName: name "n" is not of the form',
    ],
    [
      'a bad resource',
      { occurrences: [{ ...OCCURRENCE, resourceUri: 'a\u0000' }] },
      'occurrences[0].resourceUri: resource URL',
    ],
    [
      'no detail',
      { occurrences: [{ ...OCCURRENCE, build: null }] },
      'occurrences[0] has no detail',
    ],
    ['text', { occurrences: [OCCURRENCE, 'x'] }, 'occurrences[1] is "x"; want an object'],
  ])('with %s is refused', (_fact, body, message) => {
    expect(refusal(() => batchOccurrencesFromJson('v1', body))).toContain(message);
  });

  it('names v1beta1’s own fields', () => {
    const body = { occurrences: [{ ...BETA_OCCURRENCE, resource: { uri: 'a\n' } }] };
    const message = refusal(() => batchOccurrencesFromJson('v1beta1', body));
    expect(message).toContain('occurrences[0].resource.uri: resource URL');
  });
});
