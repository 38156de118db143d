/**
 * One finding a vulnerability, whatever number of records speak of it. Records that name each other
 * or the same CVE are of one vulnerability; an erratum about several CVEs is joined to their
 * records where all have one, and else is a finding itself. Of a package's vulnerability the first
 * source in order that says anything decides: a vendor's "not affected" stands over a range of OSV.
 */
import type { Advisory } from '../../domain/advisory.ts';
import type { SourceKind } from '../../domain/match-rules.ts';
import type { AdvisoryAnswer } from './judge-advisory.ts';

/** What an advisory says of a package. */
export interface Statement<A extends AdvisoryAnswer = AdvisoryAnswer> {
  readonly advisory: Advisory;
  readonly answer: A;
}

/** A statement that the package is affected. */
export type AffectedStatement = Statement<Extract<AdvisoryAnswer, { kind: 'affected' }>>;

/** The statements of one vulnerability that the package has; the first one is shown. */
export interface JoinedStatements {
  readonly statements: readonly [AffectedStatement, ...AffectedStatement[]];
}

const CVE = /^CVE-\d{4}-\d+$/;
/** Names of errata: one of them fixes several vulnerabilities, so it does not make them one. */
const ERRATUM =
  /^(?:RH[SBE]A|RXSA|RLSA|ELSA|AL[SBE]A|ALAS|USN|DSA|DLA|(?:open)?SUSE-[SRO]U|FEDORA|MGASA)\b/;

/** What is known of a vulnerability so far: who has it, or that nobody does. */
interface Decided {
  /** The place among the found; undefined where the package does not have it. */
  readonly found: number | undefined;
}

interface Joining {
  readonly found: AffectedStatement[][];
  readonly decided: Map<string, Decided>;
}

/** Joins the statements of different advisories about one package. */
export function joinStatements(
  statements: readonly Statement[],
  order: readonly SourceKind[],
): readonly JoinedStatements[] {
  if (statements.length === 0) return [];
  const rootOf = joinIds(statements);
  const joining: Joining = { found: [], decided: new Map() };
  const byRank = Map.groupBy(statements, ({ advisory }) => rankOf(advisory, order));
  for (const rank of [...byRank.keys()].toSorted((a, b) => a - b)) {
    takeRank(byRank.get(rank) ?? [], joining, rootOf);
  }
  return joining.found.flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ statements: [first, ...rest] as const }],
  );
}

function rankOf({ source = 'osv' }: Advisory, order: readonly SourceKind[]): number {
  const rank = order.findIndex((kind) => kind === source);
  return rank === -1 ? order.length : rank;
}

/** The CVEs that a record is about. */
function cvesOf({ id, aliases }: Advisory): readonly string[] {
  return [id, ...aliases].filter((name) => CVE.test(name));
}

function isOfMany(advisory: Advisory): boolean {
  return cvesOf(advisory).length > 1;
}

type RootOf = (id: string) => string;

/** Ids that name the same vulnerability have one root. */
function joinIds(statements: readonly Statement[]): RootOf {
  const parents = new Map<string, string>();
  const rootOf = (id: string): string => {
    let at = id;
    for (let up = parents.get(at); up !== undefined; up = parents.get(at)) at = up;
    return at;
  };
  for (const { advisory } of statements) {
    if (isOfMany(advisory)) continue;
    for (const alias of advisory.aliases) {
      if (ERRATUM.test(alias)) continue;
      const [a, b] = [rootOf(advisory.id), rootOf(alias)];
      if (a !== b) parents.set(a, b);
    }
  }
  return rootOf;
}

/** The statements of one source: single vulnerabilities first, then errata about several. */
function takeRank(statements: readonly Statement[], joining: Joining, rootOf: RootOf): void {
  const singles = statements.filter(({ advisory }) => !isOfMany(advisory));
  const before = new Set(joining.decided.keys());
  for (const [root, of] of Map.groupBy(singles, ({ advisory }) => rootOf(advisory.id))) {
    takeSingle(root, of, joining);
  }
  const errata = statements.filter(({ advisory }) => isOfMany(advisory));
  // What the source itself does not have cannot take a CVE off its own erratum.
  const covers = (root: string): boolean =>
    joining.decided.has(root) &&
    (before.has(root) || joining.decided.get(root)?.found !== undefined);
  const whole = errata.map((one) => {
    const roots = [...new Set(cvesOf(one.advisory).map(rootOf))];
    return { one, roots, covered: roots.every(covers) };
  });
  for (const { one, roots, covered } of whole) {
    if (!isAffected(one)) continue;
    if (covered) addTo(roots, one, joining);
    else found(roots, [one], joining);
  }
  for (const { one, roots } of whole) {
    if (one.answer.kind !== 'not-affected') continue;
    for (const root of roots) decide(root, undefined, joining);
  }
}

function takeSingle(root: string, of: readonly Statement[], joining: Joining): void {
  const affected = of.filter(isAffected);
  if (joining.decided.has(root)) {
    for (const one of affected) addTo([root], one, joining);
  } else if (affected.length > 0) {
    found([root], affected.toSorted(byId), joining);
  } else if (of.every(({ answer }) => answer.kind === 'not-affected')) {
    decide(root, undefined, joining);
  }
}

function isAffected(statement: Statement): statement is AffectedStatement {
  return statement.answer.kind === 'affected';
}

function byId({ advisory: { id: a } }: Statement, { advisory: { id: b } }: Statement): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function found(
  roots: readonly string[],
  statements: readonly AffectedStatement[],
  joining: Joining,
): void {
  joining.found.push([...statements]);
  for (const root of roots) decide(root, joining.found.length - 1, joining);
}

function decide(root: string, place: number | undefined, { decided }: Joining): void {
  if (!decided.has(root)) decided.set(root, { found: place });
}

/** A further record of what an earlier source has is named with it; of what it denies it is not. */
function addTo(roots: readonly string[], one: AffectedStatement, joining: Joining): void {
  const places = new Set(roots.flatMap((root) => joining.decided.get(root)?.found ?? []));
  for (const place of places) joining.found[place]?.push(one);
}
