/**
 * How severe a record says it is. Records say it in words (`database_specific.severity`, Debian's
 * urgency) or as CVSS vectors; the word of the record's own source goes before a computed score.
 */
import type { JsonObject } from '../../domain/json.ts';
import { isJsonObject } from '../../domain/json.ts';
import type { Severity } from '../../domain/severity.ts';
import { scoreCvss2 } from './cvss2-score.ts';
import { scoreCvss3 } from './cvss3-score.ts';
import { scoreCvss4 } from './cvss4-score.ts';

/** A severity, where it was read, and the CVSS base score with its vector where there is one. */
export interface SeverityReading {
  readonly severity: Severity;
  readonly source: string;
  readonly score?: number;
  /** The vector that the score is of. */
  readonly vector?: string;
}

const WORDS: ReadonlyMap<string, Severity> = new Map<string, Severity>([
  ['unimportant', 'MINIMAL'],
  ['negligible', 'MINIMAL'],
  ['minimal', 'MINIMAL'],
  ['none', 'MINIMAL'],
  ['low', 'LOW'],
  ['moderate', 'MEDIUM'],
  ['medium', 'MEDIUM'],
  ['important', 'HIGH'],
  ['high', 'HIGH'],
  ['critical', 'CRITICAL'],
]);

/** Newest first. */
const SCORERS: readonly (readonly [string, (vector: string) => number | undefined])[] = [
  ['CVSS_V4', scoreCvss4],
  ['CVSS_V3', scoreCvss3],
  ['CVSS_V2', scoreCvss2],
];

/**
 * Reads the severity of an OSV record or of one of its `affected` entries, words before vectors;
 * undefined where it says none that is understood. `prefix` begins the name of the source.
 */
export function readSeverity(holder: JsonObject, prefix: string): SeverityReading | undefined {
  const scored = scoreVectors(holder['severity'], prefix);
  const worded = readWord(holder, prefix);
  if (worded === undefined) return scored;
  if (scored?.score === undefined || scored.vector === undefined) return worded;
  return { ...worded, score: scored.score, vector: scored.vector };
}

/** The qualitative rating of a CVSS score (3.1, section 5); 0 is MINIMAL. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'CRITICAL';
  if (score >= 7) return 'HIGH';
  if (score >= 4) return 'MEDIUM';
  return score > 0 ? 'LOW' : 'MINIMAL';
}

function readWord(holder: JsonObject, prefix: string): SeverityReading | undefined {
  for (const section of ['ecosystem_specific', 'database_specific']) {
    const value = holder[section];
    if (!isJsonObject(value)) continue;
    for (const field of ['severity', 'urgency']) {
      const severity = severityOfWord(value[field]);
      if (severity) return { severity, source: `${prefix}${section}.${field}` };
    }
  }
  return readTypedWord(holder['severity'], prefix) ?? readSummaryWord(holder, prefix);
}

/** The distributions that are built of Red Hat's sources begin their summaries with the word. */
const SUMMARY = /^(?:RH|RL|RX|AL|EL)SA-/;

function readSummaryWord({ id, summary }: JsonObject, prefix: string): SeverityReading | undefined {
  if (typeof id !== 'string' || typeof summary !== 'string' || !SUMMARY.test(id)) return undefined;
  const severity = severityOfWord(/^(Critical|Important|Moderate|Low): /.exec(summary)?.[1]);
  return severity && { severity, source: `${prefix}summary` };
}

/** OSV's Ubuntu records say their priority as a word in `severity[]`. */
function readTypedWord(list: unknown, prefix: string): SeverityReading | undefined {
  for (const entry of Array.isArray(list) ? list : []) {
    if (!isJsonObject(entry) || entry['type'] !== 'Ubuntu') continue;
    const severity = severityOfWord(entry['score']);
    if (severity) return { severity, source: `${prefix}severity Ubuntu` };
  }
  return undefined;
}

/**
 * The severity that a source says in a word; undefined for what is none. Debian marks a provisional
 * urgency by asterisks; it still is what the tracker says.
 */
export function severityOfWord(word: unknown): Severity | undefined {
  if (typeof word !== 'string') return undefined;
  return WORDS.get(word.toLowerCase().replace(/\*+$/, '').trim());
}

/** The highest score among the vectors of the newest CVSS that the record has. */
function scoreVectors(list: unknown, prefix: string): SeverityReading | undefined {
  // Most of what a record affects has none.
  if (!Array.isArray(list) || list.length === 0) return undefined;
  for (const [type, scorer] of SCORERS) {
    const scored = vectorsOf(list, type).flatMap((vector) => {
      const score = scoreOnce(vector, scorer);
      return score === undefined ? [] : [{ score, vector }];
    });
    const [highest] = scored.toSorted((a, b) => b.score - a.score);
    if (highest === undefined) continue;
    const severity = severityOfScore(highest.score);
    return { severity, source: `${prefix}severity ${type}`, ...highest };
  }
  return undefined;
}

/** Most vectors whose scores are remembered: records have few different ones. */
const REMEMBERED = 4096;
const scores = new Map<string, number | undefined>();

function scoreOnce(
  vector: string,
  scorer: (vector: string) => number | undefined,
): number | undefined {
  // Each version of CVSS but the second names itself in its vectors.
  if (scores.has(vector)) return scores.get(vector);
  const score = scorer(vector);
  if (vector.startsWith('CVSS:') && scores.size < REMEMBERED) scores.set(vector, score);
  return score;
}

function vectorsOf(list: unknown, type: string): readonly string[] {
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return entries.flatMap((entry) => {
    if (!isJsonObject(entry) || entry['type'] !== type) return [];
    return typeof entry['score'] === 'string' ? [entry['score']] : [];
  });
}

/** The fields of a record whose source says its severity in that word; unspecified for none. */
export function wordSeverity(
  word: unknown,
  source: string,
): { readonly severity: Severity; readonly severitySource: string } {
  const severity = severityOfWord(word);
  if (severity !== undefined) return { severity, severitySource: source };
  return { severity: 'SEVERITY_UNSPECIFIED', severitySource: 'none' };
}
