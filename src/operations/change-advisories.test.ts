/**
 * Changes of single records leave what a whole import of the same records leaves; what they do not
 * concern is not matched again.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import { debianPackage, imageDigest, keepScanned } from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import { formatTime } from '../domain/time.ts';
import { runDueJobs } from '../jobs/run-jobs.ts';
import { MATCHING_LANES } from '../jobs/matching-lanes.ts';
import type { AdvisoryRecord } from '../remote/advisory-export.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import { findMatches } from '../store/match-rows.ts';
import { type AdvisoryChanges, changeAdvisories } from './change-advisories.ts';
import type { Deps } from './deps.ts';
import { importAdvisories } from './import-advisories.ts';
import { matchPackages } from './match-packages.ts';

const caller: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
const NAMES = ['a', 'b', 'c'];
const VERSIONS = ['1', '2', '3'];
let fake: FakeDeps;
let imports = 0;

beforeEach(async () => {
  fake = await openFakeDeps();
});
afterEach(() => fake.close());

interface Content {
  readonly name: string;
  readonly fixed: string;
  readonly withdrawn?: boolean;
}

/** Records by id. */
type Family = ReadonlyMap<string, Content>;

function record(id: string, { name, fixed, withdrawn = false }: Content): AdvisoryRecord {
  const events = [{ introduced: '0' }, { fixed }];
  const affected = [
    { package: { ecosystem: 'Debian:12', name }, ranges: [{ type: 'ECOSYSTEM', events }] },
  ];
  const modified = formatTime(NOW);
  const body = { id, modified, affected, ...(withdrawn && { withdrawn: modified }) };
  return { name: `${id}.json`, bytes: new TextEncoder().encode(JSON.stringify(body)) };
}

async function* recordsOf(family: Iterable<readonly [string, Content]>) {
  for (const [id, content] of family) yield record(id, content);
}

function change(
  deps: Deps,
  records: Iterable<readonly [string, Content]>,
  more: Partial<AdvisoryChanges> = {},
) {
  const removed: readonly string[] = [];
  const given = { caller, family: 'Debian', records: recordsOf(records), removed, ...more };
  return changeAdvisories(deps, given);
}

/** An import of a folder with these records and no others. */
async function whole(deps: Deps, family: Family): Promise<void> {
  const path = join(fake.folder, `import-${(imports += 1)}`, 'Debian');
  mkdirSync(path, { recursive: true });
  for await (const { name, bytes } of recordsOf(family)) writeFileSync(join(path, name), bytes);
  await importAdvisories(deps, { caller, path });
}

/** An image with every name in every version. */
async function keepImage(deps: Deps): Promise<void> {
  const packages = NAMES.flatMap((name) => VERSIONS.map((version) => debianPackage(name, version)));
  const image = { project: 'p', repository: 'r.test/a', digest: imageDigest(1), packages };
  await keepScanned(deps.store, { ...image, time: NOW });
}

const ALL = NAMES.flatMap((_, name) => VERSIONS.map((__, version) => 3 * name + version + 1));

/** What is kept of every package, and whether it is true as it stands. */
async function kept({ store }: Deps) {
  const found = await findMatches(store, ALL);
  return found.map(({ packageId, stale, matches }) => ({ packageId, stale, matches }));
}

async function matchInBackground(deps: Deps): Promise<number> {
  let turns = 0;
  for (const lane of MATCHING_LANES) turns += await runDueJobs(deps, lane);
  return turns;
}

const content = fc.record({
  name: fc.constantFrom(...NAMES),
  fixed: fc.constantFrom('1', '2', '3', '4'),
  withdrawn: fc.boolean(),
});
const families = fc.dictionary(fc.constantFrom('A-1', 'A-2', 'A-3', 'A-4', 'A-5'), content);

