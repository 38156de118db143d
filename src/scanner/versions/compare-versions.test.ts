import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { compareVersions } from './compare-versions.ts';
import type { VersionError } from './version-error.ts';

interface Row {
  readonly ecosystem: string;
  readonly a?: string;
  readonly op?: string;
  readonly b?: string;
  readonly version?: string;
  readonly constraint?: string;
  readonly satisfied?: boolean;
}

const data = process.env['ASSAY_TEST_DATA'];
const rows = data === undefined ? [] : readRows(join(data, 'cases', 'version-cases.json'));
const NAMES: Readonly<Record<string, string>> = { deb: 'Debian:12', apk: 'Alpine:v3.18' };

/** Rows whose versions apk calls invalid, so that their order is a reading of one tool only. */
const MALFORMED: readonly string[] = [
  '1-r-0 < 1-r0',
  '1-r-1 < 1-r0',
  '0.r1 < 0r2',
  '0..1..0 < 0..1..1',
  '0...1...0r1 < 0...1...0r2',
  '0..8 > 0...8',
  '1.2.0D < 1.2.0d',
  '6.6.2p1 = 6.6.2p1',
  '6.6.2p1 < 6.6.2p2',
  '1-r0-1 = 1-r0-2',
  '1-ruff2 = 1--ruff1',
  '1-r0-ruff2 = 1-r0-ruff1',
  '1.2_svn1 > 1.2_csv2',
  '1 > .1',
  '.2 > .1',
  'a < b',
  'c = c',
];

describe('compareVersions', () => {
  it.each([
    ['Debian', '1.0~rc1', '1.0', -1],
    ['Debian:12', '1:1', '2', 1],
    ['Ubuntu:22.04:LTS', '1.0-1ubuntu1', '1.0-1', 1],
    ['Alpine:v3.18', '1.0_rc1', '1.0', -1],
    ['Wolfi', '1.0-r1', '1.0-r10', -1],
  ])('in %s: %s against %s', (ecosystem, a, b, wanted) => {
    expect(compareVersions(ecosystem, a, b)).toBe(wanted);
  });

  it.each(['', 'npm', 'debian', 'Debianx:12', 'constructor', '__proto__'])(
    'has no order for ecosystem %j and says so',
    (ecosystem) => {
      expect(compareVersions(ecosystem, '1', '1')).toEqual({
        error: `no version order is known for ecosystem ${JSON.stringify(ecosystem)}`,
      });
    },
  );

  it.skipIf(data === undefined).each(['deb', 'apk'])(
    'passes every well-formed %s row',
    (ecosystem) => {
      const own = rows.filter((row) => row.ecosystem === ecosystem);
      const faults = own.filter((row) => !MALFORMED.includes(text(row)) && !holds(row)).map(text);
      expect(faults).toEqual([]);
      expect(own.length).toBeGreaterThan(190);
    },
  );

  it.skipIf(data === undefined)('refuses every malformed apk row by name', () => {
    const own = rows.filter((row) => row.ecosystem === 'apk' && MALFORMED.includes(text(row)));
    expect(new Set(own.map(text)).size).toBe(MALFORMED.length);
    for (const row of own) {
      expect(compareVersions('Alpine', row.a ?? '', row.b ?? '')).toHaveProperty('error');
    }
  });

  it.skipIf(data === undefined)('names the rows of other ecosystems as not judged', () => {
    const judged = rows.filter((row) => row.ecosystem in NAMES).length;
    const others = Map.groupBy(
      rows.filter((row) => !(row.ecosystem in NAMES)),
      (row) => row.ecosystem,
    );
    const names = [...others].map(([name, list]) => `${name} ${list.length}`).join(', ');
    process.stdout.write(
      `version-cases: ${judged} judged (of these ${MALFORMED.length} pairs refused as malformed), ` +
        `${rows.length - judged} not judged: ${names}\n`,
    );
    expect(compareVersions('Maven', '1', '2')).toHaveProperty('error');
  });
});

function readRows(path: string): readonly Row[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { cases: readonly Row[] }).cases;
}

function text(row: Row): string {
  return row.constraint === undefined
    ? `${row.a} ${row.op} ${row.b}`
    : `${row.version} in ${row.constraint}`;
}

function holds(row: Row): boolean {
  const ecosystem = NAMES[row.ecosystem] ?? '';
  if (row.constraint === undefined) {
    return operatorHolds(row.op ?? '', compareVersions(ecosystem, row.a ?? '', row.b ?? ''));
  }
  const version = row.version ?? '';
  const satisfied = row.constraint.split('||').some((all) =>
    all.split(',').every((one) => {
      const [, operator = '', bound = ''] = /^\s*([<>=]*)\s*(\S*)\s*$/.exec(one) ?? [];
      return bound === '' || operatorHolds(operator, compareVersions(ecosystem, version, bound));
    }),
  );
  return satisfied === row.satisfied;
}

function operatorHolds(operator: string, order: number | VersionError): boolean {
  if (typeof order !== 'number') return false;
  const sign = order < 0 ? '<' : order > 0 ? '>' : '=';
  return operator.includes(sign);
}
