/**
 * The base score of CVSS 3.0 and 3.1 (specification, section 7.1); their base formulas are equal.
 */
import { readWeights } from './cvss-vector.ts';

const IMPACT = { H: 0.56, L: 0.22, N: 0 } as const;
const WEIGHTS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  S: { U: 0, C: 1 },
  C: IMPACT,
  I: IMPACT,
  A: IMPACT,
} as const;

/** Privileges weigh more where the scope changes. */
const CHANGED_WEIGHTS = { ...WEIGHTS, PR: { N: 0.85, L: 0.68, H: 0.5 } } as const;

/** Scores a CVSS 3.0 or 3.1 vector by its base metrics: 0 to 10; undefined where malformed. */
export function scoreCvss3(vector: string): number | undefined {
  const bare = /^CVSS:3\.[01]\/(.*)$/.exec(vector)?.[1] ?? '';
  const changed = readWeights(bare, WEIGHTS)?.('S') === 1;
  const weight = readWeights(bare, changed ? CHANGED_WEIGHTS : WEIGHTS);
  if (weight === undefined) return undefined;
  const lost = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = changed ? 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 : 6.42 * lost;
  if (impact <= 0) return 0;
  const exploitability = 8.22 * weight('AV') * weight('AC') * weight('PR') * weight('UI');
  return roundUp(Math.min((changed ? 1.08 : 1) * (impact + exploitability), 10));
}

/**
 * The smallest tenth that is not less, in integers (3.1, appendix A) lest a float round too far.
 */
function roundUp(score: number): number {
  const units = Math.round(score * 100_000);
  return units % 10_000 === 0 ? units / 100_000 : (Math.floor(units / 10_000) + 1) / 10;
}
