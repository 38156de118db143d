/** CVSS scores of a CSAF document, computed from its vectors: its own numbers are not taken. */
import type { Advisory } from '../../domain/advisory.ts';
import { scoreCvss2 } from './cvss2-score.ts';
import { scoreCvss3 } from './cvss3-score.ts';
import { scoreCvss4 } from './cvss4-score.ts';
import { member, readList, type Field } from './osv-field.ts';

/** Newest first. */
const SCORERS = [
  ['cvss_v4', scoreCvss4],
  ['cvss_v3', scoreCvss3],
  ['cvss_v2', scoreCvss2],
] as const;

/** The highest score of the newest CVSS that the list has, with its vector; nothing without any. */
export function scoreCsafVectors(list: Field): Pick<Advisory, 'cvssScore' | 'cvssVector'> {
  const entries = readList(list, 1000);
  for (const [name, scorer] of SCORERS) {
    const scored = entries.flatMap((entry) => {
      const vector = member(member(entry, name), 'vectorString').value;
      const score = typeof vector === 'string' ? scorer(vector) : undefined;
      return score === undefined ? [] : [{ cvssScore: score, cvssVector: String(vector) }];
    });
    const [highest] = scored.toSorted((a, b) => b.cvssScore - a.cvssScore);
    if (highest !== undefined) return highest;
  }
  return {};
}
