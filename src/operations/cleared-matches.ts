/** The matches of an image that signed VEX documents clear: what is counted leaves them out. */
import { clearsFinding } from '../domain/vex-document.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { findVersions, listMatches, type TimedMatch } from '../store/scanned-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { hasVexDocuments } from '../store/vex-document-rows.ts';
import { withVex } from './apply-vex.ts';
import type { Deps } from './deps.ts';

/** Matches that are read at once. */
const PAGE = 5000;

type Found = Pick<TimedMatch, 'packageId' | 'match'>;

/** The packages of an image, and the matches of theirs that are not kept. */
export interface ImageMatches {
  readonly packages: readonly number[];
  readonly unkept: readonly Found[];
}

/** Those of an image's matches that are cleared in its project under its name. */
export async function findCleared(
  deps: Deps,
  { project, resourceUri, digest }: Sighting,
  { packages, unkept }: ImageMatches,
): Promise<readonly Found[]> {
  if (!(await hasVexDocuments(deps.store, project))) return [];
  const found = [...unkept, ...(await listAll(deps, packages))];
  const ids = [...new Set(found.map(({ packageId }) => packageId))];
  const versions = new Map(
    (await findVersions(deps.store, ids)).map((one) => [one.packageId, one.version]),
  );
  const findings = found.flatMap(({ packageId, match }) => {
    const version = versions.get(packageId);
    return version === undefined ? [] : [{ ...match, packageId, match, package: version }];
  });
  const repository = resourceUri.slice(0, resourceUri.lastIndexOf('@'));
  const assessed = await withVex(deps, { project, digest, repository }, findings);
  return assessed.filter(({ vex }) => clearsFinding(vex));
}

async function listAll(deps: Deps, packages: readonly number[]): Promise<readonly Found[]> {
  const found: Found[] = [];
  let after = { packageId: 0, advisoryId: '' };
  for (;;) {
    const severities = SEVERITIES.map((_, rank) => rank);
    const page = await listMatches(deps.store, { packages, after, severities, limit: PAGE });
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return found;
    after = { packageId: last.packageId, advisoryId: last.match.advisoryId };
  }
}
