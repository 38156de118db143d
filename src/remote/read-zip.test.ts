/** Zips that are worth a thread are read as the small ones are, with the same errors and caps. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { makeZip } from '../../test/support/make-zip.ts';
import { readZip, type ZipLimits } from './read-zip.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-zip-'));
afterAll(() => rmSync(root, { recursive: true }));

const LIMITS: ZipLimits = { entries: 1000, entryBytes: 1e6, totalBytes: 1e9, ratio: 500 };

/** Texts that hardly compress: 2 MB or 20 kB in all. */
function texts(
  size: 'large' | 'small',
): readonly { readonly name: string; readonly text: string }[] {
  const bytes = size === 'large' ? 10_000 : 100;
  return Array.from({ length: 100 }, (_, index) => {
    return { name: `${index}.json`, text: randomBytes(bytes).toString('hex') };
  });
}

async function readAll(
  zip: Buffer,
  { limits = LIMITS, most = Infinity }: { limits?: ZipLimits; most?: number } = {},
): Promise<{ name: string; text: string }[]> {
  const path = join(root, 'all.zip');
  writeFileSync(path, zip);
  const read: { name: string; text: string }[] = [];
  for await (const { name, bytes } of readZip(path, { limits, wants: (one) => one !== '7.json' })) {
    read.push({ name, text: Buffer.from(bytes).toString('latin1') });
    if (read.length >= most) break;
  }
  return read;
}

describe.each(['large', 'small'] as const)('a %s zip', (size) => {
  const files = texts(size);
  const zip = makeZip(files);

  it('gives the wanted files in order, twice', async () => {
    const wanted = files.filter(({ name }) => name !== '7.json');
    expect(await readAll(zip)).toEqual(wanted);
    expect(await readAll(zip)).toEqual(wanted);
  });

  it('may be left in the middle', async () => {
    expect(await readAll(zip, { most: 3 })).toEqual(files.slice(0, 3));
  });

  it('names the file that is damaged', async () => {
    const damaged = Buffer.from(zip);
    const at = damaged.indexOf('60.json') + 200;
    damaged.fill(0xff, at, at + 20);
    await expect(readAll(damaged)).rejects.toMatchObject({
      code: 'invalid-advisory',
      message: expect.stringContaining('all.zip is not a whole zip archive') as string,
    });
  });

  it('is refused over a cap', async () => {
    const limits = { ...LIMITS, totalBytes: 5000 };
    await expect(readAll(zip, { limits })).rejects.toMatchObject({ code: 'too-large' });
  });
});
