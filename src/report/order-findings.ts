/** The order in which findings are shown: what matters most first, and always the same. */
import type { Finding } from '../domain/scan-result.ts';
import type { Severity } from '../domain/severity.ts';
import { SEVERITIES, severityRankForLimit } from '../domain/severity.ts';

/** Severities as people read them: worst first, the unknown one right after CRITICAL. */
export const SHOWN_SEVERITIES: readonly Severity[] = SEVERITIES.toSorted(
  (a, b) => severityRankForLimit(b) - severityRankForLimit(a) || shownRank(b) - shownRank(a),
);

/**
 * Orders by severity, worst first; then what is known to be exploited, what is likelier to be (by
 * whole percentiles, so that noise does not tear packages apart), and what has a fix; then by
 * package name, version and advisory id.
 */
export function orderFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) =>
      SHOWN_SEVERITIES.indexOf(a.severity) - SHOWN_SEVERITIES.indexOf(b.severity) ||
      Number(b.kev !== undefined) - Number(a.kev !== undefined) ||
      percentile(b) - percentile(a) ||
      Number(b.fixedVersion !== undefined) - Number(a.fixedVersion !== undefined) ||
      compareTexts(a.package.name, b.package.name) ||
      compareTexts(a.package.version, b.package.version) ||
      compareTexts(a.advisoryId, b.advisoryId),
  );
}

/** Whole percents, as they are shown; -1 where there is no forecast. */
export function percentile({ epss }: Finding): number {
  return epss === undefined ? -1 : Math.floor(epss.percentile * 100);
}

function shownRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
