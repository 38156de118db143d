/** What an import refuses, so that data never look newer or emptier than they are. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import { makeZip } from '../../test/support/make-zip.ts';
import type { Caller } from '../domain/caller.ts';
import { DAY, formatTime } from '../domain/time.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import { importAdvisories } from './import-advisories.ts';
import type { ImportedAdvisories } from './import-forms.ts';

const caller: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
/** A zip without entries. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
let fake: FakeDeps;

beforeEach(async () => {
  fake = await openFakeDeps();
});
afterEach(() => fake.close());

function record(id: string, modified: number): string {
  const affected = [{ package: { ecosystem: 'Debian:12', name: 'a' }, versions: ['1'] }];
  return JSON.stringify({ id, modified: formatTime(modified), affected });
}

function write(files: Readonly<Record<string, string | Buffer>>): string {
  const root = join(fake.folder, `export-${Object.keys(files).join('-').replaceAll('/', '-')}`);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

function load(files: Readonly<Record<string, string | Buffer>>): Promise<ImportedAdvisories> {
  return importAdvisories(fake.deps, { caller, path: write(files) });
}

async function dates(): Promise<readonly (readonly [string, number])[]> {
  const sources = await listAdvisorySources(fake.deps.store);
  return sources.map((one) => [one.ecosystem, one.updated]);
}

const GOOD = { 'Debian/A-1.json': record('A-1', NOW - DAY) };

describe('refused before anything is taken, the earlier data stand:', () => {
  const future = JSON.stringify({ exportDate: formatTime(NOW + 2 * DAY) });
  it.each([
    ['a zip without a record', { 'Debian/all.zip': EMPTY_ZIP }, ['Debian/all.zip']],
    [
      'a feed without versions',
      {
        'Debian/A-2.json': record('A-2', NOW),
        'al/alas.rss':
          '<rss version="2.0"><channel><title>Amazon Linux Security</title></channel></rss>',
      },
      ['alas.rss', 'updateinfo.xml.gz'],
    ],
    [
      'an export dated in the future',
      { 'Debian/A-2.json': record('A-2', NOW), 'Debian/export.json': future },
      ['Debian', 'in the future'],
    ],
  ])('%s', async (_, files, named) => {
    await load(GOOD);
    const error: unknown = await load(files).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'invalid-advisory' });
    for (const part of named) expect(String(error)).toContain(part);
    expect(await dates()).toEqual([['Debian:12', NOW - DAY]]);
  });
});

it('exports of one name are one family: together they replace its earlier data', async () => {
  await load(GOOD);
  const both = { 'a/Debian/A-2.json': record('A-2', NOW), 'b/Debian/A-3.json': record('A-3', NOW) };
  const imported = await load(both);
  expect(imported.sources).toMatchObject([{ ecosystem: 'Debian:12', records: 2 }]);
  expect(await dates()).toEqual([['Debian:12', NOW]]);
});

describe('a source has all that is published', () => {
  const all = async (): Promise<readonly boolean[]> => {
    return (await listAdvisorySources(fake.deps.store)).map(({ complete }) => complete);
  };

  it('where that is said, not by a few records, and no longer once they replace it', async () => {
    await load(GOOD);
    expect(await all()).toEqual([false]);
    await importAdvisories(fake.deps, { caller, path: write(GOOD), complete: true });
    expect(await all()).toEqual([true]);
    await importAdvisories(fake.deps, { caller, path: write(GOOD), complete: false });
    expect(await all()).toEqual([false]);
  });

  it('whose date is its own: a newer sample beside it makes the rest no newer', async () => {
    const items = Array.from({ length: 1000 }, (_, at) => {
      const name = `Z-${at}`;
      return { name: `${name}.json`, text: record(name, NOW - 30 * DAY) };
    });
    const sample = { 'b/Debian/A-1.json': record('A-1', NOW) };
    await load({ 'a/Debian/all.zip': makeZip(items), ...sample });
    expect(await all()).toEqual([true]);
    expect(await dates()).toEqual([['Debian:12', NOW - 30 * DAY]]);
  });

  it('never by one record, whatever is said', async () => {
    const path = join(write(GOOD), 'Debian/A-1.json');
    const refused = importAdvisories(fake.deps, { caller, path, complete: true });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await all()).toEqual([]);
  });
});

describe("a source's date is", () => {
  it('when it was published, where that is told beside the data and not by them', async () => {
    const path = write(GOOD);
    await importAdvisories(fake.deps, { caller, path, published: NOW - 5 * DAY });
    expect(await dates()).toEqual([['Debian:12', NOW - 5 * DAY]]);
  });

  it('the newest change that is not in the future', async () => {
    await load({ ...GOOD, 'Debian/A-2.json': record('A-2', NOW + 400 * DAY) });
    expect(await dates()).toEqual([['Debian:12', NOW - DAY]]);
  });

  it('the newest that can be believed: Go writes the year 1 where it says nothing', async () => {
    const [year1, published] = ['0001-01-01T00:00:00Z', formatTime(NOW - 9 * DAY)];
    const bare = JSON.parse(record('G-1', NOW)) as object;
    const first = JSON.stringify({ ...bare, modified: year1, published: year1 });
    await load({ 'Debian/G-1.json': first });
    expect(await dates()).toEqual([['Debian:12', 0]]);
    const second = JSON.stringify({ ...bare, id: 'G-2', modified: year1, published });
    await load({ 'Debian/G-1.json': first, 'Debian/G-2.json': second });
    expect(await dates()).toEqual([['Debian:12', NOW - 9 * DAY]]);
  });

  it('not known where every change is in the future', async () => {
    await load({ 'Debian/A-2.json': record('A-2', NOW + 400 * DAY) });
    expect(await dates()).toEqual([['Debian:12', 0]]);
  });
});

it('an import is told in the audit trail, a refused one is not', async () => {
  await load(GOOD);
  await load({ 'Debian/all.zip': EMPTY_ZIP }).catch(() => undefined);
  const { store } = fake.deps;
  const rows = await store.all(store.sql.selectFrom('audit').select(['action', 'resource']));
  expect(rows).toEqual([{ action: 'import-advisories', resource: 'advisories/Debian' }]);
});
