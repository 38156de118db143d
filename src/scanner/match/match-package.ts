/**
 * Which vulnerabilities a package has: pure, so that the same answer comes from a scan and from a
 * new advisory. Each advisory is judged alone, then those of one vulnerability become one match.
 */
import type { Advisory, Match } from '../../domain/advisory.ts';
import { DEFAULT_RULES, type MatchRules } from '../../domain/match-rules.ts';
import type { ScanProblem, SoftwarePackage } from '../../domain/software-package.ts';
import { compareVersions } from '../versions/compare-versions.ts';
import { chooseScore, chooseSeverity } from './choose-severity.ts';
import { type AffectedStatement, joinStatements, type Statement } from './join-statements.ts';
import { judgeAdvisory } from './judge-advisory.ts';

/** To be raised where the same package and advisories give another answer than before. */
export const MATCHER_VERSION = 2;

/** The matches of one package, and what kept an answer from being complete. */
export interface PackageMatches {
  readonly matches: readonly Match[];
  readonly problems: readonly ScanProblem[];
}

/**
 * Matches a package with candidate advisories: each vulnerability that it has once, by id.
 * Candidates of other packages and withdrawn records never match. Versions that cannot be compared
 * are fatal problems where an answer hangs on them: one for the installed version, or one per
 * record.
 */
export function matchPackage(
  pkg: SoftwarePackage,
  candidates: readonly Advisory[],
  rules: MatchRules = DEFAULT_RULES,
): PackageMatches {
  const { ecosystem } = pkg;
  if (ecosystem === undefined) return { matches: [], problems: [] };
  const statements = candidates.flatMap((advisory): Statement[] => {
    const answer = advisory.withdrawn === undefined ? judgeAdvisory(advisory, pkg) : undefined;
    return answer === undefined ? [] : [{ advisory, answer }];
  });
  const joined = joinStatements(statements, rules.sources);
  const matches = joined.map(({ statements: of }) => toMatch(of, rules));
  const problems = statements.flatMap(({ advisory, answer }) =>
    answer.kind === 'undecided' ? [recordProblem(advisory, pkg, answer.reason)] : [],
  );
  const own = problems.length === 0 ? undefined : installedProblem(pkg, ecosystem);
  const byAdvisory = new Map(matches.toReversed().map((match) => [match.advisoryId, match]));
  return {
    matches: [...byAdvisory.values()].sort(byId),
    problems: own === undefined ? distinct(problems) : [own],
  };
}

function distinct(problems: readonly ScanProblem[]): readonly ScanProblem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}

function byId(a: Match, b: Match): number {
  if (a.advisoryId === b.advisoryId) return 0;
  return a.advisoryId < b.advisoryId ? -1 : 1;
}

/** A version that cannot be compared with itself cannot be compared at all. */
function installedProblem(pkg: SoftwarePackage, ecosystem: string): ScanProblem | undefined {
  const { version } = pkg.source;
  const result = compareVersions(ecosystem, version, version);
  if (typeof result === 'number') return undefined;
  return {
    code: 'version-not-comparable',
    message:
      `package ${pkg.name} (source ${pkg.source.name}) is not matched: ${result.error}; ` +
      `correct its entry in ${pkg.path}`,
    fatal: true,
  };
}

function recordProblem(advisory: Advisory, pkg: SoftwarePackage, reason: string): ScanProblem {
  return {
    code: 'advisory-not-comparable',
    message:
      `advisory ${advisory.id} is undecided for package ${pkg.name} ${pkg.version} ` +
      `(source ${pkg.source.name}): ${reason}`,
    fatal: true,
  };
}

type Statements = readonly [AffectedStatement, ...AffectedStatement[]];

/** The first statement is shown, with all ids, the severity in order, and what only others say. */
function toMatch(statements: Statements, { severities }: MatchRules): Match {
  const [{ advisory, answer }] = statements;
  const fixed = fixOf(statements);
  const records = [...new Set(statements.map((one) => one.advisory.id))];
  const summary = statements.find((one) => one.advisory.summary !== '')?.advisory.summary ?? '';
  return {
    advisoryId: advisory.id,
    aliases: aliasesOf(statements),
    summary,
    ...(fixed === undefined ? {} : { fixedVersion: fixed }),
    fixState: fixed === undefined ? (answer.entry.fixState ?? 'unfixed') : 'fixed',
    ...(statements.some((one) => one.advisory.disputed) && { disputed: true }),
    ...(records.length > 1 && { records }),
    ...chooseSeverity(statements, severities),
    ...chooseScore(statements),
    references: referencesOf(statements),
  };
}

/**
 * The fix of the first record's source, the latest where several records of it name one. What other
 * sources say fills the gap only where the first says nothing of why there is none.
 */
function fixOf(statements: Statements): string | undefined {
  const [{ advisory, answer }] = statements;
  const { ecosystem, fixState } = answer.entry;
  const own = statements.filter(
    (one) => one.advisory.source === advisory.source && isAbout(one, advisory),
  );
  return (
    latest(ecosystem, own) ?? (fixState === undefined ? latest(ecosystem, statements) : undefined)
  );
}

/** An erratum about more than this vulnerability was only joined to it. */
function isAbout({ advisory }: AffectedStatement, first: Advisory): boolean {
  const named = new Set([first.id, ...first.aliases]);
  return advisory.aliases.every((alias) => named.has(alias) || !alias.startsWith('CVE-'));
}

function latest(ecosystem: string, statements: readonly AffectedStatement[]): string | undefined {
  const fixes = statements.flatMap(({ answer }) => answer.fixed ?? []);
  return fixes.reduce<string | undefined>((so, fixed) => {
    const order = so === undefined ? -1 : compareVersions(ecosystem, so, fixed);
    return typeof order === 'number' && order < 0 ? fixed : so;
  }, undefined);
}

function aliasesOf(statements: Statements): readonly string[] {
  const [{ advisory: first }] = statements;
  const names = statements.flatMap((one) => [
    one.advisory.id,
    ...(isAbout(one, first) ? one.advisory.aliases : []),
    ...(one.answer.entry.erratum === undefined ? [] : [one.answer.entry.erratum]),
  ]);
  return [...new Set(names)].filter((name) => name !== first.id);
}

/** Links of the first record, and of each other the one of its own. */
function referencesOf([first, ...others]: Statements): readonly string[] {
  const more = others.flatMap(({ advisory }) => advisory.references.slice(0, 1));
  return [...new Set([...first.advisory.references, ...more])];
}
