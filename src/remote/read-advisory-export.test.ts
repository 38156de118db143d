/** Advisory exports as published, and archives that are damaged, hostile or far too large. */
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { type ZipItem, makeZip } from '../../test/support/make-zip.ts';
import { parseTime } from '../domain/time.ts';
import { EXPORT_LIMITS, readExportRecords } from './advisory-export.ts';
import { readAdvisoryExport } from './read-advisory-export.ts';

async function folder(files: Readonly<Record<string, Buffer | string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'assay-osv-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

/** What has `{"list"` in it is a list; else all JSON is a record. */
const READING = {
  headBytes: 100,
  recognise: ({ name, head }: { name: string; head: string }): string | undefined => {
    if (head.includes('{"list"')) return 'list';
    return name.endsWith('.json') || name === 'all.zip' ? 'record' : undefined;
  },
};

async function readAll(path: string, limits = {}): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  const reading = { ...READING, limits: { ...EXPORT_LIMITS, ...limits } };
  for await (const item of readAdvisoryExport(path, reading)) {
    const texts = (found[item.name] ??= []);
    for await (const record of readExportRecords(item))
      texts.push(Buffer.from(record.bytes).toString());
  }
  return found;
}

const record = (id: number): ZipItem => ({ name: `OSV-${id}.json`, text: `{"id":${id}}` });

describe('readAdvisoryExport', () => {
  it('reads ecosystems of a folder in order, one level and more below', async () => {
    const root = await folder({
      'Debian/all.zip': makeZip([record(1), { ...record(2), method: 0 }]),
      'Debian/native.zip': 'not read beside all.zip',
      'Debian/OSV-1.json': 'not read beside all.zip either',
      'made/Alpine/all.zip': makeZip([record(3)]),
      'npm/OSV-4.json': '{"id":4}',
      'SOURCES.md': 'no record',
    });
    expect(await readAll(root)).toEqual({
      Debian: ['{"id":1}', '{"id":2}'],
      Alpine: ['{"id":3}'],
      npm: ['{"id":4}'],
    });
  });

  it('reads one zip, also behind a link, and passes over what is no record', async () => {
    const items = [{ name: 'a/', text: '' }, { name: 'a/README.md', text: 'x' }, record(1)];
    const root = await folder({ 'Go.zip': makeZip(items) });
    await symlink('Go.zip', join(root, 'link.zip'));
    expect(await readAll(join(root, 'Go.zip'))).toEqual({ Go: ['{"id":1}'] });
    expect(await readAll(join(root, 'link.zip'))).toEqual({ link: ['{"id":1}'] });
  });

  it('takes the date that an export carries, and no other', async () => {
    const date = '2026-11-20T00:00:00Z';
    const root = await folder({
      'a/all.zip': makeZip([record(1)]),
      'b/all.zip': makeZip([record(1)]),
      'b/export.json': JSON.stringify({ exportDate: date }),
    });
    const dates: unknown[] = [];
    for await (const item of readAdvisoryExport(root, READING)) dates.push(item.exportDate);
    expect(dates).toEqual([undefined, parseTime(date)]);
  });

  it.each(['../../etc/cron.d/x.json', '/etc/x.json', 'a\\b.json', 'C:/x.json', '\u0000.json'])(
    'attack: the name %j is only a label',
    async (name) => {
      const root = await folder({ 'all.zip': makeZip([{ name, text: '{}' }]) });
      expect(Object.values(await readAll(root))).toEqual([['{}']]);
    },
  );

  it.each([
    ['no zip at all', Buffer.from('hello')],
    ['an empty file', Buffer.alloc(0)],
    ['one cut in the middle', makeZip([record(1), record(2)]).subarray(0, 90)],
    ['a wrong checksum', makeZip([{ ...record(1), crc: 1 }])],
    ['an encrypted record', makeZip([{ ...record(1), flags: 1 }])],
    ['an unknown compression', makeZip([{ ...record(1), method: 99 }])],
    ['damaged data', makeZip([record(1)]).fill(0xff, 41, 49)],
  ])('refuses %s by the name of the file', async (_, bytes) => {
    const root = await folder({ 'X/all.zip': bytes });
    const error: unknown = await readAll(root).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid-advisory' });
    expect(String(error)).toContain('X/all.zip');
  });

  it.each([
    ['too many records', { entries: 1 }],
    ['a record that is too large', { entryBytes: 7 }],
    ['too much in all', { totalBytes: 12 }],
  ])('attack: %s', async (_, limits) => {
    const root = await folder({ 'all.zip': makeZip([record(1), record(2)]) });
    await expect(readAll(root, limits)).rejects.toMatchObject({ code: 'too-large' });
  });

  it('attack: a record that inflates without measure', async () => {
    const bomb = { name: 'x.json', text: ' '.repeat(8_000_000) };
    const root = await folder({ 'all.zip': makeZip([bomb]) });
    await expect(readAll(root)).rejects.toMatchObject({ code: 'too-large' });
  });

  it.each([
    ['an empty folder', {}, 'invalid-advisory'],
    ['a malformed date', { 'all.zip': makeZip([]), 'export.json': '{}' }, 'invalid-advisory'],
  ])('refuses %s', async (_, files, code) => {
    await expect(readAll(await folder(files))).rejects.toMatchObject({ code });
  });

  it('refuses a path that is not there', async () => {
    await expect(readAll('/nonexistent')).rejects.toMatchObject({ code: 'not-found' });
  });
});
