/**
 * Which findings of a scan somebody wants to see and to be judged by. What is left out is counted,
 * so that a short list never reads like a clean image; what is not known is never left out.
 */
import { cvesOf } from './cve.ts';
import { countBySeverity } from './count-severities.ts';
import { type Finding, isSuppressed, type ScanResult } from './scan-result.ts';

/** What is wanted. */
export interface ScanFilter {
  /** Only findings that a version fixes. */
  readonly onlyFixed?: boolean;
  /** Only findings whose EPSS score is as high, 0 to 1; those without one and of KEV stay. */
  readonly minEpss?: number;
  /** Only findings of this id or alias, in whatever case. */
  readonly id?: string;
}

/** Tells whether a finding is wanted. */
export function isWanted(finding: Finding, filter: ScanFilter): boolean {
  const { onlyFixed = false, minEpss = 0, id } = filter;
  if (onlyFixed && finding.fixedVersion === undefined) return false;
  if (!isLikely(finding, minEpss)) return false;
  return id === undefined || hasId(finding, id);
}

/** The result with the wanted findings only, and their numbers. */
export function filterScan(result: ScanResult, filter: ScanFilter): ScanResult {
  const findings = result.findings.filter((finding) => isWanted(finding, filter));
  if (findings.length === result.findings.length) return result;
  const open = findings.filter((finding) => !isSuppressed(finding));
  const byOrigin = Map.groupBy(open, (finding) => finding.package.origin);
  return {
    ...result,
    findings,
    hiddenFindings: result.findings.length - findings.length,
    summary: countBySeverity(byOrigin.get('installed') ?? []),
    declaredSummary: countBySeverity(byOrigin.get('declared') ?? []),
  };
}

function isLikely({ epss, kev }: Finding, least: number): boolean {
  return kev !== undefined || epss === undefined || epss.score >= least;
}

function hasId({ advisoryId, aliases, records = [] }: Finding, wanted: string): boolean {
  const ids = [advisoryId, ...aliases, ...records, ...cvesOf(advisoryId, aliases)];
  return ids.some((id) => id.toLowerCase() === wanted.toLowerCase());
}
