/** What of a folder becomes a layer: its own files, not what the kernel or a mount shows in it. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from 'vitest';
import { isLeftOut, tarFolder } from './folder-tar.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('proc, sys and dev of the root are empty folders, also where they are none of the kernel', async () => {
  for (const path of ['proc/1/maps', 'sys/a', 'dev/b', 'srv/proc/kept', 'etc/os-release']) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), path);
  }
  const tar = (await buffer(tarFolder(root, 100))).toString('latin1');
  for (const name of ['proc/', 'srv/proc/kept', 'etc/os-release']) expect(tar).toContain(name);
  for (const name of ['proc/1', 'sys/a', 'dev/b']) expect(tar).not.toContain(name);
});

const mounted = statSync('/dev/shm', { throwIfNoEntry: false })?.dev;
const hasMount = mounted !== undefined && mounted !== statSync('/dev').dev;

it.skipIf(!hasMount)('a real mount below the folder is not entered (needs /dev/shm)', async () => {
  const inside = mkdtempSync('/dev/shm/assay-folder-');
  try {
    const tar = (await buffer(tarFolder('/dev', 10_000))).toString('latin1');
    expect(tar).toContain('shm/');
    expect(tar).not.toContain(inside.slice('/dev/'.length));
  } finally {
    rmSync(inside, { recursive: true });
  }
});

describe('a mount', () => {
  it.each(['run', 'home', 'boot/efi', 'mnt/usr', 'variety'])('at %s is left out', (path) => {
    expect(isLeftOut(path, true)).toBe(true);
    expect(isLeftOut(path, false)).toBe(false);
  });

  it.each(['var', 'usr', 'lib/apk', 'var/lib/dpkg', 'etc'])('at %s is refused', (path) => {
    expect(() => isLeftOut(path, true)).toThrow(`${path} is a mount of its own`);
    expect(isLeftOut(path, false)).toBe(false);
  });
});
