/** Which records are of one vulnerability, and whose word stands. */
import { describe, expect, it } from 'vitest';
import type { Advisory, AffectedPackage } from '../../domain/advisory.ts';
import { DEFAULT_RULES, type MatchRules } from '../../domain/match-rules.ts';
import type { SoftwarePackage } from '../../domain/software-package.ts';
import { matchPackage } from './match-package.ts';

const PACKAGE: SoftwarePackage = {
  name: 'a',
  version: '2',
  type: 'deb',
  ecosystem: 'Debian:12',
  purl: '',
  source: { name: 'a', version: '2' },
  origin: 'installed',
  path: '',
};

interface Said {
  readonly id: string;
  readonly aliases?: readonly string[];
  /** Above 2: affected; '0': not affected; absent: affected without a fix. */
  readonly fixed?: string;
  readonly source?: string;
  readonly severity?: Advisory['severity'];
  readonly entry?: Partial<AffectedPackage>;
}

function advisory({ id, aliases = [], fixed, source, severity, entry }: Said): Advisory {
  const events = [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])];
  return {
    id,
    aliases,
    ...(source !== undefined && { source }),
    summary: '',
    modified: 0,
    severity: severity ?? 'SEVERITY_UNSPECIFIED',
    severitySource: severity === undefined ? 'none' : `${id} said so`,
    references: [],
    affected: [
      {
        ecosystem: 'Debian:12',
        name: 'a',
        versions: [],
        ranges: [{ type: 'ECOSYSTEM', events }],
        ...entry,
      },
    ],
  };
}

/** Each finding as `id fixed-or-state: all other records`. */
function found(said: readonly Said[], rules: MatchRules = DEFAULT_RULES): readonly string[] {
  const { matches } = matchPackage(PACKAGE, said.map(advisory), rules);
  return matches.map((match) => {
    const others = (match.records ?? []).slice(1).join(' ');
    return `${match.advisoryId} ${match.fixedVersion ?? match.fixState}: ${others}`.trim();
  });
}

const C1 = 'CVE-2026-0001';
const C2 = 'CVE-2026-0002';
const TRACKER = 'debian-tracker';

