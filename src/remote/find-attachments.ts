/**
 * What a registry keeps beside an image: signatures, attestations, SBOMs. All places are asked at
 * once, every byte is hashed before it counts, and each place answers for itself: what could not be
 * asked is never mistaken for what is not there. Whether what is found is worth anything is for the
 * verifiers to say; a manifest is only known to be the one that its digest names.
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { indexAttestations } from '../image/index-attestation.ts';
import {
  type Descriptor,
  type ImageIndex,
  type Manifest,
  parseManifest,
} from '../image/manifest.ts';
import {
  ATTACHMENT_LOCATIONS,
  type AttachmentLocation,
  attachmentTag,
} from './attachment-location.ts';
import type { FetchedManifest, RegistryClient } from './registry-client.ts';
import type { Repository } from './registry-exchange.ts';
import { openSingleFlight } from './single-flight.ts';
import { collectBytes, tooLarge } from './verify-stream.ts';

/** Caps on what is attached to one image. */
export interface AttachmentLimits {
  /** Manifests at one place; what is beyond is named as not read. */
  readonly manifests: number;
  /** Layers of one manifest. */
  readonly layers: number;
  /** Bytes of one layer. */
  readonly layerBytes: number;
  /** Until a whole layer has come, in milliseconds. */
  readonly layerMs: number;
  /** Bytes of all layers that are read. */
  readonly totalBytes: number;
  /** Pages of the list of referrers. */
  readonly pages: number;
  /** Manifests that are fetched at once at one place. */
  readonly parallel: number;
}

/** Of which image, and where to look. */
export interface AttachmentQuery {
  /** Where the attachments are kept; usually the repository of the image. */
  readonly repository: Repository;
  readonly digest: Digest;
  /** An index that lists the image: what it says of it is read too; absent: no such place. */
  readonly index?: ImageIndex | undefined;
  /** Default: all. */
  readonly locations?: readonly AttachmentLocation[];
  /** Only manifests of these types; what a list says of a type only saves the reading. */
  readonly artifactTypes?: readonly string[];
  readonly limits?: Partial<AttachmentLimits>;
  readonly signal?: AbortSignal | undefined;
}

/** A layer of an attachment, fetched when it is asked for. */
export interface AttachedLayer {
  readonly descriptor: Descriptor;
  /**
   * The bytes, which have the digest and size of the descriptor. Throws `too-large`, and
   * `registry-refused` for a layer that lies elsewhere, which is not followed.
   */
  read(): Promise<Uint8Array>;
}

/** A manifest that was found beside an image. */
export interface Attachment {
  readonly location: AttachmentLocation;
  /** Of the manifest's bytes as received. */
  readonly digest: Digest;
  readonly bytes: Uint8Array;
  /** The manifest's own, else its config's media type. */
  readonly artifactType: string;
  readonly manifest: Manifest;
  readonly layers: readonly AttachedLayer[];
}

/** What one place answered. */
export interface LocationState {
  readonly location: AttachmentLocation;
  /** `could-not-ask`: nothing is known of what is there. */
  readonly state: 'found' | 'none' | 'could-not-ask';
  /** What there was and could not be read or was not what it should be, and what went wrong. */
  readonly problems: readonly string[];
}

/** What is attached to an image. */
export interface Attachments {
  /**
   * By place and then as listed; one that two places have is of the first, but for those of an
   * index, which are judged in their own way.
   */
  readonly attachments: readonly Attachment[];
  /** Each place that was asked. */
  readonly locations: readonly LocationState[];
}

/** The caps that hold where nobody asks for others. */
export const ATTACHMENT_LIMITS: AttachmentLimits = {
  manifests: 64,
  layers: 64,
  layerBytes: 32 * 1024 * 1024,
  layerMs: 60_000,
  totalBytes: 128 * 1024 * 1024,
  pages: 8,
  parallel: 8,
};

interface Search extends AttachmentQuery {
  readonly client: RegistryClient;
  readonly caps: AttachmentLimits;
  /** By digest: lists of two places name the same manifests. */
  readonly fetch: (digest: Digest) => Promise<FetchedManifest>;
  readonly budget: { bytes: number };
}

/** Where a manifest was found, and whether a list said that it is attached. */
interface Place {
  readonly location: AttachmentLocation;
  readonly listed: boolean;
}

interface Found {
  readonly attachments: readonly Attachment[];
  readonly problems: readonly string[];
}

/**
 * Looks for what is attached to a digest, at all places at once. Throws nothing that a registry can
 * cause: what goes wrong is in the state of its place.
 */
