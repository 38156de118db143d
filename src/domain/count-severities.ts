/** How many findings there are of each severity: the numbers that reports and gates begin with. */
import type { Severity } from './severity.ts';
import { SEVERITIES } from './severity.ts';

/** Counts by severity, every severity of Grafeas present, the unknown one included. */
export function countBySeverity(
  findings: readonly { readonly severity: Severity }[],
): Readonly<Record<Severity, number>> {
  const counts = Object.fromEntries(SEVERITIES.map((name) => [name, 0])) as Record<
    Severity,
    number
  >;
  for (const finding of findings) counts[finding.severity] += 1;
  return counts;
}
