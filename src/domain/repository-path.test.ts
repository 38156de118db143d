/** Names below a registry become paths of files, so what is refused here matters most. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTag, parseManifestTarget, parseRepositoryPath, parseTag } from './repository-path.ts';

const HEX = 'a'.repeat(64);

describe('parseRepositoryPath', () => {
  it.each(['app', 'team/app', 'a/b/c-d_e.f__g', 'x--y', 'a'.repeat(255)])('takes %s', (text) => {
    expect(parseRepositoryPath(text)).toBe(text);
  });

  it.each([
    ['empty', ''],
    ['a way up', '../etc'],
    ['a way up inside', 'team/../../etc'],
    ['a dot', './app'],
    ['an empty part', 'team//app'],
    ['an absolute path', '/etc/passwd'],
    ['a folder of the registry itself', 'team/_manifests'],
    ['upper case', 'Team/app'],
    ['a backslash', 'team\\app'],
    ['a zero byte', 'team/app\0'],
    ['a line end', 'team/app\n'],
    ['a tag', 'team/app:v1'],
    ['a digest', `team/app@sha256:${HEX}`],
    ['256 characters', 'a'.repeat(256)],
    ['a scheme', 'https://team/app'],
  ])('refuses %s', (_attack, text) => {
    expect(() => parseRepositoryPath(text)).toThrow(/is not a name/);
  });

  it('never gives a path that leaves its folder', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('.', '..', '/', 'a', '_', '-', '%', ':', '@')),
        (parts) => {
          const text = parts.join('');
          try {
            parseRepositoryPath(text);
          } catch {
            return;
          }
          expect(text).toMatch(/^[a-z0-9](?:[a-z0-9/]|[._-]+[a-z0-9])*$/);
        },
      ),
    );
  });
});

describe('parseTag', () => {
  it.each(['v1', '_', 'A.b-c', 'a'.repeat(128)])('takes %s', (text) => {
    expect(parseTag(text)).toBe(text);
  });

  it.each(['', '.', '..', '-a', 'a/b', 'a:b', 'a@b', 'a\0', 'a\n', 'a'.repeat(129)])(
    'refuses %j',
    (text) => {
      expect(() => parseTag(text)).toThrow(/is not one/);
      expect(isTag(text)).toBe(false);
    },
  );
});

describe('parseManifestTarget', () => {
  it('tells tags from digests', () => {
    expect(parseManifestTarget('v1')).toEqual({ kind: 'tag', tag: 'v1' });
    const digest = `sha256:${HEX}`;
    expect(parseManifestTarget(digest)).toEqual({ kind: 'digest', digest });
  });

  it.each([`sha256:${HEX}0`, 'sha256:../../etc', 'md5:00', ':'])('refuses %s', (text) => {
    expect(() => parseManifestTarget(text)).toThrow(/digest/);
  });
});
