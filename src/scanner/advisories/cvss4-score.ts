/**
 * The base score (CVSS-B) of CVSS 4.0 (specification, section 8.2). A vector belongs to a
 * MacroVector, whose score an expert vote has set; from there the score sinks by the vector's
 * distance to the worst one of its MacroVector. Threat and environmental metrics are passed over,
 * which the specification counts as their worst values, so a sixth of its table is enough here.
 */
import { readWeights } from './cvss-vector.ts';

const EFFECT = { H: 0, L: 1, N: 2 } as const;

/** Steps away from the worst value of each metric. */
const STEPS = {
  AV: { N: 0, A: 1, L: 2, P: 3 },
  AC: { L: 0, H: 1 },
  AT: { N: 0, P: 1 },
  PR: { N: 0, L: 1, H: 2 },
  UI: { N: 0, P: 1, A: 2 },
  VC: EFFECT,
  VI: EFFECT,
  VA: EFFECT,
  SC: EFFECT,
  SI: EFFECT,
  SA: EFFECT,
} as const;

/**
 * Scores of MacroVectors: a row for each EQ1 and EQ2; in it, for EQ3 and EQ6 being 00, 01, 10, 11
 * and 21, the scores of EQ4 being 1 and 2.
 */
const SCORES: readonly (readonly (readonly number[])[])[] = [
  [
    [10, 9.3],
    [9.6, 9],
    [9.3, 8.8],
    [9.2, 8],
    [7.9, 6.9],
  ],
  [
    [9.5, 9.2],
    [9.1, 8.1],
    [9.2, 8.4],
    [8.2, 7],
    [7.1, 6.3],
  ],
  [
    [9.4, 8.7],
    [8.9, 7.5],
    [8.6, 7.2],
    [7.6, 5.7],
    [6.5, 5.3],
  ],
  [
    [9, 7.7],
    [7.7, 6.6],
    [7.4, 6.1],
    [5.9, 5.2],
    [5.8, 2.3],
  ],
  [
    [8.6, 7],
    [7.4, 5.4],
    [7.2, 5.3],
    [5.7, 3.6],
    [4.7, 2.4],
  ],
  [
    [7.3, 5.4],
    [5.5, 4.3],
    [6.1, 4.6],
    [5.1, 1.8],
    [2.4, 1],
  ],
];

/** For each EQ's level: the steps of its worst vectors, and its depth in steps. */
const EQ1 = [
  { worst: 0, depth: 1 },
  { worst: 1, depth: 4 },
  { worst: 3, depth: 5 },
] as const;
const EQ2 = [
  { worst: 0, depth: 1 },
  { worst: 1, depth: 2 },
] as const;
const EQ3 = [
  { worst: 0, depth: 7 },
  { worst: 1, depth: 8 },
  { worst: 3, depth: 10 },
] as const;
const EQ4 = [
  { worst: 0, depth: 5 },
  { worst: 3, depth: 4 },
] as const;

/** The column of {@link SCORES} for EQ3: with base metrics alone, EQ6 follows from it. */
const EQ3_COLUMNS = [0, 2, 4] as const;
/** The columns one step lower than that of EQ3; of two ways down, the less steep counts. */
const EQ3_LOWER = [[1, 2], [3], []] as const;
/** Threat maturity has a lower MacroVector too, but its worst value is assumed. */
const EQ5_SINK = 0;

type Steps = (metric: string) => number;
type Level = 0 | 1 | 2;

interface MacroVector {
  readonly eq1: Level;
  readonly eq2: 0 | 1;
  readonly eq3: Level;
  readonly eq4: 0 | 1;
}

/** Scores a CVSS 4.0 vector by its base metrics: 0 to 10; undefined where it is malformed. */
export function scoreCvss4(vector: string): number | undefined {
  const steps = readWeights(/^CVSS:4\.0\/(.*)$/.exec(vector)?.[1] ?? '', STEPS);
  if (steps === undefined) return undefined;
  if (sum(steps, ['VC', 'VI', 'VA', 'SC', 'SI', 'SA']) === 12) return 0;
  const macro = { eq1: eq1(steps), eq2: eq2(steps), eq3: eq3(steps), eq4: eq4(steps) };
  const score = scoreOf(macro, EQ3_COLUMNS[macro.eq3]) ?? 0;
  const parts = shares(macro, steps);
  const sinks = lowerScores(macro).flatMap((lower, index) =>
    lower === undefined ? [] : [(score - lower) * (parts[index] ?? 0)],
  );
  const total = [...sinks, EQ5_SINK].reduce((sunk, own) => sunk + own, 0);
  return Math.round((Math.max(0, score - total / (sinks.length + 1)) + 1e-6) * 10) / 10;
}

/** The table's score; undefined where there is no such MacroVector. */
function scoreOf(
  macro: { readonly eq1: number; readonly eq2: number; readonly eq4: number },
  column: number,
): number | undefined {
  return macro.eq2 > 1 ? undefined : SCORES[macro.eq1 * 2 + macro.eq2]?.[column]?.[macro.eq4];
}

/** The scores one level lower in EQ1, EQ2, EQ3 with EQ6, and EQ4. */
function lowerScores(macro: MacroVector): readonly (number | undefined)[] {
  const column = EQ3_COLUMNS[macro.eq3];
  return [
    scoreOf({ ...macro, eq1: macro.eq1 + 1 }, column),
    scoreOf({ ...macro, eq2: macro.eq2 + 1 }, column),
    highest(EQ3_LOWER[macro.eq3].map((lower) => scoreOf(macro, lower))),
    scoreOf({ ...macro, eq4: macro.eq4 + 1 }, column),
  ];
}

/** How far the vector lies down each of these ways, 0 to 1. */
function shares(macro: MacroVector, steps: Steps): readonly number[] {
  return [
    share(EQ1[macro.eq1], steps, ['AV', 'PR', 'UI']),
    share(EQ2[macro.eq2], steps, ['AC', 'AT']),
    share(EQ3[macro.eq3], steps, ['VC', 'VI', 'VA']),
    share(EQ4[macro.eq4], steps, ['SC', 'SI', 'SA']),
  ];
}

/** How much of a MacroVector's depth lies between its worst vector and this one. */
function share(
  level: { readonly worst: number; readonly depth: number },
  steps: Steps,
  metrics: readonly string[],
): number {
  return (sum(steps, metrics) - level.worst) / level.depth;
}

function highest(scores: readonly (number | undefined)[]): number | undefined {
  const known = scores.filter((score) => score !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function sum(steps: Steps, metrics: readonly string[]): number {
  return metrics.reduce((total, metric) => total + steps(metric), 0);
}

/** Exploitability: 0 for the worst of all three, 2 without any worst or with physical access. */
function eq1(steps: Steps): Level {
  const worst = ['AV', 'PR', 'UI'].filter((metric) => steps(metric) === 0).length;
  if (worst === 3) return 0;
  return worst > 0 && steps('AV') < 3 ? 1 : 2;
}

/** Complexity. */
function eq2(steps: Steps): 0 | 1 {
  return sum(steps, ['AC', 'AT']) === 0 ? 0 : 1;
}

/** Impact on the vulnerable system. */
function eq3(steps: Steps): Level {
  if (sum(steps, ['VC', 'VI']) === 0) return 0;
  return ['VC', 'VI', 'VA'].some((metric) => steps(metric) === 0) ? 1 : 2;
}

/** Impact on subsequent systems; its worst level needs an environmental metric. */
function eq4(steps: Steps): 0 | 1 {
  return ['SC', 'SI', 'SA'].some((metric) => steps(metric) === 0) ? 0 : 1;
}
