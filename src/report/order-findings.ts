/** The order in which findings are shown: what matters most first, and always the same. */
import type { Finding } from '../domain/scan-result.ts';
import type { Severity } from '../domain/severity.ts';
import { SEVERITIES, severityRankForLimit } from '../domain/severity.ts';

/** Severities as people read them: worst first, the unknown one right after CRITICAL. */
export const SHOWN_SEVERITIES: readonly Severity[] = SEVERITIES.toSorted(
  (a, b) => severityRankForLimit(b) - severityRankForLimit(a) || shownRank(b) - shownRank(a),
);

/** Orders by severity, worst first, then package name, version and advisory id. */
export function orderFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      SHOWN_SEVERITIES.indexOf(a.severity) - SHOWN_SEVERITIES.indexOf(b.severity) ||
      compareTexts(a.package.name, b.package.name) ||
      compareTexts(a.package.version, b.package.version) ||
      compareTexts(a.advisoryId, b.advisoryId),
  );
}

function shownRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
