/** A project's images with how far their scans are and what came of them. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference, withDefaultTag } from '../domain/image-reference.ts';
import type { ScanOrigin, ScanProgress } from '../domain/scan-origin.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import type { ScanStatus } from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { formatPageToken, parsePageToken } from '../store/cursor.ts';
import { findImageState, findTagEvent } from '../store/image-rows.ts';
import { listSeenTags } from '../store/sighted-repository-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { type AskedImage, findAskedImage, listAskedImages } from './asked-image.ts';
import { countOfImage } from './count-derived.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { judgeSighted } from './derive-occurrence.ts';

/** Above every text that follows a prefix. */
const TOP = '\u{10FFFF}';
/** Tags of one repository that are looked at. */
const MAX_TAGS = 200;

/** How an image stands: how far its first scan is, else the outcome; `INDEX` is its platforms'. */
export type ImageStanding = ScanProgress | ScanStatus | 'INDEX' | 'SEEN';

/** An image as it is shown. */
export interface ShownImage {
  /** `registry/path@digest`, or `registry/path:tag` while that is all that is known. */
  readonly image: string;
  readonly standing: ImageStanding;
  /** The tags that were last seen to point at it. */
  readonly tags: readonly string[];
  readonly platform?: string;
  /** When its packages were read. */
  readonly scanTime?: Micros;
  readonly problems: readonly string[];
  /** Vulnerabilities by severity; absent while nothing is known, which is not the same as none. */
  readonly summary?: Readonly<Partial<Record<Severity, number>>>;
  /** A scan that was asked for and is not done: of an image that was read, a new reading. */
  readonly asked?: {
    readonly progress: ScanProgress;
    readonly origin: ScanOrigin;
    readonly requestTime: Micros;
    readonly failures: number;
    readonly problem?: string;
  };
}

/** Which images: a page of those below a prefix. */
export interface ListImagesInput {
  readonly caller: Caller;
  readonly project: string;
  readonly prefix?: string;
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** Lists images by name. */
export async function listImages(
  deps: Deps,
  input: ListImagesInput,
): Promise<{ readonly images: readonly ShownImage[]; readonly nextPageToken?: string }> {
  const { caller, project, prefix = '', pageSize, pageToken } = input;
  authorise(caller, 'assay.images.list', project);
  await requireProject(deps, project);
  const selection = ['images', project, prefix];
  const after =
    pageToken === undefined ? undefined : parsePageToken(pageToken, selection, ['string']);
  // The least text above the last one: keys never hold NUL.
  const start = after === undefined ? prefix : `${String(after[0])}\u0001`;
  const range = { project, below: `${prefix}${TOP}`, limit: pageSize + 1 };
  const found = await listAskedImages(deps, { ...range, from: { resourceUri: start, digest: '' } });
  const page = found.slice(0, pageSize);
  const images: ShownImage[] = [];
  for (const one of page) images.push(await show(deps, one));
  const last = page.at(-1)?.resourceUri;
  if (found.length <= pageSize || last === undefined) return { images };
  return { images, nextPageToken: formatPageToken([last], selection) };
}

/** One image by its reference, by tag or digest; throws `not-found`. */
export async function showImage(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly image: string },
): Promise<ShownImage> {
  const { caller, project } = input;
  authorise(caller, 'assay.images.list', project);
  await requireProject(deps, project);
  const { name, tag = '', digest } = withDefaultTag(parseImageReference(input.image));
  const byDigest = (known: Digest): Promise<AskedImage | undefined> =>
    findAskedImage(deps, { project, resourceUri: `${name}@${known}` });
  const found =
    digest === undefined
      ? await findTagged(deps, { project, repository: name, tag }, byDigest)
      : await byDigest(digest);
  if (found !== undefined) return show(deps, found);
  const message = `project ${project} has not seen ${input.image.slice(0, 300)}`;
  throw new AssayError('not-found', `${message}; have it scanned: assay images scan IMAGE`);
}

/** While a tag is asked for, what it pointed at before is no answer about what it names now. */
async function findTagged(
  deps: Deps,
  of: { readonly project: string; readonly repository: string; readonly tag: string },
  byDigest: (digest: Digest) => Promise<AskedImage | undefined>,
): Promise<AskedImage | undefined> {
  const { project, repository, tag } = of;
  const tagged = await findAskedImage(deps, { project, resourceUri: `${repository}:${tag}` });
  if (tagged?.asked?.state === 'waiting') return tagged;
  const event = await findTagEvent(deps.store, { repository, tag });
  return (event && (await byDigest(event.digest))) ?? tagged;
}

async function show(deps: Deps, { resourceUri, sighting, asked }: AskedImage): Promise<ShownImage> {
  const known: Described = sighting ? await describe(deps, sighting) : { tags: [] };
  const waits = asked && {
    progress: asked.progress,
    origin: asked.origin,
    requestTime: asked.requestTime,
    failures: asked.failures,
    ...(asked.failure && { problem: asked.failure.message }),
  };
  const failed = asked?.progress === 'FAILED' && asked.failure ? [asked.failure.message] : [];
  return {
    image: resourceUri,
    // The last good answer stands until the next is complete.
    standing: asked?.progress ?? 'SEEN',
    problems: failed,
    ...known,
    ...(waits && { asked: waits }),
  };
}

type Described = Partial<Omit<ShownImage, 'image' | 'asked'>> & {
  readonly tags: readonly string[];
};

async function describe(deps: Deps, sighting: Sighting): Promise<Described> {
  const tags = await tagsOf(deps, sighting);
  const state = await findImageState(deps.store, sighting.digest);
  if (state === undefined) return { tags };
  if (state.kind === 'index') return { tags, standing: 'INDEX', scanTime: state.readTime };
  const judged = await judgeSighted(deps, sighting);
  if (judged === undefined) return { tags };
  const fatal = judged.problems.filter((one) => one.fatal).map(({ message }) => message);
  return {
    tags,
    standing: judged.status,
    platform: state.platform,
    scanTime: state.readTime,
    problems: fatal,
    summary: await summarise(deps, sighting),
  };
}

async function tagsOf(deps: Deps, { resourceUri, digest }: Sighting): Promise<readonly string[]> {
  const repository = resourceUri.slice(0, resourceUri.lastIndexOf('@'));
  const seen = await listSeenTags(deps.store, { repository, limit: MAX_TAGS });
  return seen.filter((one) => one.digest === digest).map(({ tag }) => tag);
}

async function summarise(
  deps: Deps,
  sighting: Sighting,
): Promise<Readonly<Partial<Record<Severity, number>>>> {
  const summary: Partial<Record<Severity, number>> = {};
  for (const { severity: rank, total } of await countOfImage(deps, sighting)) {
    const severity = SEVERITIES[rank] ?? 'SEVERITY_UNSPECIFIED';
    summary[severity] = (summary[severity] ?? 0) + total;
  }
  return summary;
}
