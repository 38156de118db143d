/** CVE ids: the names under which KEV, EPSS and people know a vulnerability. */

/** Longest id that is read; the numbering authority's have 8 digits at most so far. */
const WHOLE = /^CVE-\d{4}-\d{4,19}$/;
const WITHIN = /CVE-\d{4}-\d{4,19}(?!\d)/;

/** Tells whether a text is a CVE id. */
export function isCve(text: string): boolean {
  return WHOLE.test(text);
}

/**
 * The CVEs that an advisory is about: those among its own id and its aliases; where there is none,
 * the one that its id contains (`DEBIAN-CVE-2024-1234`). Several where it gathers several.
 */
export function cvesOf(advisoryId: string, aliases: readonly string[]): readonly string[] {
  const named = [advisoryId, ...aliases].filter(isCve);
  if (named.length > 0) return [...new Set(named)];
  const [contained] = WITHIN.exec(advisoryId) ?? [];
  return contained === undefined ? [] : [contained];
}
