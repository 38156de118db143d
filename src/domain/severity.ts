/** Severities as Grafeas orders them: SEVERITY_UNSPECIFIED lowest, CRITICAL highest. */

/** The severities in rising order; the index is the rank. */
export const SEVERITIES = [
  'SEVERITY_UNSPECIFIED',
  'MINIMAL',
  'LOW',
  'MEDIUM',
  'HIGH',
  'CRITICAL',
] as const;

/** A severity of Grafeas' enum; SEVERITY_UNSPECIFIED means unknown. */
export type Severity = (typeof SEVERITIES)[number];

/** The rank of a severity, 0 to 5, for comparing. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** The rank against a limit: an unknown severity counts as CRITICAL. */
export function severityRankForLimit(severity: Severity): number {
  return severity === 'SEVERITY_UNSPECIFIED' ? severityRank('CRITICAL') : severityRank(severity);
}

/** Tells whether a text is a severity's name. */
export function isSeverity(text: string): text is Severity {
  return (SEVERITIES as readonly string[]).includes(text);
}
