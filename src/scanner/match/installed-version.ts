/**
 * As what an installed version is held against a record's. Only Python has a rule of its own: where
 * a record's version has no local label, that of the candidate does not count (version specifiers,
 * "public version identifier"), so that 2.0.1+cpu is the 2.0.1 that a record speaks of.
 */

/** The installed version to be compared with these versions of a record. */
export function versionBeside(
  ecosystem: string,
  version: string,
  recorded: readonly string[],
): string {
  const label = ecosystem === 'PyPI' ? version.indexOf('+') : -1;
  if (label === -1 || recorded.some((one) => one.includes('+'))) return version;
  return version.slice(0, label);
}
