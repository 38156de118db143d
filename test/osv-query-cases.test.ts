/**
 * Recorded answers of OSV beside ours, over the exports that are at hand as published. The records
 * are of another day than the answers: what was wanted and is here must be found, and what is found
 * beside it must be said by the record itself, which two other implementations judge.
 */
import { readFileSync } from 'node:fs';
import { compare as comparePep440 } from '@renovatebot/pep440';
import { coerce, compare as compareSemver, valid } from 'semver';
import { describe, expect, it } from 'vitest';
import type { PublishedEntry, PublishedRecord } from './support/osv-export.ts';
import { HAS_EXPORTS, loadExports } from './support/osv-export.ts';
import { testData } from './support/test-data.ts';

interface Row {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly ids: readonly string[];
}

type Order = (a: string, b: string) => number;

/** The exports that have rows, each with an order that is not ours. */
const ORDERS: Readonly<Record<string, Order>> = {
  Go: semverOrder,
  'crates.io': semverOrder,
  PyPI: comparePep440,
};

const file = testData('cases', 'osv-query-cases.json');
const rows: readonly Row[] =
  file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as Row[]);
const isJudged = ({ ecosystem }: Row): boolean => Object.hasOwn(ORDERS, ecosystem);

describe.skipIf(file === undefined || !HAS_EXPORTS)(
  'osv-query-cases.json (needs ASSAY_TEST_DATA and unzip)',
  () => {
    const loaded = loadExports(Object.keys(ORDERS));
    const judged = rows.filter(isJudged).map((row) => {
      const { matches, problems } = loaded.match(row.ecosystem, row.name, row.version);
      const found = matches.map((match) => match.advisoryId);
      const wanted = row.ids.filter((id) => loaded.records.has(id));
      const extra = found.filter((id) => !row.ids.includes(id));
      return { row, found, wanted, extra, problems };
    });

    it('finds every wanted record that is here', () => {
      const missing = judged.flatMap(({ row, wanted, found }) =>
        wanted.filter((id) => !found.includes(id)).map((id) => `${describeRow(row)}: ${id}`),
      );
      expect(missing).toEqual([]);
      expect(judged.flatMap(({ problems }) => problems)).toEqual([]);
    });

    it('finds nothing else that its record does not say', () => {
      const faults = judged.flatMap(({ row, extra }) =>
        extra
          .filter((id) => !saysAffected(loaded.records.get(id), row))
          .map((id) => `${describeRow(row)}: ${id}`),
      );
      expect(faults).toEqual([]);
    });

    it('prints what it judged', () => {
      const wanted = judged.flatMap((one) => one.wanted).length;
      const extras = judged.flatMap(({ row, extra }) =>
        extra.map((id) => `  extra, said by the record: ${describeRow(row)}: ${id}`),
      );
      const others = Map.groupBy(
        rows.filter((row) => !isJudged(row)),
        (row) => row.ecosystem,
      );
      const names = [...others].map(([name, list]) => `${name} ${list.length}`).join(', ');
      const lines = [
        `osv-query-cases: ${judged.length} of ${rows.length} rows judged, ${wanted} wanted ids`,
        ...extras,
        `  not judgeable, no export at hand: ${names}`,
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
      expect(judged.length).toBeGreaterThan(40);
    });
  },
);

function describeRow({ ecosystem, name, version }: Row): string {
  return `${ecosystem} ${name} ${version}`;
}

/** What OSV's evaluation says over the record as published, in an order that is not ours. */
function saysAffected(record: PublishedRecord | undefined, row: Row): boolean {
  if (record === undefined || record.withdrawn !== undefined) return false;
  const own = (record.affected ?? []).filter(
    (entry) =>
      entry.package?.ecosystem === row.ecosystem &&
      plainName(entry.package.name) === plainName(row.name),
  );
  const order = ORDERS[row.ecosystem];
  return order !== undefined && own.some((entry) => holdsVersion(entry, row.version, order));
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function holdsVersion(entry: PublishedEntry, version: string, order: Order): boolean {
  if (entry.versions?.includes(version) === true) return true;
  return (entry.ranges ?? [])
    .filter(({ type }) => type !== 'GIT')
    .some(({ events }) => {
      const bounds = events.flatMap((event) => Object.entries(event));
      const passed = bounds
        .filter(([kind, bound]) => isPassed(kind, bound, { version, order }))
        .toSorted(([, a], [, b]) => (a === '0' ? -1 : b === '0' ? 1 : order(a, b)));
      return passed.at(-1)?.[0] === 'introduced';
    });
}

function isPassed(
  kind: string,
  bound: string,
  { version, order }: { version: string; order: Order },
): boolean {
  if (bound === '0') return true;
  return kind === 'last_affected' ? order(version, bound) > 0 : order(version, bound) >= 0;
}

function semverOrder(a: string, b: string): number {
  return compareSemver(full(a), full(b));
}

/** Go's releases leave out what is zero. */
function full(version: string): string {
  return valid(version) ?? coerce(version)?.version ?? version;
}
