/**
 * Rows of the conformance data that say how versions compare. Every row is judged by the one
 * function that compares; a row that contradicts its ecosystem's specification stands here with the
 * reason, and is counted as such, never as passed.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../src/scanner/versions/compare-versions.ts';
import { testData } from './support/test-data.ts';

interface Row {
  readonly ecosystem: string;
  readonly a?: string;
  readonly op?: string;
  readonly b?: string;
  readonly version?: string;
  readonly constraint?: string;
  readonly satisfied?: boolean;
  readonly checked?: string;
}

/** The data's names for OSV's ecosystems. */
const NAMES: Readonly<Record<string, string>> = {
  deb: 'Debian:12',
  apk: 'Alpine:v3.18',
  rpm: 'Red Hat:enterprise_linux:9::baseos',
  semver: 'npm',
  pypi: 'PyPI',
  maven: 'Maven',
  gem: 'RubyGems',
  nuget: 'NuGet',
  packagist: 'Packagist',
  hackage: 'Hackage',
  cran: 'CRAN',
  pub: 'Pub',
  go: 'Go',
};

const file = testData('cases', 'version-cases.json');
const rows: readonly Row[] =
  file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')) as { cases: Row[] }).cases;

type Outcome = 'right' | 'wrong' | 'refused';

const APK_REFUSES = 'apk calls the version invalid (apk version --check)';
const COMPOSER_FILLS = 'Composer fills up to four numbers, so that both are 1.0.0.0';
const COMPOSER_REFUSES = 'Composer refuses the character #';
const MAVEN_ORDERS = 'to Maven jre11 and jdk17 are qualifiers, which count and differ';

/** Rows that contradict the specification of their ecosystem, with the reason. */
const DISPUTED: Readonly<Record<string, string>> = {
  'apk: 1-r-0 < 1-r0': APK_REFUSES,
  'apk: 1-r-1 < 1-r0': APK_REFUSES,
  'apk: 0.r1 < 0r2': APK_REFUSES,
  'apk: 0..1..0 < 0..1..1': APK_REFUSES,
  'apk: 0...1...0r1 < 0...1...0r2': APK_REFUSES,
  'apk: 0..8 > 0...8': APK_REFUSES,
  'apk: 1.2.0D < 1.2.0d': APK_REFUSES,
  'apk: 6.6.2p1 = 6.6.2p1': APK_REFUSES,
  'apk: 6.6.2p1 < 6.6.2p2': APK_REFUSES,
  'apk: 1-r0-1 = 1-r0-2': APK_REFUSES,
  'apk: 1-ruff2 = 1--ruff1': APK_REFUSES,
  'apk: 1-r0-ruff2 = 1-r0-ruff1': APK_REFUSES,
  'apk: 1.2_svn1 > 1.2_csv2': APK_REFUSES,
  'apk: 1 > .1': APK_REFUSES,
  'apk: .2 > .1': APK_REFUSES,
  'apk: a < b': APK_REFUSES,
  'apk: c = c': APK_REFUSES,
  'packagist: 1.0.0 > 1.0': COMPOSER_FILLS,
  'packagist: 1.2.3.# = 1.2.3': COMPOSER_REFUSES,
  'packagist: 1.2.3.# = 1.2.3.#': COMPOSER_REFUSES,
  'packagist: 1.2.3.# = 1.2.3.1': COMPOSER_REFUSES,
  'packagist: 1.2.3.#.beta < 1.2.3': COMPOSER_REFUSES,
  'rpm: 2:4.19.01-1.el7_5 in <= 4.19.1-1.el7_5 is true': 'an epoch that is not written is 0',
  'rpm: 8.3.1-5.el8 in < 0:8.3.1-5.el8.0.0 is false': 'rpmvercmp: what goes on is newer',
  'maven: 12.10.2 = 12.10.2.jre11': MAVEN_ORDERS,
  'maven: 12.10.2.jre11 = 12.10.2.jdk17': MAVEN_ORDERS,
  'pypi: 2.0.0+cgr.1 in = 2.0.0 is true': 'a rule of the specifier ==, not of the order',
  'semver: 1.0.0.alpha.beta in = 1.0.0-alpha-beta is true':
    'alpha.beta is two identifiers, alpha-beta is one',
};

