/**
 * An index and the images that it lists: who is proven to have signed it, what that proves of one
 * of its images, and whether every platform of it that may run is proven. An index in an index is
 * not gone into: what a runtime would make of it is not ours to guess.
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { Outcome } from '../domain/verdict.ts';
import { formatPlatform } from '../image/image-config.ts';
import { indexAttestations } from '../image/index-attestation.ts';
import { type ImageIndex, isRunnablePlatform, parseManifest } from '../image/manifest.ts';
import { findAttachments } from '../remote/find-attachments.ts';
import type { RegistryClient } from '../remote/registry-client.ts';
import { isProof, type Refusal } from '../signing/proof.ts';
import { listedManifests, proofOfChild } from '../signing/proof-over-index.ts';
import {
  type AttachedTrust,
  checkAttached,
  type CheckedAttachment,
  type ProvenIndex,
} from './check-attached.ts';
import {
  type CheckedManifest,
  judgeAttachments,
  judgeManifest,
  proofsOf,
} from './checked-manifest.ts';
import { type AttachedImage, readAttached } from './read-attached.ts';

/** Where it is looked, and for what. */
export interface AttachedSearch {
  readonly client: RegistryClient;
  readonly trust: AttachedTrust;
  /** `proof`: no further than to a proof; `all`: all that there is. */
  readonly reading: 'proof' | 'all';
}

/** An index as received, with what is attached to it. */
export interface ReadIndex {
  readonly image: AttachedImage;
  readonly index: ImageIndex;
}

/** One platform of an index. */
export interface CheckedPlatform extends CheckedManifest {
  /** `linux/amd64`; several, where one image is listed for them. */
  readonly platform: string;
}

/** An index with what is attached to it and, where it came to that, to its platforms. */
export interface CheckedIndex extends CheckedManifest {
  readonly platforms?: readonly CheckedPlatform[];
}

/** Most platforms of an index that are looked at, one after another. */
const MOST_PLATFORMS = 32;

/** An index counts by a proof over itself, or by one for every platform that may run. */
export async function verifyIndex(
  search: AttachedSearch,
  opened: ReadIndex,
): Promise<CheckedIndex> {
  const { checked, proven } = await vouchIndex(search, opened);
  const own = { ...checked, attachments: [...checked.attachments, ...strayOf(search, opened)] };
  if (own.outcome === 'allow' && search.reading === 'proof') return own;
  const platforms = await checkPlatforms(search, opened.image.name, proven);
  return { ...own, ...judgeIndex(own, platforms), platforms };
}

/** An image counts by what is attached to it, or to an index that lists it. */
export async function verifyWithin(
  search: AttachedSearch,
  image: AttachedImage,
  opened: ReadIndex,
): Promise<CheckedManifest & { readonly index: CheckedManifest }> {
  const { checked: index, proven } = await vouchIndex(search, opened);
  const own = await checkListed(search, image, proven);
  const attachments = [...own.attachments, ...reachOf(image.digest, index, opened)];
  const locations = [...own.locations, ...index.locations];
  const judged = judgeAttachments(attachments, locations);
  return { ...own, ...judged, attachments, index };
}

/** Whether an index lists an image. */
export function listsImage({ image }: ReadIndex, digest: Digest): boolean {
  return listedManifests(image.bytes).includes(digest);
}

/** What is attached to an image that an index lists, and what that index says of it. */
async function checkListed(
  { client, trust, reading }: AttachedSearch,
  image: AttachedImage,
  within: ProvenIndex,
): Promise<CheckedManifest> {
  if (reading === 'proof' && trust.stated?.predicateType === undefined) {
    return judgeManifest(image, trust);
  }
  const { digest, found } = image;
  const { domain, path } = parseImageReference(image.name);
  const stated = await findAttachments(client, {
    repository: { domain, path },
    digest,
    index: within.index,
    locations: ['index'],
  });
  const all = {
    attachments: [...found.attachments, ...stated.attachments],
    locations: [...found.locations, ...stated.locations],
  };
  return judgeManifest({ ...image, found: all, within }, trust);
}

/** What was checked of an index, and the index with who signed it. */
interface VouchedIndex {
  readonly checked: CheckedManifest;
  readonly proven: ProvenIndex;
}

