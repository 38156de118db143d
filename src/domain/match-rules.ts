/**
 * Whose word stands where several sources speak of one vulnerability, and whose severity is shown.
 * Both are orders that a user may set; what an order leaves out comes after what it names.
 */

/** The sources of advisories: vendors' own data by their forms, and OSV. */
export const SOURCE_KINDS = [
  'debian-tracker',
  'redhat-csaf',
  'oracle-oval',
  'amazon-updateinfo',
  'osv',
] as const;

/** One of {@link SOURCE_KINDS}. */
export type SourceKind = (typeof SOURCE_KINDS)[number];

/**
 * Where severities are read: the word of the vendor or of the ecosystem's own database, that of
 * GitHub's advisories, that of the NVD's records (`CVE-…`), and what a CVSS vector comes to.
 */
export const SEVERITY_KINDS = ['vendor', 'ghsa', 'nvd', 'cvss'] as const;

/** One of {@link SEVERITY_KINDS}. */
export type SeverityKind = (typeof SEVERITY_KINDS)[number];

/** The orders by which packages are matched, the first first. */
export interface MatchRules {
  readonly sources: readonly SourceKind[];
  readonly severities: readonly SeverityKind[];
}

/** The orders that hold where none were set: as the kinds stand. */
export const DEFAULT_RULES: MatchRules = { sources: SOURCE_KINDS, severities: SEVERITY_KINDS };