describe.skipIf(file === undefined)('version-cases.json (needs ASSAY_TEST_DATA)', () => {
  const judged = rows.map((row) => ({ row, name: text(row), outcome: judge(row) }));

  it('knows every ecosystem of the data', () => {
    expect(rows.filter(({ ecosystem }) => NAMES[ecosystem] === undefined)).toEqual([]);
    expect(rows.length).toBeGreaterThan(1800);
  });

  it('is right in every row but the disputed', () => {
    const faults = judged.filter(({ outcome, name }) => outcome !== 'right' && !DISPUTED[name]);
    expect(faults.map(({ name, outcome }) => `${name}: ${outcome}`)).toEqual([]);
  });

  it('disputes no row that a reference implementation has checked, and none that is right', () => {
    const disputed = judged.filter(({ name }) => DISPUTED[name] !== undefined);
    expect(disputed.filter(({ row }) => row.checked !== undefined)).toEqual([]);
    expect(disputed.filter(({ outcome }) => outcome === 'right')).toEqual([]);
    expect(new Set(disputed.map(({ name }) => name))).toEqual(new Set(Object.keys(DISPUTED)));
  });

  it('prints what it judged', () => {
    const lines = [...Map.groupBy(judged, ({ row }) => row.ecosystem)].map(([name, all]) => {
      const right = all.filter(({ outcome }) => outcome === 'right').length;
      const others = all.filter(({ outcome }) => outcome !== 'right');
      const reasons = others.map((one) => `  ${one.name} (${one.outcome}): ${DISPUTED[one.name]}`);
      return [`${name}: ${all.length} rows, ${right} right`, ...reasons].join('\n');
    });
    process.stdout.write(`version-cases, disputed rows by name:\n${lines.join('\n')}\n`);
    expect(lines.length).toBe(Object.keys(NAMES).length);
  });
});

function text(row: Row): string {
  return row.constraint === undefined
    ? `${row.ecosystem}: ${row.a} ${row.op} ${row.b}`
    : `${row.ecosystem}: ${row.version} in ${row.constraint} is ${row.satisfied}`;
}

function judge(row: Row): Outcome {
  const ecosystem = NAMES[row.ecosystem] ?? '';
  if (row.constraint === undefined) {
    return outcomeOf(operatorHolds(ecosystem, row.a ?? '', `${row.op} ${row.b}`), true);
  }
  const groups = row.constraint.split('||').map((all) => all.split(','));
  const answers = groups.map((all) =>
    all.map((one) => operatorHolds(ecosystem, row.version ?? '', one)),
  );
  const known = !answers.flat().includes(undefined);
  const satisfied = answers.some((all) => all.every(Boolean));
  return outcomeOf(known ? satisfied : undefined, row.satisfied);
}

function outcomeOf(found: boolean | undefined, wanted: boolean | undefined): Outcome {
  if (found === undefined) return 'refused';
  return found === wanted ? 'right' : 'wrong';
}

/** One comparison, e.g. `>= 1.2`: a bare version wants equality, and no version wants nothing. */
function operatorHolds(ecosystem: string, version: string, one: string): boolean | undefined {
  const [, operator = '', bound = ''] = /^\s*([<>=]*)\s*(\S*)\s*$/.exec(one) ?? [];
  if (bound === '') return true;
  const order = compareVersions(ecosystem, version, bound);
  if (typeof order !== 'number') return undefined;
  return (operator || '=').includes(order < 0 ? '<' : order > 0 ? '>' : '=');
}
