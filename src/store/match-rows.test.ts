/** Matches of an older generation, saved late, never replace those of a newer one. */
import { afterEach, expect, it } from 'vitest';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import type { Match } from '../domain/advisory.ts';
import { findMatches, saveMatches } from './match-rows.ts';
import { findPackageSet, savePackageSet } from './package-rows.ts';

let fake: FakeDeps | undefined;
afterEach(() => fake?.close());

const match = (advisoryId: string): Match => ({
  advisoryId,
  aliases: [],
  summary: '',
  severity: 'HIGH',
  severitySource: 'test',
  references: [],
});

it('a slow scan saves after a newer one: only what it alone has matched is kept', async () => {
  fake = await openFakeDeps();
  const { store } = fake.deps;
  const packages = ['a', 'b'].map((name) => ({
    name,
    version: '1',
    type: 'deb',
    purl: `pkg:deb/debian/${name}@1`,
    source: { name, version: '1' },
    origin: 'installed' as const,
    path: 'var/lib/dpkg/status',
  }));
  const set = { packages, problems: [], status: 'COMPLETE' as const };
  const saved = await store.write((tx) => savePackageSet(tx, set));
  const [a = 0, b = 0] =
    (await findPackageSet(store, saved))?.packages.map((one) => one.packageId) ?? [];
  const save = (ids: readonly number[], generation: number, id: string) =>
    store.write((tx) =>
      saveMatches(
        tx,
        ids.map((packageId) => ({ packageId, generation, matches: [match(id)] })),
        generation,
      ),
    );
  await save([a], 2, 'CVE-NEW');
  await save([a, b], 1, 'CVE-OLD');
  expect(await findMatches(store, [a, b])).toEqual([
    { packageId: a, generation: 2, stale: false, matches: [match('CVE-NEW')] },
    { packageId: b, generation: 1, stale: false, matches: [match('CVE-OLD')] },
  ]);
});
