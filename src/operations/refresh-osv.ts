/** Bringing OSV up to date: one question for all ecosystems, then each that has changes. */
import { type FeedReport, isFamilyName } from '../domain/advisory-feed.ts';
import type { Micros } from '../domain/time.ts';
import { findFeedMemo } from '../store/feed-rows.ts';
import { listPackageEcosystems } from '../store/package-ecosystems.ts';
import type { Deps } from './deps.ts';
import { DEFAULT_ECOSYSTEMS } from './feed-table.ts';
import { type OsvChanges, readGlobalChanges } from './read-osv-changes.ts';
import { type FeedRefresh, runFeed } from './run-feed.ts';
import { updateOsvFamily } from './update-osv-family.ts';

interface ChosenFamily {
  readonly family: string;
  /** Somebody asked for it by name. */
  readonly wanted: boolean;
}

/** Brings the chosen ecosystems up to date, one after another. */
export async function refreshOsv(deps: Deps, refresh: FeedRefresh): Promise<readonly FeedReport[]> {
  const families = await chooseFamilies(deps, refresh);
  const since = await oldest(deps, families);
  let all: OsvChanges | undefined;
  const index = await runFeed(deps, refresh, {
    name: 'osv',
    work: async (run, known) => {
      const { memo, changes } = await readGlobalChanges(run, known, since);
      all = changes;
      return { outcome: 'unchanged', memo, taken: 0 };
    },
  });
  const reports = index.outcome === 'failed' ? [index] : [];
  for (const one of families) {
    const report = await runFeed(deps, refresh, {
      name: nameOf(one),
      work: (run, memo) => updateOsvFamily(run, { ...one, memo }, all),
    });
    reports.push(report);
  }
  return reports;
}

function nameOf({ family }: ChosenFamily): string {
  return `osv:${family}`;
}

/** Where the ecosystem that is furthest behind stands; those that were never taken do not count. */
async function oldest(deps: Deps, families: readonly ChosenFamily[]): Promise<Micros> {
  const memos = await Promise.all(families.map((one) => findFeedMemo(deps.store, nameOf(one))));
  return Math.min(...memos.map((memo) => memo?.seen ?? Infinity));
}

async function chooseFamilies(
  deps: Deps,
  { ecosystems, settings }: FeedRefresh,
): Promise<readonly ChosenFamily[]> {
  const wanted = ecosystems ?? settings.ecosystems;
  if (wanted !== undefined) return wanted.map((family) => ({ family, wanted: true }));
  const known = await listPackageFamilies(deps);
  const all = new Set([...DEFAULT_ECOSYSTEMS, ...known.filter(isFamilyName)]);
  return [...all].toSorted().map((family) => ({ family, wanted: false }));
}

/** The ecosystems, without their releases, of all packages that any image has. */
export async function listPackageFamilies(deps: Deps): Promise<readonly string[]> {
  const known = await listPackageEcosystems(deps.store);
  return known.map((ecosystem) => ecosystem.split(':', 1)[0] ?? '');
}
