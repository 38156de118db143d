import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Advisory, AffectedPackage } from '../../domain/advisory.ts';
import type { SoftwarePackage } from '../../domain/software-package.ts';
import { parseOsvRecord } from '../advisories/parse-osv.ts';
import { advisoryTargets } from './advisory-target.ts';
import { matchPackage } from './match-package.ts';

const data = process.env['ASSAY_TEST_DATA'];
const canUnzip = data !== undefined && spawnSync('unzip', ['-v']).status === 0;
const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

function installed(version: string, change: Partial<SoftwarePackage> = {}): SoftwarePackage {
  return {
    name: 'libssl3',
    version,
    type: 'deb',
    ecosystem: 'Debian:12',
    purl: `pkg:deb/debian/libssl3@${version}?distro=debian-12`,
    source: { name: 'openssl', version },
    origin: 'installed',
    path: 'var/lib/dpkg/status',
    ...change,
  };
}

function affecting(change: Partial<AffectedPackage> = {}): AffectedPackage {
  return {
    ecosystem: 'Debian:12',
    name: 'openssl',
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.15-1' }] }],
    versions: [],
    ...change,
  };
}

function advisory(affected: readonly AffectedPackage[], change: Partial<Advisory> = {}): Advisory {
  return {
    id: 'DSA-1',
    aliases: ['CVE-2026-1'],
    summary: 'a flaw',
    modified: 0,
    severity: 'HIGH',
    severitySource: 'osv:database_specific.severity',
    references: [],
    affected,
    ...change,
  };
}

function fixes(pkg: SoftwarePackage, ...candidates: readonly Advisory[]): readonly unknown[] {
  return matchPackage(pkg, candidates).matches.map((match) => match.fixedVersion ?? 'unfixed');
}

