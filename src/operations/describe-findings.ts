/**
 * What a finding shows beside its match: whether it is known to be exploited, or likely to be.
 * Joined when it is asked for, so that a new catalog counts at once and matches stay as they are.
 */
import { cvesOf } from '../domain/cve.ts';
import type { ExploitSignals } from '../domain/exploit-signal.ts';
import type { Finding } from '../domain/scan-result.ts';
import { findExploitSignals } from '../store/exploit-rows.ts';
import type { Reader } from '../store/store-contract.ts';

/** Findings with what the feeds of exploitation say of their CVEs. */
export async function withExploitSignals(
  db: Reader,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const named = findings.map((finding) => ({
    finding,
    cves: cvesOf(finding.advisoryId, finding.aliases),
  }));
  const found = await findExploitSignals(
    db,
    named.flatMap(({ cves }) => cves),
  );
  if (found.size === 0) return findings;
  return named.map(({ finding, cves }) => ({ ...finding, ...worst(cves, found) }));
}

/** Of an advisory that gathers several CVEs, the first in the catalog and the likeliest. */
function worst(
  cves: readonly string[],
  found: ReadonlyMap<string, ExploitSignals>,
): ExploitSignals {
  const said = cves.flatMap((cve) => found.get(cve) ?? []);
  const [kev] = said
    .flatMap((one) => one.kev ?? [])
    .toSorted((a, b) => (a.dateAdded < b.dateAdded ? -1 : 1));
  const [epss] = said.flatMap((one) => one.epss ?? []).toSorted((a, b) => b.score - a.score);
  return { ...(kev !== undefined && { kev }), ...(epss !== undefined && { epss }) };
}
