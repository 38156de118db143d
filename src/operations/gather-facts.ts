/**
 * What is known of the images of a request, for policies in Rego that ask: read of the store only,
 * and of what the project itself has seen. What is not known as a whole is said so, and why.
 */
import type { Digest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import type { FactsTable, HandedFacts, KnownImage } from '../domain/image-facts.ts';
import { type ImageReference, parseImageReference } from '../domain/image-reference.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import type { TagEvidence } from '../domain/verdict.ts';
import { factsKeyOf } from '../policy/facts-key.ts';
import { findSighting, listSightingsOf, type Sighting } from '../store/sighting-rows.ts';
import { findAskedImage } from './asked-image.ts';
import type { Deps } from './deps.ts';
import { describeFacts } from './describe-facts.ts';
import { createRevisionMemory } from './revision-memory.ts';

/** Images of one request that are looked up. */
const MAX_IMAGES = 50;
/** Vulnerabilities that are listed of one image, and of all images of a request. */
const MAX_LISTED = 5000;
const MAX_LISTED_IN_ALL = 20_000;
/** How long facts stand that only time changes; what is written ends them at once. */
const STANDING = 5 * SECOND;
/** How many images' facts are remembered, and with how many vulnerabilities at most. */
const REMEMBERED = 100;
const REMEMBERED_LISTED = 1000;

/** Which images, of whose project, and what a tag points at. */
export interface FactsQuestion {
  readonly project: string;
  /** As they are written in the request. */
  readonly images: readonly string[];
  readonly findTag: (one: ImageReference, index: number) => Promise<TagEvidence>;
}

/** Facts, and until when they may be used again. */
export interface GatheredFacts {
  readonly table: FactsTable;
  readonly validUntil: Micros;
}

/** Gathers what is known. An image that is named by a tag has its facts under its digest. */
export async function gatherFacts(deps: Deps, question: FactsQuestion): Promise<GatheredFacts> {
  const references = new Map<string, ImageReference | undefined>();
  for (const text of question.images) {
    const reference = readReference(text);
    references.set(reference ? factsKeyOf(reference) : text, reference);
  }
  const most = Math.min(MAX_LISTED, Math.floor(MAX_LISTED_IN_ALL / references.size));
  const tags = [...references.values()].filter((one) => one && one.digest === undefined);
  const table = new Map<string, HandedFacts>();
  for (const [image, reference] of references) {
    const isBehind = table.size >= MAX_IMAGES;
    const told =
      reference === undefined || isBehind
        ? [withoutDigest(image, isBehind ? TOO_MANY : MALFORMED)]
        : await lookUp(deps, question, { reference, most, nth: tags.indexOf(reference) });
    for (const one of told) table.set(one.state.image, one);
  }
  return { table: Object.fromEntries(table), validUntil: deps.now() + STANDING };
}

/** An image of a request; `nth` counts those that are named by tags. */
interface AskedReference {
  readonly reference: ImageReference;
  readonly most: number;
  readonly nth: number;
}

/** What is told of an image, and of what its tag points at. */
async function lookUp(
  deps: Deps,
  { project, findTag }: FactsQuestion,
  { reference, most, nth }: AskedReference,
): Promise<readonly HandedFacts[]> {
  const { name, digest } = reference;
  if (digest !== undefined) return [await recall(deps, { project, name, digest, most })];
  const image = factsKeyOf(reference);
  const tag = await findTag(reference, nth);
  if (tag.digest === undefined) return [withoutDigest(image, ['NOT_RESOLVED', tag.how])];
  const found = await recall(deps, { project, name, digest: tag.digest, most });
  return [found, { state: { ...found.state, image, pinned: false } }];
}

const MALFORMED = ['MALFORMED', 'it is no image reference'] as const;
const TOO_MANY = ['NOT_LOOKED_UP', `a request names more than ${MAX_IMAGES} images`] as const;

function readReference(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

function withoutDigest(
  image: string,
  [status, why]: readonly [KnownImage['status'], string],
): HandedFacts {
  return { state: { image, status, usable: false, pinned: false, problems: [why] } };
}

/** One digest under one name. */
interface NamedDigest {
  readonly project: string;
  readonly name: string;
  readonly digest: Digest;
  /** Vulnerabilities that are listed. */
  readonly most: number;
}

const recallFacts = createRevisionMemory<HandedFacts>(
  REMEMBERED,
  ({ facts }) => facts !== undefined && facts.vulnerabilities.length <= REMEMBERED_LISTED,
);

async function recall(deps: Deps, asked: NamedDigest): Promise<HandedFacts> {
  const { project, name, digest, most } = asked;
  const span = Math.floor(deps.now() / STANDING);
  const key = JSON.stringify([project, name, digest, most, span]);
  const found = await recallFacts(deps.store, key, () => findFacts(deps, asked));
  return found ?? findFacts(deps, asked);
}

async function findFacts(deps: Deps, asked: NamedDigest): Promise<HandedFacts> {
  const { project, name, digest, most } = asked;
  const image = `${name}@${digest}`;
  const sighting = await findSighted(deps, asked);
  const found = sighting && (await describeFacts(deps, sighting, most));
  if (found !== undefined) return found;
  const scan = (await findAskedImage(deps, { project, resourceUri: image }))?.asked;
  const base = { image, usable: false, pinned: true, digest, reference: image };
  const status = scan?.progress ?? 'NOT_SCANNED';
  const why = scan?.failure?.message ?? `project ${project} has no scan of it`;
  return { state: { ...base, status, problems: [why] } };
}

/** A project sees what it has sighted; its bytes are the same under whatever name it asks. */
async function findSighted(
  { store }: Deps,
  { project, name, digest }: NamedDigest,
): Promise<Sighting | undefined> {
  const key = { project, resourceUri: `${name}@${digest}`, digest };
  const found = await findSighting(store, key);
  if (found !== undefined) return found;
  const [other] = await listSightingsOf(store, { project, digest, limit: 1 });
  return other && { ...other, resourceUri: key.resourceUri };
}
