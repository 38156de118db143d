/** Names inside a tar that try to be somewhere else. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanEntryPath } from './entry-path.ts';

it.each([
  ['plain', 'etc/passwd', 'etc/passwd', false],
  ['leading dot', './etc/passwd', 'etc/passwd', false],
  ['absolute', '/etc/passwd', 'etc/passwd', false],
  ['trailing slash', 'etc/', 'etc', false],
  ['doubled slashes', 'etc//a///b', 'etc/a/b', false],
  ['dots inside', 'a/./b/../c', 'a/c', false],
  ['the root', './', '', false],
  ['names that only begin with dots', '..a/.b/...', '..a/.b/...', false],
  ['traversal at the start', '../etc/passwd', 'etc/passwd', true],
  ['traversal after a directory', 'a/../../etc', 'etc', true],
  ['absolute traversal', '/../etc', 'etc', true],
])('%s', (_fact, name, path, outside) => {
  expect(cleanEntryPath(name)).toEqual({ path, outside });
});

it('never leaves a part that is empty, "." or ".."', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b');
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const { path } = cleanEntryPath(parts.join('/'));
      expect(path === '' || path.split('/').every((kept) => /^[ab]$/.test(kept))).toBe(true);
    }),
  );
});
