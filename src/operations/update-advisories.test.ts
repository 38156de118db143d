/** Advisories are fetched where they changed, taken as a whole or not at all, and by one at a time. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import {
  type FeedMirror,
  type Interception,
  debianRecord,
  startFeedMirror,
} from '../../test/support/feed-mirror.ts';
import type { FeedReport } from '../domain/advisory-feed.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { DAY, HOUR, SECOND, formatTime } from '../domain/time.ts';
import { readFeedSettings } from '../feed-config.ts';
import { findAdvisories, listAdvisorySources } from '../store/advisory-rows.ts';
import { EPSS_LIMITS } from '../scanner/advisories/parse-epss.ts';
import { listFeeds } from '../store/feed-rows.ts';
import { findRunTime } from '../store/job-rows.ts';
import { takeJobNow } from './job-lease.ts';
import { planRefresh, refreshAdvisories } from './refresh-advisories.ts';
import { REFRESH_JOB, type UpdateInput, updateAdvisories } from './update-advisories.ts';

const caller: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
let mirror: FeedMirror;
let fake: FakeDeps;
let now = NOW;

beforeEach(async () => {
  now = NOW;
  mirror = await startFeedMirror();
  fake = await openWith({});
});
afterEach(async () => {
  await fake.close();
  await mirror.close();
});

async function openWith(options: Record<string, string | boolean>): Promise<FakeDeps> {
  const { signal } = new AbortController();
  const randomBytes = (count: number): Uint8Array => new Uint8Array(count).fill(128);
  const opened = await openFakeDeps({ now: () => now, randomBytes });
  const feeds = readFeedSettings(
    { osvUrl: mirror.url, ecosystem: 'Debian', advisoriesSource: 'osv', ...options },
    { data: opened.folder, stopping: signal },
  );
  return { ...opened, deps: { ...opened.deps, feeds } };
}

function publish(...records: readonly ReturnType<typeof debianRecord>[]): void {
  mirror.publish({ Debian: records });
}

async function update(input: Partial<UpdateInput> = {}): Promise<readonly FeedReport[]> {
  mirror.log.length = 0;
  return updateAdvisories(fake.deps, { caller, ...input });
}

async function idsInForce(): Promise<readonly string[]> {
  const [found = []] = await findAdvisories(fake.deps.store, [
    { ecosystem: 'Debian:12', name: 'zlib' },
  ]);
  return found.map(({ id }) => id).toSorted();
}

const A = debianRecord('A-1', NOW - 3 * DAY);
const B = debianRecord('B-1', NOW - 2 * DAY);

describe('records that changed are fetched alone:', () => {
  it('a changed and a new one, and no other', async () => {
    publish(A, B);
    await update();
    publish(debianRecord('A-1', NOW - HOUR, { summary: 'again' }), B, C);
    expect(await update()).toEqual([
      { name: 'osv:Debian', outcome: 'delta', records: 2, requests: 2 },
    ]);
    expect(mirror.log.toSorted()).toEqual([
      '200 /Debian/A-1.json',
      '200 /Debian/C-1.json',
      '200 /modified_id.csv',
    ]);
    expect(await idsInForce()).toEqual(['A-1', 'B-1', 'C-1']);
    expect((await listFeeds(fake.deps.store))[1]).toMatchObject({ records: 3 });
    expect(await update()).toMatchObject([{ outcome: 'unchanged', requests: 0 }]);
  });

  it('a withdrawn one no longer matches', async () => {
    publish(A, B);
    await update();
    publish(debianRecord('A-1', NOW - HOUR, { withdrawn: formatTime(NOW - HOUR) }), B);
    expect(await update()).toMatchObject([{ outcome: 'delta', records: 1 }]);
    const [found = []] = await findAdvisories(fake.deps.store, [
      { ecosystem: 'Debian:12', name: 'zlib' },
    ]);
    expect(found.find(({ id }) => id === 'A-1')).toMatchObject({ withdrawn: NOW - HOUR });
  });

  it('by the ecosystem’s own index where the mirror has none of all', async () => {
    publish(A);
    mirror.remove('modified_id.csv');
    await update();
    publish(A, C);
    mirror.remove('modified_id.csv');
    expect(await update()).toMatchObject([{ outcome: 'delta', records: 1 }]);
    expect(mirror.log).toContain('200 /Debian/modified_id.csv');
  });

  it('of another source they stay alone', async () => {
    mirror.publish({ Debian: [A], npm: [B] });
    await update();
    mirror.publish({ Debian: [A], npm: [C] });
    expect(await update()).toMatchObject([{ outcome: 'unchanged' }]);
  });

  it('too many of them are the whole', async () => {
    publish(A);
    await update();
    publish(A, ...Array.from({ length: 2001 }, (_, n) => debianRecord(`D-${n}`, NOW - HOUR)));
    expect(await update()).toMatchObject([{ outcome: 'whole', records: 2002, requests: 1 }]);
  });

  it.each<[string, () => void, string]>([
    ['broken', () => mirror.put('Debian/C-1.json', '{"id":"C-1"'), 'C-1.json'],
    ['of no form', () => mirror.put('Debian/C-1.json', bad('C-1')), 'affected'],
    ['another one', () => mirror.put('Debian/C-1.json', JSON.stringify(B)), 'is the record'],
    ['older than told', () => mirror.put('Debian/C-1.json', stale('C-1')), 'older than its index'],
    ['not there', () => mirror.remove('Debian/C-1.json'), 'does not have it'],
    ['larger than any', () => mirror.intercept(answering('C-1', 200, HUGE)), 'larger'],
    [
      'elsewhere, in the own network',
      () => mirror.intercept(answering('C-1', 302, INNER)),
      '--allow-feed-host',
    ],
  ])('one that is %s leaves all as it was', async (_, breaking, named) => {
    publish(A, B);
    await update();
    publish(debianRecord('A-1', NOW - HOUR, { withdrawn: formatTime(NOW) }), B, C);
    breaking();
    const [report] = await update();
    expect(report).toMatchObject({ outcome: 'failed' });
    expect(report?.problem).toContain(named);
    expect(await idsInForce()).toEqual(['A-1', 'B-1']);
    const [found] = await findAdvisories(fake.deps.store, [
      { ecosystem: 'Debian:12', name: 'zlib' },
    ]);
    expect(found?.some(({ withdrawn }) => withdrawn !== undefined)).toBe(false);
    mirror.intercept(undefined);
    publish(A, B, C);
    expect(await update()).toMatchObject([{ outcome: 'delta' }]);
  });
});

const C = debianRecord('C-1', NOW - HOUR);
const HUGE = { 'content-length': 2 ** 30 };

function bad(id: string): string {
  return JSON.stringify({ id, modified: C.modified, affected: 5 });
}

function stale(id: string): string {
  return JSON.stringify(debianRecord(id, NOW - 9 * DAY));
}

describe('an ecosystem is fetched', () => {
  it('as a whole the first time, and not at all while nothing changed', async () => {
    publish(A, B);
    expect(await update()).toEqual([
      { name: 'osv:Debian', outcome: 'whole', records: 2, requests: 1 },
    ]);
    expect(mirror.log).toEqual(['200 /modified_id.csv', '200 /Debian/all.zip']);
    await update();
    expect(await update()).toMatchObject([{ outcome: 'unchanged', requests: 0 }]);
    expect(mirror.log).toEqual(['304 /modified_id.csv']);
    expect(await idsInForce()).toEqual(['A-1', 'B-1']);
  });

  it('anew after a week, since no index tells what is no longer published', async () => {
    publish(A, B);
    await update();
    publish(B);
    now = NOW + 8 * DAY;
    expect(await update()).toMatchObject([{ outcome: 'whole', records: 1 }]);
    expect(await idsInForce()).toEqual(['B-1']);
  });

  it('by its ETag where the mirror has no index', async () => {
    publish(A);
    for (const path of ['modified_id.csv', 'Debian/modified_id.csv']) mirror.remove(path);
    await update();
    expect(await update()).toMatchObject([{ outcome: 'unchanged' }]);
    expect(mirror.log.at(-1)).toBe('304 /Debian/all.zip');
  });

  it('anew where somebody imported other data meanwhile', async () => {
    publish(A);
    await update();
    const memo = fake.deps.store.sql.selectFrom('advisory_family').select('generation');
    expect(await fake.deps.store.all(memo)).toHaveLength(1);
    await fake.deps.store.write(async (tx) => {
      await tx.run(tx.sql.updateTable('advisory_family').set({ generation: 99 }));
    });
    expect(await update()).toMatchObject([{ outcome: 'whole' }]);
  });

  it('not where nobody asked for it and the mirror has none', async () => {
    fake = await reopen({ ecosystem: '' });
    publish(A);
    const reports = await update();
    expect(reports.find(({ name }) => name === 'osv:npm')).toMatchObject({ outcome: 'absent' });
    expect(reports.find(({ name }) => name === 'osv:Debian')).toMatchObject({ outcome: 'whole' });
  });
});

async function reopen(options: Record<string, string | boolean>): Promise<FakeDeps> {
  await fake.close();
  return openWith(options);
}

it('data are as new as the newest change that the mirror tells of any ecosystem', async () => {
  mirror.publish({ Debian: [A], npm: [debianRecord('N-1', NOW - HOUR)] });
  await update();
  expect(await listAdvisorySources(fake.deps.store)).toMatchObject([{ updated: NOW - HOUR }]);
});

it('what is fetched is all of its ecosystem, also a release that a change brings', async () => {
  publish(A);
  await update();
  const next = debianRecord('A-2', NOW + 1);
  publish(A, JSON.parse(JSON.stringify(next).replaceAll('Debian:12', 'Debian:14')));
  now = NOW + HOUR;
  expect(await update()).toMatchObject([{ outcome: 'delta' }]);
  const sources = await listAdvisorySources(fake.deps.store);
  expect(sources.map(({ ecosystem, complete }) => [ecosystem, complete])).toEqual([
    ['Debian:12', true],
    ['Debian:14', true],
  ]);
});

it('a mirror that says forever that nothing changed does not make data look new', async () => {
  publish(A);
  await update();
  now = NOW + 3 * DAY;
  mirror.intercept((request, response) => {
    if (request.headers['if-none-match'] === undefined) return false;
    response.writeHead(304).end();
    return true;
  });
  await update();
  const sources = await listAdvisorySources(fake.deps.store);
  expect(sources).toMatchObject([{ updated: NOW - 3 * DAY }]);
});

function answering(part: string, status: number, headers: object, body = ''): Interception {
  return (request, response) => {
    if (request.url?.includes(part) !== true) return false;
    response.writeHead(status, { ...headers }).end(body);
    return true;
  };
}

const INNER = { location: 'http://10.1.2.3/Debian/all.zip' };
const LINKED = { location: 'http://169.254.169.254/latest/meta-data' };
const FUTURE = debianRecord('A-2', NOW + 400 * DAY);
const md5 = createHash('md5').update('other').digest('base64');

describe('fails by name, and the earlier data stand, with', () => {
  it.each<[string, () => void, string]>([
    ['a truncated export', () => mirror.put('Debian/all.zip', 'PK\x03\x04 cut'), 'whole zip'],
    ['a record that is broken', () => publish(A, { id: 'X', modified: 'never' }), 'modified'],
    ['an error of the server', () => mirror.intercept(answering('all.zip', 500, {})), '500'],
    [
      'a redirect into the own network',
      () => mirror.intercept(answering('all.zip', 302, INNER)),
      '10.1.2.3',
    ],
    [
      'a redirect to where clouds hand out credentials',
      () => mirror.intercept(answering('all.zip', 302, LINKED)),
      'metadata',
    ],
    [
      'redirects in a ring',
      () => mirror.intercept(answering('all.zip', 302, { location: '/all.zip' })),
      'more than 3 times',
    ],
    [
      'an announced length beyond the cap',
      () => mirror.intercept(answering('all.zip', 200, { 'content-length': 2 ** 45 })),
      'larger',
    ],
    [
      'other bytes than their hash says',
      () => mirror.intercept(answering('all.zip', 200, { 'x-goog-hash': `md5=${md5}` }, 'PK')),
      'hash',
    ],
    [
      'compression that nobody asked for',
      () => mirror.intercept(answering('all.zip', 200, { 'content-encoding': 'gzip' }, 'x')),
      'compressed',
    ],
    ['an ecosystem that is gone', () => mirror.remove('Debian/all.zip'), 'no Debian/all.zip'],
    ['a change of the future', () => publish(A, FUTURE), 'to come'],
  ])('%s', async (_, breaking, named) => {
    publish(A);
    await update();
    now = NOW + 8 * DAY;
    breaking();
    const reports = await update();
    const failed = reports.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ problem }) => problem).join()).toContain(named);
    expect((await idsInForce()).includes('A-1')).toBe(true);
    const feeds = await listFeeds(fake.deps.store);
    expect(feeds.find(({ failures }) => failures > 0)).toMatchObject({ failuresEver: 1 });
  });

  it.each([
    ['an id that climbs', `${A.modified},Debian/../../etc/passwd\n`],
    ['an id with two dots', `${A.modified},Debian/A..1\n`],
    ['a name with a NUL', `${A.modified},Debian/A\u00001\n`],
    ['no comma', 'Debian\n'],
    ['no time', 'yesterday,Debian/A-1\n'],
    ['a line without an end', 'x'.repeat(5000)],
  ])('an index with %s', async (_, index) => {
    publish(A);
    await update();
    mirror.put('modified_id.csv', index);
    mirror.put('Debian/modified_id.csv', index);
    const reports = await update();
    expect(reports.map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
    expect(reports[0]?.problem).toContain('index of changes');
    expect(await idsInForce()).toEqual(['A-1']);
  });
});

it('an index in disorder tells nothing: the whole is fetched', async () => {
  publish(A, B);
  await update();
  for (const prefix of ['Debian/', '']) {
    const path = prefix === '' ? 'Debian/' : '';
    const lines = [A, B].map(({ modified, id }) => `${modified},${path}${id}\n`).join('');
    mirror.put(`${prefix}modified_id.csv`, lines);
  }
  expect(await update()).toMatchObject([{ outcome: 'unchanged' }]);
  expect(mirror.log).toContain('304 /Debian/all.zip');
});

describe('one process at a time', () => {
  it('refuses a second update while one is under way', async () => {
    await takeJobNow(fake.deps, REFRESH_JOB);
    await expect(update()).rejects.toMatchObject({ code: 'aborted' });
    now += 31 * SECOND;
    publish(A);
    expect(await update()).toMatchObject([{ outcome: 'whole' }]);
  });
});

it('offline refuses, and plans nothing', async () => {
  fake = await reopen({ offline: true, advisoriesRefresh: '6h' });
  await expect(update()).rejects.toMatchObject({ code: 'failed-precondition' });
  await planRefresh(fake.deps);
  expect(await findRunTime(fake.deps.store, REFRESH_JOB)).toBeUndefined();
  expect(mirror.log).toEqual([]);
});

it('nobody but an admin', async () => {
  const viewer: Caller = { name: 'v', grants: [{ role: 'viewer' }] };
  await expect(update({ caller: viewer })).rejects.toMatchObject({ code: 'permission-denied' });
});

it('a process that stops ends what is under way, which is no fault of the source', async () => {
  const stopping = new AbortController();
  const { feeds } = fake.deps;
  if (feeds === undefined) return;
  const deps = { ...fake.deps, feeds: { ...feeds, stopping: stopping.signal } };
  mirror.intercept(() => {
    stopping.abort(new AssayError('aborted', 'the server stops'));
    return true;
  });
  await expect(updateAdvisories(deps, { caller })).rejects.toThrow('the server stops');
  expect(await listFeeds(deps.store)).toEqual([]);
  // Another may go on at once.
  expect(await findRunTime(deps.store, REFRESH_JOB)).toBe(NOW);
  expect(await takeJobNow(deps, REFRESH_JOB)).toMatchObject({ taken: 2 });
});

it('and ends it between two parts of an import, of which nothing is then seen', async () => {
  const stopping = new AbortController();
  const { feeds } = fake.deps;
  if (feeds === undefined) return;
  const progress = (text: string): void => {
    if (/^Debian: \d+ records$/.test(text)) stopping.abort(new AssayError('aborted', 'it stops'));
  };
  const deps = { ...fake.deps, progress, feeds: { ...feeds, stopping: stopping.signal } };
  publish(...Array.from({ length: 600 }, (_, n) => debianRecord(`D-${n}`, NOW - DAY)));
  await expect(updateAdvisories(deps, { caller })).rejects.toThrow('it stops');
  expect(await idsInForce()).toEqual([]);
});

describe('unasked', () => {
  it('is planned soon, then as often as told, and sooner after a failure', async () => {
    fake = await reopen({ advisoriesRefresh: '6h' });
    const { deps } = fake;
    publish(A);
    await planRefresh(deps);
    expect(await findRunTime(deps.store, REFRESH_JOB)).toBeLessThan(NOW + 60 * SECOND);
    const run = async (): Promise<number> => {
      const job = await takeJobNow(deps, REFRESH_JOB);
      if (job !== undefined) await refreshAdvisories(deps, job);
      return ((await findRunTime(deps.store, REFRESH_JOB)) ?? 0) - now;
    };
    const planned = await run();
    expect(planned).toBeGreaterThan(5 * HOUR);
    expect(planned).toBeLessThan(7 * HOUR);
    mirror.intercept(answering('', 503, {}));
    expect(await run()).toBeLessThan(HOUR);
  });
});

describe('a source that is one file', () => {
  const catalog = (version: string, cve: string): string =>
    JSON.stringify({
      title: 'CISA Catalog of Known Exploited Vulnerabilities',
      catalogVersion: version,
      dateReleased: formatTime(NOW - DAY),
      count: 1,
      vulnerabilities: [
        {
          cveID: cve,
          vendorProject: 'V',
          product: 'P',
          vulnerabilityName: 'N',
          dateAdded: '2026-11-01',
          shortDescription: 'S',
          requiredAction: 'R',
          dueDate: '2026-11-22',
          knownRansomwareCampaignUse: 'Unknown',
          notes: '',
          cwes: [],
        },
      ],
    });
  const path = 'known_exploited_vulnerabilities.json';
  const reopenFor = (name: string, file: string): Promise<FakeDeps> =>
    reopen({ advisoriesSource: name, feedUrl: `${name}=${mirror.url}/${file}` });

  it('is fetched where it changed', async () => {
    fake = await reopenFor('kev', path);
    mirror.put(path, catalog('2026.11.19', 'CVE-2026-0001'));
    expect(await update()).toMatchObject([{ name: 'kev', outcome: 'whole', records: 1 }]);
    expect(await update()).toMatchObject([{ name: 'kev', outcome: 'unchanged', requests: 1 }]);
    mirror.put(path, catalog('2026.11.20', 'CVE-2026-0002'));
    expect(await update()).toMatchObject([{ outcome: 'whole' }]);
    mirror.put(path, '{"catalogVersion"');
    expect(await update()).toMatchObject([{ name: 'kev', outcome: 'failed' }]);
    mirror.remove(path);
    expect((await update())[0]?.problem).toContain('check its --feed-url');
    mirror.put(path, '{}');
    // What is told to viewers names no folder of the server.
    expect((await update())[0]?.problem).toMatch(/^kev\//);
  });

  it('may be compressed, and no bomb', async () => {
    const file = 'epss_scores-current.csv.gz';
    const head = '#model_version:v2026.03.16,score_date:2026-11-20T00:00:00+0000\n';
    const scores = `${head}cve,epss,percentile\nCVE-2026-0001,0.5,0.9\n`;
    fake = await reopenFor('epss', file);
    mirror.put(file, gzipSync(scores));
    expect(await update()).toMatchObject([{ name: 'epss', outcome: 'whole', records: 1 }]);
    const beyond = Buffer.alloc(EPSS_LIMITS.bytes + 1, scores);
    mirror.put(file, gzipSync(beyond, { level: 1 }));
    const problem = expect.stringContaining(`${EPSS_LIMITS.bytes}`);
    expect(await update()).toMatchObject([{ name: 'epss', outcome: 'failed', problem }]);
    expect((await listFeeds(fake.deps.store))[0]).toMatchObject({ records: 1, failures: 1 });
  });
});
