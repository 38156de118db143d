/** One answer is of one generation of advisories, whatever is imported while it is made. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import type { Advisory } from '../domain/advisory.ts';
import type { ScannedPackage } from '../domain/scan-result.ts';
import {
  addAdvisories,
  beginAdvisoryImport,
  publishAdvisoryImport,
} from '../store/advisory-import.ts';
import { publishImport } from '../store/advisory-import-rows.ts';
import { findMatches } from '../store/match-rows.ts';
import { findPackageSet, savePackageSet, type StoredPackage } from '../store/package-rows.ts';
import { prepareAdvisory } from '../store/prepared-advisory.ts';
import type { Reader } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { matchPackages } from './match-packages.ts';

const NAMES = ['a', 'b'];
let fake: FakeDeps;
let packages: readonly StoredPackage<ScannedPackage>[];

/** Publishes advisories of this round about every package. */
async function publish(round: number): Promise<void> {
  const { store, newId } = fake.deps;
  const advisories = NAMES.map((name): Advisory => ({
    id: `ROUND-${round}-${name}`,
    aliases: [],
    summary: '',
    modified: NOW + round,
    severity: 'HIGH',
    severitySource: 'test',
    references: [],
    affected: [{ ecosystem: 'Debian:12', name, ranges: [], versions: ['1'] }],
  }));
  const open = await beginAdvisoryImport(store, { id: newId(), family: 'Debian', time: NOW });
  await addAdvisories(store, open, advisories.map(prepareAdvisory));
  const source = {
    ecosystem: 'Debian:12',
    source: 'test',
    updated: NOW + round,
    records: 2,
    complete: true,
  };
  const sources = [{ ...source, family: 'Debian' }];
  const published = { sources, time: NOW };
  await publishAdvisoryImport(store, open, (tx) => publishImport(tx, open, published));
}

/** Effects whose store publishes another round each time candidates of `a` were read. */
function disturbed(times: number): Deps {
  let left = times;
  const { store } = fake.deps;
  const all: Reader['all'] = async (query) => {
    const rows = await store.all(query);
    if (left > 0 && rows.some((row) => JSON.stringify(row).includes('ROUND-'))) {
      left -= 1;
      await publish(10 - left);
    }
    return rows;
  };
  return { ...fake.deps, store: { ...store, all } };
}

beforeEach(async () => {
  fake = await openFakeDeps();
  const made = NAMES.map((name) => ({
    name,
    version: '1',
    type: 'deb',
    ecosystem: 'Debian:12',
    purl: `pkg:deb/debian/${name}@1`,
    source: { name, version: '1' },
    origin: 'installed' as const,
    path: 'var/lib/dpkg/status',
  }));
  const { store } = fake.deps;
  const set = { packages: made, problems: [], status: 'COMPLETE' as const };
  const saved = await store.write((tx) => savePackageSet(tx, set));
  packages = (await findPackageSet(store, saved))?.packages ?? [];
  await publish(1);
});
afterEach(() => fake.close());

describe('while packages are matched', () => {
  it('an import is published: the answer is of the newer one alone', async () => {
    const { findings, problems, sources } = await matchPackages(disturbed(1), packages);
    expect(findings.map((one) => one.advisoryId)).toEqual(['ROUND-10-a', 'ROUND-10-b']);
    expect(sources.map((one) => one.updated)).toEqual([NOW + 10]);
    expect(problems).toEqual([]);
  });

  it('imports are published without end: the answer is incomplete, and nothing is kept', async () => {
    const { problems } = await matchPackages(disturbed(10), packages);
    expect(problems.map((one) => `${one.code} ${one.fatal}`)).toEqual(['advisories-changed true']);
    const kept = await findMatches(
      fake.deps.store,
      packages.map((one) => one.packageId),
    );
    expect(kept.map((one) => one.generation)).toEqual([0, 0]);
  });
});
