/**
 * What is attached to an image in its registry (cosign's tags, referrers, the fallback tag, its
 * index), and what of it verifies by the keys or identities that are handed in. Nothing is kept: no
 * server and no data folder is needed. Trust flows one way: what is proven of an index counts for
 * the images that it lists, an index is proven by itself or by every platform that may run, and no
 * proof of an image reaches its index or another platform.
 */
import { isDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { type ImageReference, parseImageReference } from '../domain/image-reference.ts';
import type { Micros } from '../domain/time.ts';
import { parseManifest } from '../image/manifest.ts';
import { predicateTypeOf } from '../signing/in-toto-statement.ts';
import type { Refusal } from '../signing/proof.ts';
import type { ProvenanceRequirements } from '../signing/slsa-provenance.ts';
import type { AttachedGrade, AttachedTrust } from './check-attached.ts';
import { type CheckedManifest, judgeManifest } from './checked-manifest.ts';
import { type RegistryReach, reachRegistry } from './reach-registry.ts';
import { type AttachedImage, readAttached } from './read-attached.ts';
import { type NotationPlaces, openNotationTrust } from './open-notation-trust.ts';
import { type GivenSigners, holdersOf, readSigners } from './sigstore-signers.ts';
import {
  type AttachedSearch,
  type CheckedIndex,
  listsImage,
  type ReadIndex,
  verifyIndex,
  verifyWithin,
} from './verify-index.ts';

/** Of which image, and whom to believe; nobody: what is there is only listed. */
export interface VerifyAttachedInput extends GivenSigners {
  readonly image: string;
  /**
   * Tag or digest of an index in the same repository: what is proven of it counts for the images
   * that it lists. Absent: the index that the image's tag names, where the image is by digest.
   */
  readonly index?: string;
  /** What SLSA provenance must say besides. */
  readonly provenance?: ProvenanceRequirements;
  /** The least that counts; default `verified`. */
  readonly grade?: AttachedGrade;
  /** Paths of a trust policy of Notation and of its store. */
  readonly notation?: NotationPlaces;
}

/** How the registry is reached, what time it is, and whether to read on beyond a proof. */
export interface AttachedAccess {
  readonly registry: RegistryReach;
  readonly now: Micros;
  readonly reading: AttachedSearch['reading'];
}

/** What is attached to an image, and what it comes to. */
export interface VerifiedAttachments extends Omit<CheckedIndex, 'digest'> {
  readonly image: string;
  /** What is attached to the index by which the image was asked about. */
  readonly index?: CheckedManifest;
}

/** Reads and verifies all that is attached; throws where the image or the trust cannot be read. */
export async function verifyAttached(
  input: VerifyAttachedInput,
  { registry, now, reading }: AttachedAccess,
): Promise<VerifiedAttachments> {
  const trust = await readTrust(input, { now, reading });
  const client = reachRegistry(registry);
  try {
    const reference = parseImageReference(input.image);
    const search = { client, trust, reading };
    const { digest, ...checked } = await verifyReference(search, reference, input.index);
    return { image: `${reference.name}@${digest}`, ...checked };
  } finally {
    await client.close();
  }
}

async function readTrust(
  input: VerifyAttachedInput,
  { now, reading }: Omit<AttachedAccess, 'registry'>,
): Promise<AttachedTrust> {
  const { annotations, type, provenance, grade, image, notation, attestors = [] } = input;
  const stated = {
    ...(annotations === undefined ? {} : { annotations }),
    ...(type === undefined ? {} : { predicateType: predicateTypeOf(type) }),
  };
  const trusts = await readSigners(input, now);
  return {
    trusts,
    provenance,
    grade,
    stated,
    describe: reading === 'all',
    holders: holdersOf(attestors),
    notation: notation && (await openNotationTrust(notation, { image, now })),
  };
}

async function verifyReference(
  search: AttachedSearch,
  reference: ImageReference,
  named: string | undefined,
): Promise<CheckedIndex & Pick<VerifiedAttachments, 'index'>> {
  const image = await readAttached(search.client, reference);
  const opened = openIndex(image);
  if (opened === undefined) return verifyImage(search, image, { reference, named });
  if (named === undefined) return verifyIndex(search, opened);
  throw new AssayError(
    'invalid-argument',
    `${image.digest} is an index itself, and an index in an index is not gone into; ` +
      'leave --index out, or name an image of it',
  );
}

interface IndexHint {
  readonly reference: ImageReference;
  readonly named: string | undefined;
}

async function verifyImage(
  search: AttachedSearch,
  image: AttachedImage,
  { reference, named }: IndexHint,
): Promise<CheckedIndex & Pick<VerifiedAttachments, 'index'>> {
  const opened =
    named === undefined
      ? await tagIndex(search, reference)
      : await namedIndex(search, reference, named);
  if (opened !== undefined && listsImage(opened, image.digest)) {
    return verifyWithin(search, image, opened);
  }
  const checked = await judgeManifest(image, search.trust);
  return named === undefined || opened === undefined ? checked : unlisted(checked, opened);
}

/** An index that the caller named and that does not list the image is told, and counts nothing. */
function unlisted(checked: CheckedManifest, { image, index }: ReadIndex): CheckedManifest {
  const { digest: manifest } = image;
  const why = `the index ${manifest} does not list ${checked.digest}`;
  const answer: Refusal = { kind: 'index', outcome: 'wrong', step: 'index-child', why };
  const one = { location: 'index', manifest, mediaType: index.mediaType, answer } as const;
  const found = checked.outcome === 'allow' ? checked.found : `${checked.found}; ${why}`;
  return { ...checked, found, attachments: [...checked.attachments, one] };
}

/** The index that a tag names beside a digest, if it is one. */
async function tagIndex(
  { client }: AttachedSearch,
  { name, tag, digest }: ImageReference,
): Promise<ReadIndex | undefined> {
  if (tag === undefined || digest === undefined) return undefined;
  try {
    return openIndex(await readAttached(client, parseImageReference(`${name}:${tag}`)));
  } catch (error) {
    // The tag may have gone; what the digest names stands without it.
    if (isAssayError(error, 'not-found')) return undefined;
    throw error;
  }
}

async function namedIndex(
  { client }: AttachedSearch,
  { name }: ImageReference,
  named: string,
): Promise<ReadIndex> {
  const reference = parseImageReference(`${name}${isDigest(named) ? '@' : ':'}${named}`);
  const opened = openIndex(await readAttached(client, reference));
  if (opened !== undefined) return opened;
  const wanted = 'give the tag or digest of an index of the same repository';
  throw new AssayError('invalid-argument', `--index ${named} is one image, no index; ${wanted}`);
}

function openIndex(image: AttachedImage): ReadIndex | undefined {
  const index = parseManifest(image.bytes, image.mediaType);
  return index.kind === 'index' ? { image, index } : undefined;
}
