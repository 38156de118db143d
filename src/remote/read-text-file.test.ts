/** Files that people name: caps, encodings, and what each failure tells them to do. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { fileProblem, readFileCapped, readTextFile } from './read-text-file.ts';

async function file(content: string | Buffer): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'assay-file-')), 'file');
  await writeFile(path, content);
  return path;
}

describe('readFileCapped', () => {
  it('reads up to the cap and no further', async () => {
    const path = await file('x'.repeat(100_000));
    expect((await readFileCapped(path, 100_000)).byteLength).toBe(100_000);
    await expect(readFileCapped(path, 99_999)).rejects.toMatchObject({ code: 'too-large' });
    await expect(readFileCapped('/dev/zero', 1000)).rejects.toMatchObject({ code: 'too-large' });
  });

  it.each([
    ['/nonexistent', 'not-found'],
    ['/etc/hostname/x', 'not-found'],
    ['/', 'invalid-argument'],
  ])('refuses %s as %s', async (path, code) => {
    await expect(readFileCapped(path, 10)).rejects.toMatchObject({ code });
  });
});

describe('readTextFile', () => {
  it('drops a byte order mark and refuses what is not UTF-8', async () => {
    expect(await readTextFile(await file('\uFEFFé'), 10)).toBe('é');
    const latin = await file(Buffer.from([0xe9, 0x21]));
    await expect(readTextFile(latin, 10)).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('fileProblem', () => {
  it.each([
    ['EACCES', 'failed-precondition', 'may not be read by this user'],
    ['EPERM', 'failed-precondition', 'may not be read by this user'],
    ['ELOOP', 'invalid-argument', 'symbolic link'],
    ['EIO', 'unavailable', 'EIO'],
  ])('of %s is %s', (system, code, text) => {
    const cause = Object.assign(new Error('x'), { code: system });
    const error = fileProblem('/a/b', cause);
    expect(error).toMatchObject({ code, cause });
    expect(error.message).toContain('/a/b');
    expect(error.message).toContain(text);
  });
});
