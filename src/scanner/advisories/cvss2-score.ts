/** The base score of CVSS 2.0 (its guide, section 3.2.1), for records that have no newer vector. */
import { readWeights } from './cvss-vector.ts';

const IMPACT = { N: 0, P: 0.275, C: 0.66 } as const;
const WEIGHTS = {
  AV: { L: 0.395, A: 0.646, N: 1 },
  AC: { H: 0.35, M: 0.61, L: 0.71 },
  Au: { M: 0.45, S: 0.56, N: 0.704 },
  C: IMPACT,
  I: IMPACT,
  A: IMPACT,
} as const;

/** Scores a CVSS 2.0 vector, with or without brackets: 0 to 10; undefined where it is malformed. */
export function scoreCvss2(vector: string): number | undefined {
  const weight = readWeights(vector.replace(/^\((.*)\)$/, '$1'), WEIGHTS);
  if (weight === undefined) return undefined;
  const impact = 10.41 * (1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A')));
  const exploitability = 20 * weight('AV') * weight('AC') * weight('Au');
  const factor = impact === 0 ? 0 : 1.176;
  return Math.round((0.6 * impact + 0.4 * exploitability - 1.5) * factor * 10) / 10;
}