export async function findAttachments(
  client: RegistryClient,
  query: AttachmentQuery,
): Promise<Attachments> {
  const search = openSearch(client, query);
  const asked = ATTACHMENT_LOCATIONS.filter(
    (one) =>
      (query.locations?.includes(one) ?? true) && (one !== 'index' || query.index !== undefined),
  );
  const answers = await Promise.all(
    asked.map(async (location) => ({ location, ...(await askLocation(search, location)) })),
  );
  const all = answers.flatMap(({ attachments }) => attachments);
  const first = new Map(all.toReversed().map((one) => [placeKey(one), one]));
  return {
    attachments: all.filter((one) => first.get(placeKey(one)) === one),
    locations: answers.map(({ location, state, problems }) => ({ location, state, problems })),
  };
}

function placeKey({ location, digest }: Attachment): string {
  return location === 'index' ? `index ${digest}` : digest;
}

function openSearch(client: RegistryClient, query: AttachmentQuery): Search {
  const { repository, signal } = query;
  const flights = openSingleFlight<FetchedManifest>();
  const fetch = (target: Digest): Promise<FetchedManifest> =>
    flights.share(target, signal, () => client.manifest({ repository, target, signal }));
  const caps = { ...ATTACHMENT_LIMITS, ...query.limits };
  return { ...query, client, caps, fetch, budget: { bytes: caps.totalBytes } };
}

async function askLocation(
  search: Search,
  location: AttachmentLocation,
): Promise<Found & Pick<LocationState, 'state'>> {
  try {
    const { attachments, problems } = await readLocation(search, location);
    // With problems alone, nothing is known of what is there.
    const empty = problems.length === 0 ? 'none' : 'could-not-ask';
    return { state: attachments.length > 0 ? 'found' : empty, attachments, problems };
  } catch (error) {
    if (isNothing(error, location)) return { state: 'none', attachments: [], problems: [] };
    return { state: 'could-not-ask', attachments: [], problems: [reasonOf(error)] };
  }
}

/** Statuses by which registries without lists of referrers answer, besides 404. */
const NO_SUCH_LISTS: ReadonlySet<unknown> = new Set([400, 405, 406, 501]);

function isNothing(error: unknown, location: AttachmentLocation): boolean {
  if (isAssayError(error, 'not-found')) return true;
  return (
    location === 'referrers' &&
    error instanceof AssayError &&
    error.code === 'unavailable' &&
    NO_SUCH_LISTS.has(error.details['status'])
  );
}

function readLocation(search: Search, location: AttachmentLocation): Promise<Found> {
  if (location === 'referrers') return readReferrers(search);
  if (location === 'index') return readIndex(search);
  const tag = attachmentTag(location, search.digest) ?? '';
  return location === 'fallback-tag'
    ? readFallback(search, tag)
    : readTagged(search, location, tag);
}

/** An image manifest under a tag that is made of the digest; what it is of, its payloads say. */
async function readTagged(
  search: Search,
  location: AttachmentLocation,
  tag: string,
): Promise<Found> {
  const { client, repository, signal } = search;
  const fetched = await client.manifest({ repository, target: tag, signal });
  return readEach([() => readAttachment(search, { location, listed: false }, fetched)]);
}

async function readReferrers(search: Search): Promise<Found> {
  const { client, repository, digest, signal, caps } = search;
  const listed: Descriptor[] = [];
  let next: string | undefined;
  for (let page = 0; page < caps.pages; page += 1) {
    const query = { repository, digest, signal, ...(next === undefined ? {} : { next }) };
    const answer = await client.referrers(query);
    listed.push(...answer.manifests);
    if (answer.next === undefined) return readListed(search, 'referrers', { listed, more: false });
    next = answer.next;
    if (wantedOf(search, listed).length > caps.manifests) break;
  }
  return readListed(search, 'referrers', { listed, more: true });
}

async function readFallback(search: Search, tag: string): Promise<Found> {
  const { client, repository, signal } = search;
  const fetched = await client.manifest({ repository, target: tag, signal });
  const index = parseManifest(fetched.bytes, fetched.mediaType);
  if (index.kind !== 'index') {
    throw new AssayError('invalid-image', `tag ${tag} is of a manifest, not of an index`);
  }
  return readListed(search, 'fallback-tag', { listed: index.manifests, more: false });
}

function readIndex(search: Search): Promise<Found> {
  const { index, digest } = search;
  const of = index === undefined ? [] : indexAttestations(index);
  const listed = of.filter(({ subject }) => subject === digest).map(({ entry }) => entry);
  return readListed(search, 'index', { listed, more: false });
}

