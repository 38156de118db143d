/**
 * Recorded answers of OSV beside ours, over the exports that are at hand as published. The records
 * are of another day than the answers: what was wanted and is here must be found, and what is found
 * beside it must be said by the record itself, which two other implementations judge.
 */
import { readFileSync } from 'node:fs';
import { compare as comparePep440 } from '@renovatebot/pep440';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LoadedExports, PublishedRecord } from './support/osv-export.ts';
import { HAS_EXPORTS, loadExports } from './support/osv-export.ts';
import type { Order } from './support/published-range.ts';
import { saysAffected, semverOrder } from './support/published-range.ts';
import { testData } from './support/test-data.ts';

interface Row {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly ids: readonly string[];
}

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
    let loaded: LoadedExports;
    let judged: readonly JudgedRow[];
    // Not in the body, which runs where the tests are skipped too.
    beforeAll(() => {
      loaded = loadExports(Object.keys(ORDERS));
      judged = rows.filter(isJudged).map((row) => judgeRow(loaded, row));
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
          .filter((id) => !isSaid(row, loaded.records.get(id)))
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

interface JudgedRow {
  readonly row: Row;
  readonly found: readonly string[];
  readonly wanted: readonly string[];
  readonly extra: readonly string[];
  readonly problems: readonly unknown[];
}

function judgeRow(loaded: LoadedExports, row: Row): JudgedRow {
  const { matches, problems } = loaded.match(row.ecosystem, row.name, row.version);
  const found = matches.flatMap((match) => match.records ?? [match.advisoryId]);
  const wanted = row.ids.filter((id) => loaded.records.has(id));
  const extra = found.filter((id) => !row.ids.includes(id));
  return { row, found, wanted, extra, problems };
}

function describeRow({ ecosystem, name, version }: Row): string {
  return `${ecosystem} ${name} ${version}`;
}

function isSaid(row: Row, record: PublishedRecord | undefined): boolean {
  const order = ORDERS[row.ecosystem];
  return record !== undefined && order !== undefined && saysAffected(record, row, order);
}
