/** Manifests and tags over HTTP (distribution-spec 1.1, end-3, end-7, end-8, end-9). */
import { registryError } from '../domain/registry-error.ts';
import { parseManifestTarget } from '../domain/repository-path.ts';
import { deleteManifest } from '../operations/delete-manifest.ts';
import { listRepositoryImages } from '../operations/list-repository-images.ts';
import { pullManifest } from '../operations/pull-manifest.ts';
import { pushManifest } from '../operations/push-manifest.ts';
import { OVERSIZE, readBodyCapped } from './read-body.ts';
import { CONTENT_DIGEST, type RegistryHandler } from './registry-call.ts';
import { listingToJson } from './registry-listing.ts';

/** Sends a manifest as it was pushed, whatever the client says that it accepts. */
export const getManifest: RegistryHandler = async (deps, { repository, target }) => {
  const wanted = parseManifestTarget(target);
  const { bytes, digest, mediaType } = await pullManifest(deps, { repository, target: wanted });
  return {
    status: 200,
    headers: {
      'content-type': mediaType,
      'content-length': bytes.length,
      [CONTENT_DIGEST]: digest,
    },
    body: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  };
};

/** Takes a manifest under a tag or a digest. */
export const putManifest: RegistryHandler = async (deps, { repository, target, raw }) => {
  const wanted = parseManifestTarget(target);
  const cap = deps.folder.limits.manifestBytes;
  const bytes = await readBodyCapped(raw, cap);
  if (bytes === OVERSIZE) {
    throw registryError('SIZE_INVALID', `the manifest is larger than ${cap} bytes`);
  }
  const mediaType = raw.headers['content-type'];
  const { host } = raw.headers;
  const pushed = { repository, target: wanted, bytes, ...(host === undefined ? {} : { host }) };
  const { digest, subject } = await pushManifest(deps, {
    ...pushed,
    ...(mediaType === undefined ? {} : { mediaType }),
  });
  const location = `/v2/${repository}/manifests/${digest}`;
  const attached = subject === undefined ? {} : { 'oci-subject': subject };
  return { status: 201, headers: { location, [CONTENT_DIGEST]: digest, ...attached } };
};

/** Deletes a tag, or a manifest with its tags. */
export const removeManifestOrTag: RegistryHandler = async (deps, { repository, target }) => {
  await deleteManifest(deps, { repository, target: parseManifestTarget(target) });
  return { status: 202 };
};

/**
 * Lists tags; `n` and `last` page through them. Google's extension is in every answer: what each
 * manifest is (`manifest`) and the names below this one (`child`).
 */
export const getTags: RegistryHandler = async (deps, { repository, query }) => {
  const count = readCount(query.get('n'));
  const after = query.get('last') ?? undefined;
  const listing = await listRepositoryImages(deps, { repository, count, after });
  const { tags, next } = listing;
  const body = { name: repository, ...listingToJson(listing) };
  if (next === undefined) return { status: 200, body };
  const page = new URLSearchParams({ n: String(count ?? tags.length), last: next });
  const link = `</v2/${repository}/tags/list?${page.toString()}>; rel="next"`;
  return { status: 200, headers: { link }, body };
};

/** Reads how many items a page may have; undefined where the client does not say. */
export function readCount(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const message = `n is ${JSON.stringify(text.slice(0, 40))}; give a whole number`;
  throw registryError('UNSUPPORTED', message, 400);
}