describe('matchPackage', () => {
  it('matches by source name and source version, not by those of the binary', () => {
    const pkg = installed('9:1', { source: { name: 'openssl', version: '3.0.11-1' } });
    expect(fixes(pkg, advisory([affecting()]))).toEqual(['3.0.15-1']);
    expect(fixes(pkg, advisory([affecting({ name: 'libssl3' })]))).toEqual([]);
  });

  it.each<[string, readonly AffectedPackage[], readonly string[]]>([
    ['another release', [affecting({ ecosystem: 'Debian:11' })], []],
    ['no release', [affecting({ ecosystem: 'Debian' })], []],
    [
      'no fix',
      [affecting({ ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] })],
      ['unfixed'],
    ],
    [
      'a fix of 0',
      [
        affecting({
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '0' }] }],
        }),
      ],
      [],
    ],
    ['a listed version only', [affecting({ ranges: [], versions: ['3.0.11-1'] })], ['unfixed']],
    [
      'a listed version written with its epoch',
      [affecting({ ranges: [], versions: ['0:3.0.11-1'] })],
      ['unfixed'],
    ],
    ['an unreadable version in a list', [affecting({ ranges: [], versions: ['? ?'] })], []],
    [
      'a commit range only',
      [affecting({ ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] })],
      [],
    ],
    ['neither ranges nor versions', [affecting({ ranges: [] })], []],
    [
      'two entries: the later fix counts',
      [
        affecting(),
        affecting({
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '3.0.16-1' }] }],
        }),
      ],
      ['3.0.16-1'],
    ],
    [
      'two entries, one of them unfixed',
      [affecting({ ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }), affecting()],
      ['unfixed'],
    ],
    ['one entry of another package', [affecting({ name: 'bash' }), affecting()], ['3.0.15-1']],
  ])('%s', (_fact, affected, wanted) => {
    expect(fixes(installed('3.0.11-1'), advisory(affected))).toEqual(wanted);
  });

  it('looks a package up by the one spelling of its name', () => {
    const pkg = installed('1.0', {
      ecosystem: 'PyPI',
      source: { name: 'Flask_Cors', version: '1.0' },
    });
    const entry = affecting({ ecosystem: 'PyPI', name: 'flask-cors' });
    expect(advisoryTargets(pkg)).toMatchObject([{ ecosystem: 'PyPI', name: 'flask-cors' }]);
    expect(fixes(pkg, advisory([entry]))).toEqual(['3.0.15-1']);
  });

  it('never matches a withdrawn record', () => {
    expect(fixes(installed('1'), advisory([affecting()], { withdrawn: 1 }))).toEqual([]);
  });

  it('matches a record once and sorts by id', () => {
    const candidates = ['B', 'A', 'B', 'a'].map((id) =>
      advisory([affecting()], { id, aliases: [] }),
    );
    const { matches } = matchPackage(installed('1'), candidates);
    expect(matches.map((match) => match.advisoryId)).toEqual(['A', 'B', 'a']);
  });

  it("takes the package's severity before the record's, if it is known", () => {
    const said = { severity: 'MINIMAL', severitySource: 'osv:affected.urgency' } as const;
    const unknown = { severity: 'SEVERITY_UNSPECIFIED', severitySource: 'x' } as const;
    const { matches } = matchPackage(installed('1'), [
      advisory([affecting(said)], { id: 'a', aliases: [] }),
      advisory([affecting(unknown)], { id: 'b', aliases: [] }),
      advisory([affecting(unknown)], { id: 'c', aliases: [], ...unknown, severitySource: 'none' }),
    ]);
    expect(matches.map((match) => [match.severity, match.severitySource])).toEqual([
      ['MINIMAL', 'osv:affected.urgency'],
      ['HIGH', 'osv:database_specific.severity'],
      ['SEVERITY_UNSPECIFIED', 'x'],
    ]);
  });

  it('names an installed version that cannot be compared, as fatal', () => {
    const { matches, problems } = matchPackage(installed('not a version'), [
      advisory([affecting()]),
    ]);
    expect(matches).toEqual([]);
    expect(problems).toMatchObject([{ code: 'version-not-comparable', fatal: true }]);
    expect(problems[0]?.message).toContain('libssl3');
  });

  it('needs no order where nothing is compared', () => {
    const go = (change: Partial<AffectedPackage>): AffectedPackage =>
      affecting({ ecosystem: 'Go', ...change });
    const pkg = installed('(devel)', { ecosystem: 'Go' });
    expect(matchPackage(pkg, [])).toEqual({ matches: [], problems: [] });
    const always = go({ ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] });
    expect(fixes(pkg, advisory([always]))).toEqual(['unfixed']);
    expect(fixes(pkg, advisory([go({ ranges: [], versions: ['(devel)'] })]))).toEqual(['unfixed']);
    expect(matchPackage(pkg, [advisory([go({})])]).problems).toMatchObject([
      { code: 'version-not-comparable', fatal: true },
    ]);
  });

  it('is affected as the public version where a record says no local label', () => {
    const pkg = installed('2.0.1+cpu', { ecosystem: 'PyPI' });
    const events = [{ introduced: '0' }, { lastAffected: '2.0.1' }];
    const range = { ecosystem: 'PyPI', ranges: [{ type: 'ECOSYSTEM', events }] };
    expect(fixes(pkg, advisory([affecting(range)]))).toEqual(['unfixed']);
    const listed = { ecosystem: 'PyPI', ranges: [], versions: ['2.0.1'] };
    expect(fixes(pkg, advisory([affecting(listed)]))).toEqual(['unfixed']);
  });

  it('takes Semantic Versioning for a SEMVER range, whatever the ecosystem', () => {
    const events = [{ introduced: '0' }, { fixed: '1.0.0' }];
    const pkg = installed('1.0.0-1', { ecosystem: 'Maven' });
    const as = (type: string): AffectedPackage =>
      affecting({ ecosystem: 'Maven', ranges: [{ type, events }] });
    expect(fixes(pkg, advisory([as('SEMVER')]))).toEqual(['1.0.0']);
    expect(fixes(pkg, advisory([as('ECOSYSTEM')]))).toEqual([]);
  });

  it('names an ecosystem without a version order, as fatal', () => {
    const { problems } = matchPackage(installed('1', { ecosystem: 'Haiku:1' }), [
      advisory([affecting({ ecosystem: 'Haiku:1' })]),
    ]);
    expect(problems).toMatchObject([{ code: 'version-not-comparable', fatal: true }]);
  });

  it('names a record that cannot be compared, and still matches the others', () => {
    const broken = affecting({
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: 'soon (tm)' }] }],
    });
    const { matches, problems } = matchPackage(installed('1'), [
      advisory([broken], { id: 'BROKEN' }),
      advisory([affecting()]),
    ]);
    expect(matches.map((match) => match.advisoryId)).toEqual(['DSA-1']);
    expect(problems).toMatchObject([{ code: 'advisory-not-comparable', fatal: true }]);
    expect(problems[0]?.message).toContain('BROKEN');
  });

  it('is affected, not undecided, where one readable range says so', () => {
    const broken = affecting({
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '?' }] }],
    });
    const { matches, problems } = matchPackage(installed('1'), [advisory([broken, affecting()])]);
    expect(matches).toHaveLength(1);
    expect(problems).toEqual([]);
  });

  it('has no key, no match and no problem for a package without ecosystem', () => {
    const { ecosystem: _, ...pkg } = installed('1');
    expect(advisoryTargets(pkg)).toEqual([]);
    expect(matchPackage(pkg, [advisory([affecting()])])).toEqual({ matches: [], problems: [] });
  });
});

