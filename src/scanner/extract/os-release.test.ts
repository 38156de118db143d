/** os-release as systems write it, and the repositories of Alpine. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readApkRepositories, readOsRelease } from './os-release.ts';

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('readOsRelease', () => {
  it.each([
    ['plain', 'ID=debian\nVERSION_ID=12\n', 'debian', '12', ''],
    [
      'quoted',
      'ID="alpine"\nVERSION_ID=\'3.18.4\'\nPRETTY_NAME="Alpine"',
      'alpine',
      '3.18.4',
      'Alpine',
    ],
    ['escapes', 'PRETTY_NAME="a \\"b\\" \\$c"', '', '', 'a "b" $c'],
    ['comments and junk', '# ID=x\nnonsense\nID=debian', 'debian', '', ''],
    ['capitals', 'ID=Debian', 'debian', '', ''],
    ['the last of two', 'ID=alpine\nID=debian', 'debian', '', ''],
    ['NAME where there is no PRETTY_NAME', 'NAME=Thing', '', '', 'Thing'],
    ['nothing', '', '', '', ''],
  ])('%s', (_fact, text, id, versionId, prettyName) => {
    expect(readOsRelease(bytes(text))).toEqual({ id, versionId, prettyName });
  });

  it('any bytes give short texts', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (raw) => {
        expect(readOsRelease(raw).id.length).toBeLessThanOrEqual(64);
      }),
    );
  });
});

it.each([
  [
    'a release',
    'https://dl-cdn.example.org/alpine/v3.18/main\nhttps://x/alpine/v3.18/community\n',
    ['v3.18'],
  ],
  ['edge with a tag', '@testing https://x/alpine/edge/testing', ['edge']],
  ['two releases', 'http://x/v3.18/main\nhttp://x/v3.19/main', ['v3.18', 'v3.19']],
  ['a comment', '#https://x/alpine/edge/main', []],
  ['a local folder', '/media/cdrom/apks', []],
])('readApkRepositories: %s', (_fact, text, releases) => {
  expect(readApkRepositories(bytes(text))).toEqual(releases);
});
