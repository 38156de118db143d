import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeZip } from '../../test/support/make-zip.ts';
import { EXPORT_LIMITS } from '../remote/advisory-export.ts';
import { type ExportReader, openExportReader } from './export-reader.ts';
import type { FormExport } from './form-readings.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const record = (id: string, summary = ''): string =>
  JSON.stringify({
    id,
    summary,
    modified: '2024-01-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'Debian:12', name: 'openssl' }, versions: ['1'] }],
  });

/** So many bytes that are stored as they are make a zip that is worth a thread. */
const FILLING = 'x'.repeat(1024);

async function zipOf(name: string, texts: readonly string[]): Promise<FormExport> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-export-'));
  folders.push(folder);
  const path = join(folder, 'all.zip');
  const items = texts.map((text, at) => ({ name: `${at}.json`, text, method: 0 }));
  await writeFile(path, makeZip(items));
  return { name, path, form: 'osv', files: [path], limits: EXPORT_LIMITS };
}

const many = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, at) => record(`${prefix}-${at}`, FILLING));

async function idsOf(reader: ExportReader, found: FormExport): Promise<string[][]> {
  const batches: string[][] = [];
  for await (const batch of reader.read(found)) batches.push(batch.map(({ id }) => id));
  return batches;
}

describe('openExportReader', () => {
  it('reads large exports in a thread as it would here, one after another', async () => {
    const first = await zipOf('Debian', many('A', 1200));
    const second = await zipOf('Alpine', [record('B-0')]);
    const beside = await openExportReader([first, second]);
    const [large, small] = [await idsOf(beside, first), await idsOf(beside, second)];
    await beside.end();
    expect(large.map((batch) => batch.length)).toEqual([500, 500, 200]);
    expect(large.flat()).toEqual(Array.from({ length: 1200 }, (_, at) => `A-${at}`));
    expect(small).toEqual([['B-0']]);
    const here = await openExportReader([second]);
    expect(await idsOf(here, second)).toEqual(small);
  });

  it.each(['a thread', 'no thread'])('names the broken record (%s)', async (where) => {
    const texts = [...many('A', where === 'a thread' ? 700 : 1), '{"id":"BAD"}'];
    const found = await zipOf('Debian', texts);
    const reader = await openExportReader([found]);
    await expect(idsOf(reader, found)).rejects.toMatchObject({
      code: 'invalid-advisory',
      message: expect.stringMatching(
        /\.json in .*all\.zip: advisory "BAD": field modified is miss/,
      ),
    });
    await reader.end();
  });

  it('refuses exports out of their order', async () => {
    const first = await zipOf('Debian', many('A', 600));
    const second = await zipOf('Alpine', [record('B-0')]);
    const reader = await openExportReader([first, second]);
    await expect(idsOf(reader, second)).rejects.toThrow('asked for out of order');
    await reader.end();
  });

  it('ends its thread while that reads ahead', async () => {
    const found = await zipOf('Debian', many('A', 4000));
    const reader = await openExportReader([found]);
    for await (const batch of reader.read(found)) {
      expect(batch).toHaveLength(500);
      break;
    }
    await reader.end();
    await expect(idsOf(reader, found)).rejects.toThrow('the reading thread ended');
  });
});