describe('matchPackage over records', () => {
  it.skipIf(!canUnzip || !hasDpkg)(
    'agrees with dpkg on versions around the fixes of Debian',
    () => {
      const pairs = readEntries('Debian')
        .filter((_, index) => index % 8 === 0)
        .flatMap(aroundFix('-0'));
      const less = dpkgLess(pairs.map(({ version, fixed }) => `${version} ${fixed}`));
      const faults = pairs.filter((pair, index) => isMatched(pair) !== less[index]);
      expect(pairs.length).toBeGreaterThan(700);
      expect(faults.map(({ version, fixed }) => `${version} ${fixed}`)).toEqual([]);
    },
  );

  it.skipIf(!canUnzip)('is affected just below and not at or above the fixes of Alpine', () => {
    const pairs = readEntries('Alpine').flatMap(aroundFix('_p1'));
    const faults = pairs.filter((pair) => isMatched(pair) !== pair.below);
    expect(pairs.length).toBeGreaterThan(5000);
    expect(faults.map(({ version, fixed }) => `${version} ${fixed}`)).toEqual([]);
  });
});

interface Entry {
  readonly record: Advisory;
  readonly affected: AffectedPackage;
  readonly fixed: string;
}

interface Pair extends Entry {
  readonly version: string;
  /** Whether the version was made to lie below the fix. */
  readonly below: boolean;
}

function readEntries(folder: string): readonly Entry[] {
  const zip = join(data ?? '', 'osv', 'derived', folder, 'all.zip');
  const text = execFileSync('unzip', ['-p', zip], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const records = JSON.parse(
    `[${text.replaceAll(/\}\s*\{"schema_version"/g, '},{"schema_version"')}]`,
  );
  return (records as readonly unknown[]).map(parseOsvRecord).flatMap((record) =>
    record.affected.flatMap((affected) => {
      const fixed = affected.ranges[0]?.events[1]?.fixed;
      const wellFormed = fixed !== undefined && WELL_FORMED.test(fixed);
      return wellFormed ? [{ record, affected, fixed }] : [];
    }),
  );
}

/** Leaves out "0" and the malformed fixes of Alpine, which other tests are about. */
const WELL_FORMED = /^(?:\d+:)?\d[\w.+~:]*(?:-[\w.+~-]+)?$/;
const REVISION = /-r\d+$/;

/** The fix itself, one just above it, and, where it can be said without an order, one below. */
function aroundFix(above: string): (entry: Entry) => readonly Pair[] {
  return (entry) => {
    const { fixed } = entry;
    const alpine = entry.affected.ecosystem.startsWith('Alpine');
    if (alpine && (!REVISION.test(fixed) || !/^\d+(?:\.\d+)*[a-z]?-r\d+$/.test(fixed))) return [];
    const lower = alpine ? fixed.replace(REVISION, '_rc1-r99') : `${fixed}~`;
    const higher = alpine ? fixed.replace(REVISION, `${above}-r0`) : `${fixed}${above.slice(1)}`;
    return [
      { ...entry, version: lower, below: true },
      { ...entry, version: fixed, below: false },
      { ...entry, version: higher, below: false },
      { ...entry, version: alpine ? '0_alpha' : '0~~', below: true },
    ];
  };
}

function isMatched(pair: Pair): boolean {
  const { ecosystem, name } = pair.affected;
  const pkg = installed(pair.version, { ecosystem, source: { name, version: pair.version } });
  const { matches, problems } = matchPackage(pkg, [pair.record]);
  expect(problems).toEqual([]);
  expect(matches.filter((match) => match.fixedVersion !== pair.fixed)).toEqual([]);
  return matches.length > 0;
}

/** One shell for all pairs; its dpkg answers "less" by exit 0. */
function dpkgLess(pairs: readonly string[]): readonly boolean[] {
  const script =
    'while read -r a b; do dpkg --compare-versions "$a" lt "$b" && echo 1 || echo 0; done';
  const answers = execFileSync('sh', ['-c', script], {
    input: `${pairs.join('\n')}\n`,
    encoding: 'utf8',
  });
  return answers
    .trim()
    .split('\n')
    .map((answer) => answer === '1');
}
