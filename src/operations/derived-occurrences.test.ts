/**
 * What scans found, read over either database: every page size gives the same list, every entry is
 * found again by its name, and changes meanwhile neither hide nor repeat what stays.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newStoreId,
  OPEN_STORES,
  STORE_TIME,
  type TestStore,
} from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import {
  debianAdvisory,
  debianPackage,
  imageDigest,
  importDebian,
  keepScanned,
} from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import { isFixable, severityRankOf } from '../domain/filter-columns.ts';
import { compileFilter } from '../domain/match-filter.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Severity } from '../domain/severity.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { createProject } from '../store/project-rows.ts';
import type { Store } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { getOccurrence } from './get-occurrence.ts';
import { listOccurrences } from './list-occurrences.ts';
import { summariseVulnerabilities } from './summarise-vulnerabilities.ts';

const caller: Caller = { name: 'test', grants: [{ role: 'viewer' }] };
const SEVERITIES: readonly Severity[] = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];
const NAMES = Array.from({ length: 12 }, (_, n) => `package-${n}`);
/** Each package has as many advisories as its number. */
const ADVISORIES = NAMES.flatMap((name, n) =>
  Array.from({ length: n }, (_, m) =>
    debianAdvisory(`CVE-2026-${1000 + n * 20 + m}`, name, {
      severity: SEVERITIES[m % 4] ?? 'LOW',
      ...(m % 2 === 0 && { fixed: '2.0' }),
    }),
  ),
);

function depsOf(store: Store): Deps {
  return { store, now: () => STORE_TIME, newId: newStoreId } as unknown as Deps;
}

interface Asked {
  readonly project: string;
  readonly text?: string;
  readonly pageSize?: number;
  /** Done beside each page. */
  readonly meanwhile?: (page: number) => Promise<void>;
}

async function listAll(deps: Deps, asked: Asked): Promise<Occurrence[]> {
  const { project, text = '', pageSize = 1000, meanwhile } = asked;
  const found: Occurrence[] = [];
  let pageToken: string | undefined;
  let count = 0;
  do {
    const resume = pageToken === undefined ? {} : { pageToken };
    const list = { caller, project, filter: text, pageSize, ...resume };
    const [page] = await Promise.all([listOccurrences(deps, list), meanwhile?.(count)]);
    expect(page.occurrences.length).toBeLessThanOrEqual(pageSize);
    found.push(...page.occurrences);
    pageToken = page.nextPageToken;
    count += 1;
  } while (pageToken !== undefined);
  return found;
}

const names = (some: readonly Occurrence[]): string[] => some.map(({ name }) => name);

