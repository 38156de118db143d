/** Vendors' feeds: each in the way in which it is published, on samples made to their formats. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import { type FeedMirror, startFeedMirror } from '../../test/support/feed-mirror.ts';
import type { FeedReport } from '../domain/advisory-feed.ts';
import type { Caller } from '../domain/caller.ts';
import { DAY, HOUR, formatTime } from '../domain/time.ts';
import { readFeedSettings } from '../feed-config.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import { listAdvisoryTimes } from '../store/feed-rows.ts';
import { type FeedName, feedOf } from './feed-table.ts';
import { updateAdvisories } from './update-advisories.ts';

const caller: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
let mirror: FeedMirror;
let fake: FakeDeps;

beforeEach(async () => {
  mirror = await startFeedMirror();
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count);
  fake = await openFakeDeps({ randomBytes });
});
afterEach(async () => {
  await fake.close();
  await mirror.close();
});

async function update(name: FeedName, path: string): Promise<FeedReport> {
  mirror.log.length = 0;
  const options = { advisoriesSource: name, feedUrl: `${name}=${mirror.url}/${path}` };
  const place = { data: fake.folder, stopping: new AbortController().signal };
  const feeds = readFeedSettings(options, place);
  const [report] = await updateAdvisories({ ...fake.deps, feeds }, { caller });
  if (report === undefined) throw new Error('nothing was done');
  return report;
}

function sample(form: string, one: string): Buffer {
  const path = new URL(`../scanner/advisories/testdata/${form}/${one}`, import.meta.url);
  return readFileSync(path);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function families(): Promise<readonly string[]> {
  const sources = await listAdvisorySources(fake.deps.store);
  return [...new Set(sources.map(({ family }) => family))];
}

describe('a repository of rpm packages', () => {
  const errata = gzipSync(sample('amazon-updateinfo', 'repositories/input.xml'));
  const root = (hash: string, href = 'repodata/updateinfo.xml.gz'): string =>
    `<repomd><data type="primary"><location href="a"/></data><data type="updateinfo">
      <checksum type="sha256">${hash}</checksum><location href="${href}"/></data></repomd>`;

  beforeEach(() => {
    mirror.put('core/mirror.list', `${mirror.url}/core/1.0\n`);
    mirror.put('core/1.0/repodata/repomd.xml', root(sha256(errata)));
    mirror.put('core/1.0/repodata/updateinfo.xml.gz', errata);
  });

  it('is found by its list, and fetched where its hash changed', async () => {
    expect(await update('amazon-2', 'core/mirror.list')).toMatchObject({ outcome: 'whole' });
    expect(mirror.log).toHaveLength(3);
    expect(await families()).toEqual(['amazon-updateinfo amazon-2']);
    expect(await update('amazon-2', 'core/mirror.list')).toMatchObject({ outcome: 'unchanged' });
    expect(mirror.log).toHaveLength(2);
  });

  it.each<[string, () => void, string]>([
    [
      'a list that leads from here to a file',
      () => mirror.put('core/mirror.list', 'file:///etc\n'),
      'mirror.list',
    ],
    [
      'a list that leads into the own network',
      () => mirror.put('core/mirror.list', 'http://10.0.0.1/\n'),
      '10.0.0.1',
    ],
    [
      'a path that climbs',
      () => mirror.put('core/1.0/repodata/repomd.xml', root(sha256(errata), '../../x')),
      'leads elsewhere',
    ],
    [
      'other bytes than the root names',
      () => mirror.put('core/1.0/repodata/updateinfo.xml.gz', gzipSync('<updates/>')),
      'hash',
    ],
    [
      'a root without errata',
      () => mirror.put('core/1.0/repodata/repomd.xml', '<repomd/>'),
      'names no updateinfo',
    ],
    ['no root', () => mirror.remove('core/1.0/repodata/repomd.xml'), 'repomd.xml'],
  ])('%s fails by name', async (_, breaking, named) => {
    breaking();
    const report = await update('amazon-2', 'core/mirror.list');
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report.problem).toContain(named);
    expect(await families()).toEqual([]);
  });
});

describe('a folder of CSAF documents', () => {
  const [older, newer] = ['modules', 'statuses'].map((one) =>
    sample('redhat-csaf', `${one}/input.json`),
  ) as [Buffer, Buffer];
  const [olderCve, newerCve] = [older, newer].map(cveOf) as [string, string];
  const archive = 'vex/csaf_vex_2026-11-19.tar.zst';

  beforeEach(async () => {
    const tar = await tarOf({ [`2022/${olderCve}.json`]: older });
    mirror.put('vex/archive_latest.txt', 'csaf_vex_2026-11-19.tar.zst\n');
    mirror.put(archive, zstdCompressSync(tar));
    mirror.put(`${archive}.sha256`, `${sha256(zstdCompressSync(tar))}  csaf_vex.tar.zst\n`);
    mirror.put('vex/changes.csv', change(`2022/${olderCve}.json`, NOW - 9 * DAY));
    mirror.put('vex/deletions.csv', '');
  });

  it('is taken as its archive, then document by document, and what is gone goes', async () => {
    expect(await update('redhat', 'vex')).toMatchObject({ outcome: 'whole', records: 1 });
    const old = change(`2022/${olderCve}.json`, NOW - 9 * DAY);
    mirror.put('vex/changes.csv', change(`2024/${newerCve}.json`, NOW - HOUR) + old);
    mirror.put(`vex/2024/${newerCve}.json`, newer);
    expect(await update('redhat', 'vex')).toMatchObject({ outcome: 'delta', records: 1 });
    expect(mirror.log.toSorted()).toEqual([
      `200 /vex/2024/${newerCve}.json`,
      '200 /vex/changes.csv',
      '200 /vex/deletions.csv',
    ]);
    expect(await idsInForce()).toEqual([idOf(olderCve), idOf(newerCve)].toSorted());
    expect(await update('redhat', 'vex')).toMatchObject({ outcome: 'unchanged', requests: 1 });
    mirror.put('vex/changes.csv', change(`2024/${newerCve}.json`, NOW - HOUR / 2) + old);
    mirror.put('vex/deletions.csv', change(`2022/${olderCve}.json`, NOW - HOUR / 2));
    expect(await update('redhat', 'vex')).toMatchObject({ outcome: 'delta' });
    expect(await idsInForce()).toEqual([idOf(newerCve)]);
  });

  it.each<[string, () => void, string]>([
    ['another hash', () => mirror.put(`${archive}.sha256`, `${'0'.repeat(64)}  x`), 'hash'],
    ['a name that climbs', () => mirror.put('vex/archive_latest.txt', '../x.tar.zst'), 'names'],
    ['no archive', () => mirror.remove(archive), 'has no csaf_vex'],
  ])('%s of its archive fails by name', async (_, breaking, named) => {
    breaking();
    const report = await update('redhat', 'vex');
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report.problem).toContain(named);
  });

  it.each<[string, string, string]>([
    ['a path that climbs', change('../../etc/passwd', NOW), 'line 1'],
    ['a document that is none', change('2024/index.json', NOW), 'index.json'],
    ['one that is not there', change('2024/cve-2024-99999.json', NOW), 'does not have it'],
    ['lines of another form', '2024/cve-2024-1.json\n', 'line 1'],
  ])('changes with %s leave all as it was', async (_, changes, named) => {
    await update('redhat', 'vex');
    mirror.put('vex/changes.csv', changes);
    const report = await update('redhat', 'vex');
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report.problem).toContain(named);
    expect(await idsInForce()).toEqual([idOf(olderCve)]);
  });

  async function idsInForce(): Promise<readonly string[]> {
    const ids = [olderCve, newerCve].map(idOf);
    const times = await listAdvisoryTimes(fake.deps.store, 'Red Hat CSAF VEX', ids);
    return [...times.keys()].toSorted();
  }
});

it.each<[FeedName, string, string, string]>([
  ['debian', 'json', 'debian-tracker/states/input.json', 'Debian security tracker'],
  ['oracle', 'com.oracle.elsa-all.xml', 'oracle-oval/errata/input.xml', 'Oracle OVAL'],
])('%s is one file, told by what is in it', async (name, path, file, family) => {
  const [form = '', ...rest] = file.split('/');
  mirror.put(path, sample(form, rest.join('/')));
  expect(await update(name, path)).toMatchObject({ outcome: 'whole' });
  expect(await families()).toEqual([family]);
  expect(await update(name, path)).toMatchObject({ outcome: 'unchanged' });
});

it('what is packed by bzip2 is refused with what to do', async () => {
  expect(feedOf('oracle').url).toMatch(/\.bz2$/);
  mirror.put('com.oracle.elsa-all.xml.bz2', Buffer.from('BZh91AY&SY'));
  const report = await update('oracle', 'com.oracle.elsa-all.xml.bz2');
  expect(report.problem).toMatch(/bunzip2/);
});

function cveOf(document: Uint8Array): string {
  const { vulnerabilities } = JSON.parse(Buffer.from(document).toString()) as {
    vulnerabilities: { cve: string }[];
  };
  return vulnerabilities[0]?.cve.toLowerCase() ?? '';
}

function idOf(cve: string): string {
  return `REDHAT-${cve.toUpperCase()}`;
}

function change(path: string, time: number): string {
  return `"${path}","${formatTime(time)}"\n`;
}

function tarOf(files: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  tar.finalize();
  return buffer(tar);
}