function wantedOf({ artifactTypes }: Search, listed: readonly Descriptor[]): Descriptor[] {
  const wanted = listed.filter(
    // A list may leave the type out; then the manifest says it.
    ({ artifactType }) => artifactType === undefined || isWanted(artifactTypes, artifactType),
  );
  return [...new Map(wanted.map((one) => [one.digest, one])).values()];
}

function isWanted(types: readonly string[] | undefined, type: string): boolean {
  return types === undefined || types.includes(type);
}

async function readListed(
  search: Search,
  location: AttachmentLocation,
  list: { readonly listed: readonly Descriptor[]; readonly more: boolean },
): Promise<Found> {
  const wanted = wantedOf(search, list.listed);
  const { manifests: most, parallel } = search.caps;
  const listed = location !== 'index';
  const readOne = async ({ digest }: Descriptor): Promise<readonly Attachment[]> =>
    readAttachment(search, { location, listed }, await search.fetch(digest));
  const found = await readEach(
    wanted.slice(0, most).map((one) => () => readOne(one)),
    parallel,
  );
  if (!list.more && wanted.length <= most) return found;
  const problem = `more is attached than the ${most} manifests that are read; the rest is unread`;
  return { ...found, problems: [...found.problems, problem] };
}

/** Reads some at once; what fails is a problem beside what does not. */
async function readEach(
  reads: readonly (() => Promise<readonly Attachment[]> | readonly Attachment[])[],
  parallel = 1,
): Promise<Found> {
  const attachments: (readonly Attachment[])[] = reads.map(() => []);
  const problems: string[] = [];
  const queue = reads.entries();
  const work = async (): Promise<void> => {
    for (const [index, read] of queue) {
      try {
        attachments[index] = await read();
      } catch (error) {
        problems.push(reasonOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return { attachments: attachments.flat(), problems };
}

function readAttachment(
  search: Search,
  { location, listed }: Place,
  { bytes, mediaType, digest }: FetchedManifest,
): readonly Attachment[] {
  const manifest = parseManifest(bytes, mediaType);
  if (manifest.kind === 'index') throw refused(digest, 'is an index, which is not gone into');
  const artifactType = manifest.artifactType ?? manifest.config.mediaType;
  if (!isWanted(search.artifactTypes, artifactType)) return [];
  const saysSubject = location === 'index' && manifest.subject !== undefined;
  if (listed || saysSubject) refuseOtherSubject(manifest, digest, search.digest);
  const { layers: most } = search.caps;
  if (manifest.layers.length > most) throw refused(digest, `has more than ${most} layers`);
  const layers = manifest.layers.map((descriptor) => layerOf(search, descriptor));
  return [{ location, digest, bytes, artifactType, manifest, layers }];
}

/** A list may name anything; what counts is what the manifest says that it is attached to. */
function refuseOtherSubject({ subject }: Manifest, digest: Digest, wanted: Digest): void {
  if (subject?.digest === wanted) return;
  const found = subject === undefined ? 'nothing' : subject.digest;
  throw refused(digest, `is listed as attached to ${wanted}, but says that it is to ${found}`);
}

function refused(digest: Digest, problem: string): AssayError {
  return new AssayError('registry-refused', `manifest ${digest} ${problem}`);
}

function layerOf(search: Search, descriptor: Descriptor): AttachedLayer {
  let read: Promise<Uint8Array> | undefined;
  return {
    descriptor,
    read: () => (read ??= readLayer(search, descriptor)),
  };
}

async function readLayer(search: Search, descriptor: Descriptor): Promise<Uint8Array> {
  const { client, repository, caps, budget } = search;
  const what = `attached layer ${descriptor.digest}`;
  if (descriptor.foreign === true) {
    throw new AssayError('registry-refused', `${what} lies elsewhere, where it is not fetched`);
  }
  if (descriptor.size > caps.layerBytes) throw tooLarge(what, caps.layerBytes);
  if (descriptor.size > budget.bytes) throw tooLarge('what is attached', caps.totalBytes);
  budget.bytes -= descriptor.size;
  const within = { timeoutMs: caps.layerMs, signal: search.signal };
  return collectBytes(client.blob(repository, descriptor, within), caps.layerBytes, what);
}

/** Only our own errors are known to hold no secret. */
function reasonOf(error: unknown): string {
  return error instanceof AssayError ? error.message : 'an unexpected error';
}