describe('a change of records', () => {
  it('leaves what an import of all of them leaves in an empty store', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(families, { minLength: 2, maxLength: 4 }), async (steps) => {
        const [one, other] = [await openFakeDeps(), await openFakeDeps()];
        try {
          await Promise.all([keepImage(one.deps), keepImage(other.deps)]);
          let before: Family = new Map();
          for (const step of steps) {
            const after: Family = new Map(Object.entries(step));
            const removed = [...before.keys()].filter((id) => !after.has(id));
            await change(one.deps, after, { removed });
            await matchInBackground(one.deps);
            before = after;
          }
          if (before.size > 0) await whole(other.deps, before);
          await matchInBackground(other.deps);
          expect(await kept(one.deps)).toEqual(await kept(other.deps));
          const sources = await listAdvisorySources(one.deps.store);
          expect(sources.map(({ records }) => records)).toEqual(
            before.size === 0 ? [] : [before.size],
          );
        } finally {
          await Promise.all([one.close(), other.close()]);
        }
      }),
      { numRuns: process.env['FUZZ_SECONDS'] === undefined ? 15 : 1000 },
    );
  });

  it('makes stale what it concerns and nothing else', async () => {
    const { deps } = fake;
    await keepImage(deps);
    await whole(deps, new Map([['A-1', { name: 'a', fixed: '2' }]]));
    expect(await matchInBackground(deps)).toBeGreaterThan(0);
    await change(deps, [['A-2', { name: 'b', fixed: '3' }]]);
    const stale = (await kept(deps)).filter((one) => one.stale);
    expect(stale.map(({ packageId }) => packageId)).toEqual([4, 5, 6]);
    await matchInBackground(deps);
    expect((await kept(deps)).filter((one) => one.stale)).toEqual([]);
  });

  it('is answered at once where nothing was matched yet', async () => {
    const { deps } = fake;
    await keepImage(deps);
    await change(deps, [['A-1', { name: 'a', fixed: '2' }]]);
    const packages = [{ ...debianPackage('a', '1'), packageId: 1 }];
    const ids = async () =>
      (await matchPackages(deps, packages)).findings.map(({ advisoryId }) => advisoryId);
    expect(await ids()).toEqual(['A-1']);
    await change(deps, [['A-1', { name: 'a', fixed: '2', withdrawn: true }]]);
    expect(await ids()).toEqual([]);
  });

  it('that changes nothing costs no match', async () => {
    const { deps } = fake;
    await keepImage(deps);
    const family: Family = new Map([['A-1', { name: 'a', fixed: '2' }]]);
    await whole(deps, family);
    await matchInBackground(deps);
    expect(await change(deps, family)).toEqual({ records: 1, changed: 0 });
    await whole(deps, family);
    expect((await kept(deps)).filter((one) => one.stale)).toEqual([]);
  });

  it('keeps the time of the first match through imports and changes', async () => {
    const { deps } = fake;
    await keepImage(deps);
    const times = async () => {
      const { store } = deps;
      const rows = store.sql.selectFrom('package_match').select(['first_time', 'change_time']);
      return store.all(rows.where('package', '=', 1));
    };
    let now = NOW;
    const later = { ...deps, now: () => now };
    await whole(later, new Map([['A-1', { name: 'a', fixed: '2' }]]));
    await matchInBackground(later);
    now += 5;
    await whole(later, new Map([['A-1', { name: 'a', fixed: '3' }]]));
    await matchInBackground(later);
    now += 5;
    await whole(later, new Map([['A-1', { name: 'a', fixed: '3' }]]));
    await matchInBackground(later);
    expect(await times()).toEqual([{ first_time: NOW, change_time: NOW + 5 }]);
  });

  it('is refused as a whole where one record is broken', async () => {
    const { deps } = fake;
    const broken = { name: 'B-1.json', bytes: new TextEncoder().encode('{') };
    async function* records() {
      for (let n = 0; n < 500; n += 1) yield record(`A-${n}`, { name: 'a', fixed: '2' });
      yield broken;
    }
    const refused = change(deps, [], { records: records() });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-advisory' });
    expect(await listAdvisorySources(deps.store)).toEqual([]);
  });

  it('is large: visible as one', async () => {
    const { deps } = fake;
    await keepImage(deps);
    const many = Array.from(
      { length: 450 },
      (_, n) => [`A-${n}`, { name: 'a', fixed: '2' }] as const,
    );
    expect(await change(deps, many)).toEqual({ records: 450, changed: 450 });
    await matchInBackground(deps);
    const [first] = await kept(deps);
    expect(first?.matches).toHaveLength(450);
    const removed = many.map(([id]) => id);
    expect(await change(deps, [], { removed })).toEqual({ records: 0, changed: 450 });
    await matchInBackground(deps);
    const [then] = await kept(deps);
    expect(then?.matches).toEqual([]);
    expect(await listAdvisorySources(deps.store)).toEqual([]);
  });

  it.each(['Debian', 'Alpine'])(
    'while %s is changed too: both hold, or one is aborted',
    async (family) => {
      const { deps } = fake;
      const many = (letter: string) =>
        Array.from(
          { length: 450 },
          (_, n) => [`${letter}-${n}`, { name: 'a', fixed: '2' }] as const,
        );
      const done = await Promise.allSettled([
        change(deps, many('A')),
        change(deps, many('B'), { family }),
      ]);
      const wanted = done.filter(({ status }) => status === 'fulfilled').length;
      expect(wanted).toBe(family === 'Debian' ? 1 : 2);
      const failed = done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      for (const reason of failed) expect(reason).toMatchObject({ code: 'aborted' });
      const sources = await listAdvisorySources(deps.store);
      const records = sources.reduce((sum, one) => sum + one.records, 0);
      expect(records).toBe(450 * wanted);
    },
  );
});