async function vouchIndex(
  { trust }: AttachedSearch,
  { image, index }: ReadIndex,
): Promise<VouchedIndex> {
  const checked = await judgeManifest(image, trust);
  const isSignature = trust.stated?.predicateType === undefined;
  const signed = isSignature
    ? checked.attachments
    : await checkAttached(image, signatureTrust(trust));
  const proof = proofsOf(signed).find(({ grade }) => grade === 'verified');
  return { checked, proven: { fetched: image, index, proof } };
}

/** The same signers, asked for a plain signature: what a signed index is vouched for by. */
function signatureTrust({ trusts }: AttachedTrust): AttachedTrust {
  return {
    trusts: trusts.map(({ predicateType: _type, annotations: _also, ...trust }) => trust),
  };
}

/** What is proven of the index, as proofs of the image: the index's own bytes must list it. */
function reachOf(
  image: Digest,
  index: CheckedManifest,
  { image: { bytes } }: ReadIndex,
): readonly CheckedAttachment[] {
  return index.attachments.flatMap(({ answer, ...one }) => {
    if (answer === undefined) return [];
    const reached = isProof(answer) ? proofOfChild(answer, bytes, image) : answer;
    return [{ ...one, location: 'index' as const, answer: reached }];
  });
}

/** Attestations of what the index does not list prove nothing of anything; they are named. */
function strayOf(
  { trust, reading }: AttachedSearch,
  { index }: ReadIndex,
): readonly CheckedAttachment[] {
  if (reading === 'proof' && trust.stated?.predicateType === undefined) return [];
  const stray = indexAttestations(index).filter(({ isListed }) => !isListed);
  return stray.map(({ entry: { digest: manifest, mediaType }, subject }) => {
    const why = `it is of ${subject}, which the index does not list as an image`;
    const answer: Refusal = {
      kind: 'index-attestation',
      outcome: 'wrong',
      step: 'index-child',
      why,
    };
    return { location: 'index', manifest, mediaType, answer };
  });
}

async function checkPlatforms(
  search: AttachedSearch,
  name: string,
  proven: ProvenIndex,
): Promise<readonly CheckedPlatform[]> {
  const names = new Map<Digest, string[]>();
  for (const { digest, platform } of proven.index.manifests.filter(isRunnablePlatform)) {
    const shown = platform === undefined ? 'no platform named' : formatPlatform(platform);
    names.set(digest, [...(names.get(digest) ?? []), shown]);
  }
  if (names.size > MOST_PLATFORMS) {
    const found = `the index lists ${names.size} platforms`;
    const wanted = `at most ${MOST_PLATFORMS} are verified: give one of them by its digest`;
    throw new AssayError('too-large', `${found}; ${wanted}`);
  }
  const platforms: CheckedPlatform[] = [];
  for (const [digest, platform] of names) {
    const checked = await checkPlatform(search, `${name}@${digest}`, proven);
    platforms.push({ platform: [...new Set(platform)].join(', '), ...checked, digest });
  }
  return platforms;
}

async function checkPlatform(
  search: AttachedSearch,
  image: string,
  within: ProvenIndex,
): Promise<Omit<CheckedManifest, 'digest'>> {
  try {
    const read = await readAttached(search.client, parseImageReference(image));
    if (parseManifest(read.bytes, read.mediaType).kind === 'index') {
      return unread('it is an index in an index, which is not gone into');
    }
    return await checkListed(search, read, within);
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return unread(error.message);
  }
}

function unread(why: string): Omit<CheckedManifest, 'digest'> {
  const found = `could not check: ${why}`;
  return { outcome: 'undecided', found, attachments: [], locations: [] };
}

/** Any platform that is not proven denies; what is not known of the index may yet be its proof. */
function judgeIndex(
  own: CheckedManifest,
  platforms: readonly CheckedPlatform[],
): { readonly outcome: Outcome; readonly found: string } {
  if (own.outcome === 'allow') return own;
  const failed = platforms.filter(({ outcome }) => outcome !== 'allow');
  if (platforms.length > 0 && failed.length === 0) {
    const names = platforms.map(({ platform }) => platform).join(', ');
    return { outcome: 'allow', found: `a proof for every platform that may run: ${names}` };
  }
  const isDenied = failed.length === 0 || failed.some(({ outcome }) => outcome === 'deny');
  const outcome = isDenied && own.outcome === 'deny' ? 'deny' : 'undecided';
  const [first] = failed;
  const why =
    first === undefined
      ? 'it lists no platform that may run'
      : `of ${first.platform} ${first.digest.slice(0, 19)}: ${first.found}`;
  return { outcome, found: `of the index: ${own.found}; ${why}` };
}