describe('records become findings:', () => {
  it.each<[string, readonly Said[], readonly string[]]>([
    [
      'two that name the same CVE are one',
      [
        { id: 'PYSEC-1', aliases: [C1] },
        { id: 'GHSA-1', aliases: [C1], fixed: '3' },
      ],
      ['GHSA-1 3: PYSEC-1'],
    ],
    [
      'one that names another is the same, in any order, also through a third',
      [
        { id: 'X-3', aliases: ['X-2'] },
        { id: 'X-1', fixed: '3' },
        { id: 'X-2', aliases: ['X-1'], fixed: '4' },
      ],
      ['X-1 4: X-2 X-3'],
    ],
    [
      'different ones stay apart, also where both were fixed by one erratum',
      [
        { id: 'DEBIAN-1', aliases: [C1, 'DSA-9-1'], fixed: '3' },
        { id: 'DEBIAN-2', aliases: [C2, 'DSA-9-1'], fixed: '3' },
      ],
      ['DEBIAN-1 3:', 'DEBIAN-2 3:'],
    ],
    [
      'an erratum is joined to the records of all its CVEs',
      [
        { id: 'DSA-9-1', aliases: [C1, C2], fixed: '5' },
        { id: 'DEBIAN-1', aliases: [C1], fixed: '3' },
        { id: 'DEBIAN-2', aliases: [C2], fixed: '4' },
      ],
      ['DEBIAN-1 3: DSA-9-1', 'DEBIAN-2 4: DSA-9-1'],
    ],
    [
      'an erratum of which one CVE has no record stays',
      [
        { id: 'DSA-9-1', aliases: [C1, C2], fixed: '3' },
        { id: 'DEBIAN-1', aliases: [C1], fixed: '3' },
      ],
      ['DEBIAN-1 3:', 'DSA-9-1 3:'],
    ],
    [
      'the vendor stands over a range of OSV',
      [
        { id: 'OSV-1', aliases: [C1], fixed: '9' },
        { id: 'V-1', aliases: [C1], fixed: '0', source: TRACKER },
      ],
      [],
    ],
    [
      'the vendor’s reason stands over a fix of OSV, whose id is named',
      [
        { id: 'OSV-1', aliases: [C1], fixed: '9' },
        { id: 'V-1', aliases: [C1], source: TRACKER, entry: { fixState: 'wont-fix' } },
      ],
      ['V-1 wont-fix: OSV-1'],
    ],
    [
      'what the vendor says nothing of is OSV’s',
      [
        { id: 'OSV-1', aliases: [C1], fixed: '9' },
        { id: 'V-2', aliases: [C2], fixed: '0', source: TRACKER },
      ],
      ['OSV-1 9:'],
    ],
    [
      'an erratum of OSV about what the vendor denies is none',
      [
        { id: 'DSA-9-1', aliases: [C1, C2], fixed: '9' },
        { id: 'V-1', aliases: [C1], fixed: '0', source: TRACKER },
        { id: 'V-2', aliases: [C2], fixed: '2', source: TRACKER },
      ],
      [],
    ],
    [
      'an erratum of the vendor takes OSV’s single records with it',
      [
        { id: 'OSV-1', aliases: [C1], fixed: '9' },
        { id: 'ELSA-1', aliases: [C1, C2], fixed: '3', source: 'oracle-oval' },
      ],
      ['ELSA-1 3: OSV-1'],
    ],
    [
      'what a later erratum fixes again is not fixed by the first',
      [
        { id: 'ELSA-1', aliases: [C1, C2], fixed: '1', source: 'oracle-oval' },
        { id: 'ELSA-2', aliases: [C1, C2], fixed: '3', source: 'oracle-oval' },
      ],
      ['ELSA-2 3:'],
    ],
  ])('%s', (_, said, wanted) => {
    expect(found(said)).toEqual(wanted);
    expect(found(said.toReversed())).toEqual(wanted);
  });

  it('the order of sources decides whose word stands', () => {
    const said = [
      { id: 'OSV-1', aliases: [C1], fixed: '9' },
      { id: 'V-1', aliases: [C1], fixed: '0', source: TRACKER },
    ];
    expect(found(said, { ...DEFAULT_RULES, sources: ['osv', TRACKER] })).toEqual(['OSV-1 9:']);
  });

  it('a withdrawn record says nothing, also no "not affected"', () => {
    const withdrawn = { ...advisory({ id: 'V-1', aliases: [C1], fixed: '0' }), withdrawn: 1 };
    const other = advisory({ id: 'W-1', aliases: [C1], fixed: '3' });
    expect(matchPackage(PACKAGE, [withdrawn, other]).matches).toHaveLength(1);
    const gone = { ...other, withdrawn: 1 };
    expect(matchPackage(PACKAGE, [withdrawn, gone]).matches).toEqual([]);
  });
});

describe('the severity is', () => {
  const said: readonly Said[] = [
    { id: 'GHSA-1', aliases: [C1], severity: 'LOW' },
    { id: C1, severity: 'CRITICAL' },
    { id: 'V-1', aliases: [C1], severity: 'MEDIUM' },
  ];
  it.each<[string, MatchRules['severities'], string]>([
    ['the vendor’s first', DEFAULT_RULES.severities, 'MEDIUM'],
    ['the NVD’s where it is to be', ['nvd', 'vendor', 'ghsa', 'cvss'], 'CRITICAL'],
    ['GitHub’s where it is to be', ['ghsa', 'vendor', 'nvd', 'cvss'], 'LOW'],
    ['the next that is known', ['cvss', 'ghsa', 'vendor', 'nvd'], 'LOW'],
  ])('%s', (_, severities, severity) => {
    const { matches } = matchPackage(PACKAGE, said.map(advisory), { ...DEFAULT_RULES, severities });
    expect(matches.map((match) => match.severity)).toEqual([severity]);
  });

  it('what a vector comes to, where that is to be', () => {
    const scored = { ...advisory({ id: 'V-1', severity: 'LOW' }), cvssScore: 9.8 };
    const read = (severities: MatchRules['severities']) =>
      matchPackage(PACKAGE, [scored], { ...DEFAULT_RULES, severities }).matches[0];
    expect(read(['cvss', 'vendor'])).toMatchObject({ severity: 'CRITICAL' });
    expect(read(['vendor', 'cvss'])).toMatchObject({
      severity: 'LOW',
      severitySource: 'V-1 said so',
    });
  });
});