describe.each(Object.entries(OPEN_STORES))('what scans found, in %s', (title, open) => {
  let opened: TestStore | undefined;
  let deps: Deps;
  let whole: readonly Occurrence[];
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
    deps = depsOf(opened.store);
    await opened.store.write((tx) => createProject(tx, { id: 'p-one', createTime: 1 }));
    await importDebian(opened.store, ADVISORIES, STORE_TIME);
    for (let number = 0; number < 5; number += 1) {
      const packages = NAMES.filter((_, n) => n % (number + 1) === 0).map((name) =>
        debianPackage(name),
      );
      const image = { digest: imageDigest(number), packages, time: STORE_TIME + number };
      await keepScanned(opened.store, { project: 'p-one', repository: 'r.example/app', ...image });
    }
    // The same package twice in files of its own, and of two architectures.
    const one = debianPackage('package-3');
    const other = { ...one, path: 'other/status' };
    const twice = [one, other, { ...one, architecture: 'i386' }, { ...one, architecture: 'amd64' }];
    const image = { digest: imageDigest(9), packages: twice, time: STORE_TIME };
    await keepScanned(opened.store, { project: 'p-one', repository: 'r.example/twice', ...image });
    whole = await listAll(deps, { project: 'p-one' });
  });
  afterAll(() => opened?.remove());

  it('is listed once, by image, package and advisory', () => {
    if (opened === undefined) return;
    const count = (kind: string): number => whole.filter((one) => one.kind === kind).length;
    expect(count('DISCOVERY')).toBe(6);
    expect(count('PACKAGE')).toBe(12 + 6 + 4 + 3 + 3 + 4);
    expect(count('VULNERABILITY')).toBe(66 + 30 + 18 + 12 + 15 + 12);
    expect(new Set(names(whole)).size).toBe(whole.length);
    const uris = whole.map(({ resourceUri }) => resourceUri);
    expect(uris).toEqual(uris.toSorted());
  });

  it.each([1, 2, 7, 40])('is the same by pages of %i', async (pageSize) => {
    if (opened === undefined) return;
    expect(names(await listAll(deps, { project: 'p-one', pageSize }))).toEqual(names(whole));
  });

  it('is found by its names, one by one', async () => {
    if (opened === undefined) return;
    for (const one of whole) {
      expect(await getOccurrence(deps, { caller, name: one.name })).toEqual(one);
    }
  });

  it('passes a filter as the predicate says (property)', async () => {
    if (opened === undefined) return;
    const term = fc.constantFrom(
      'kind="PACKAGE"',
      'kind="VULNERABILITY"',
      'NOT kind="DISCOVERY"',
      'severity>=HIGH',
      'severity="LOW"',
      'noteProjectId="goog-analysis"',
      'noteId="CVE-2026-1220"',
      'noteId="PACKAGE_VULNERABILITY"',
      'noteId="package-deb-package-3"',
      'dependencyPackageName="package-3"',
      'vulnerability.packageIssue.affectedPackage="package-11"',
      'vulnerability.fixAvailable=true',
      'has_prefix(resourceUrl, "r.example/tw")',
      `resourceUrl="https://r.example/app@${imageDigest(1)}"`,
      `resourceUrl="r.example/app@${imageDigest(2)}"`,
    );
    const { filter } = fc.letrec<{ filter: string; term: string; both: string; not: string }>(
      (tie) => ({
        filter: fc.oneof({ maxDepth: 3 }, tie('term'), tie('both'), tie('not')),
        term,
        both: fc
          .tuple(tie('filter'), fc.constantFrom('AND', 'OR'), tie('filter'))
          .map(([a, word, b]) => `(${a}) ${word} (${b})`),
        not: tie('filter').map((inner) => `NOT (${inner})`),
      }),
    );
    await fc.assert(
      fc.asyncProperty(filter, fc.constantFrom(5, 100), async (text, pageSize) => {
        const passes = compileFilter(readOccurrenceFilter(text));
        const wanted = names(whole.filter((one) => passes(one)));
        expect(names(await listAll(deps, { project: 'p-one', text, pageSize }))).toEqual(wanted);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    '',
    'severity>=HIGH',
    'vulnerability.fixAvailable=true',
    'NOT severity="LOW"',
    `resourceUrl="https://r.example/app@${imageDigest(1)}"`,
    'has_prefix(resourceUrl, "r.example/twice")',
    'kind="PACKAGE"',
    'noteId="CVE-2026-1220"',
  ])('is counted as it is listed: %s', async (text) => {
    if (opened === undefined) return;
    const passes = compileFilter(readOccurrenceFilter(text));
    const wanted = whole.filter((one) => one.kind === 'VULNERABILITY' && passes(one));
    const counts = await summariseVulnerabilities(deps, { caller, project: 'p-one', filter: text });
    const totals = counts.filter(({ severity }) => severity === undefined);
    const uris = [...new Set(wanted.map(({ resourceUri }) => resourceUri))];
    expect(totals).toEqual(
      uris.map((resourceUri) => {
        const own = wanted.filter((one) => one.resourceUri === resourceUri);
        return { resourceUri, total: own.length, fixable: own.filter(isFixable).length };
      }),
    );
    const high = counts.filter(({ severity }) => severity === 'HIGH');
    expect(high.reduce((sum, { total }) => sum + total, 0)).toBe(
      wanted.filter((one) => severityRankOf(one) === 4).length,
    );
  });

  it('keeps names and first times through imports, and loses and repeats nothing meanwhile', async () => {
    if (opened === undefined) return;
    const { store } = opened;
    const stays = ADVISORIES.filter((_, at) => at % 3 > 0);
    const later = (page: number): Promise<void> => {
      const more = debianAdvisory(`CVE-2026-9${100 + page}`, `package-${page % 12}`);
      return importDebian(
        store,
        page % 2 === 0 ? stays : [...ADVISORIES, more],
        STORE_TIME + 100 + page,
      );
    };
    let imports = 0;
    const meanwhile = async (page: number): Promise<void> => {
      if (page % 4 !== 0) return;
      await later((imports += 1));
      const digest = imageDigest(100 + page);
      const image = { project: 'p-one', repository: 'r.example/new', digest, time: STORE_TIME };
      await keepScanned(store, { ...image, packages: [debianPackage('package-5')] });
    };
    const listed = await listAll(deps, { project: 'p-one', pageSize: 9, meanwhile });
    expect(new Set(names(listed)).size).toBe(listed.length);
    const kept = new Set(stays.map(({ id }) => id));
    const lasting = whole.filter(
      ({ kind, noteName }) =>
        kind !== 'VULNERABILITY' || kept.has(noteName.split('/').at(-1) ?? ''),
    );
    const seen = new Set(names(listed));
    expect(names(lasting).filter((name) => !seen.has(name))).toEqual([]);
    await importDebian(store, ADVISORIES, STORE_TIME + 10_000);
    for (const one of lasting) {
      const again = await getOccurrence(deps, { caller, name: one.name });
      expect(again).toEqual(one);
    }
  });
});
