/** What is attached to a manifest, over HTTP (distribution-spec 1.1, end-12a and end-12b). */
import { parseDigest } from '../domain/digest.ts';
import { type ListReferrersInput, listReferrers } from '../operations/list-referrers.ts';
import type { RegistryHandler } from './registry-call.ts';
import { readCount } from './registry-manifest-handlers.ts';

const INDEX = 'application/vnd.oci.image.index.v1+json';

/**
 * Lists referrers as an index; a digest to which nothing is attached has an empty one. Pages are
 * gone through by `n` and `last`, of which the `Link` header makes use.
 */
export const getReferrers: RegistryHandler = async (deps, { repository, target, query }) => {
  const input = {
    repository,
    subject: parseDigest(target),
    artifactType: query.get('artifactType') ?? undefined,
    count: readCount(query.get('n')),
    after: query.get('last') ?? undefined,
  };
  const { manifests, next } = await listReferrers(deps, input);
  const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  const filtered =
    input.artifactType === undefined ? {} : { 'oci-filters-applied': 'artifactType' };
  const link = next === undefined ? {} : { link: nextLink(input, next) };
  return { status: 200, headers: { 'content-type': INDEX, ...filtered, ...link }, body };
};

function nextLink(input: ListReferrersInput, last: string): string {
  const page = new URLSearchParams({ last });
  if (input.count !== undefined) page.set('n', String(input.count));
  if (input.artifactType !== undefined) page.set('artifactType', input.artifactType);
  return `</v2/${input.repository}/referrers/${input.subject}?${page.toString()}>; rel="next"`;
}
