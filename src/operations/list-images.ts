/** A project's images with how far their scans are and what came of them. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference, withDefaultTag } from '../domain/image-reference.ts';
import type { ScanAnalysis } from '../domain/scan-result.ts';
import type { ScanOrigin, ScanProgress } from '../domain/scan-origin.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import { INSTALLED_ONLY } from '../domain/scan-gate.ts';
import { leavesUndecided, type ScanStatus } from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { formatPageToken, parsePageToken } from '../store/cursor.ts';
import {
  findImageState,
  findLinkedDigests,
  findTagEvent,
  type ImageState,
} from '../store/image-rows.ts';
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

/**
 * How an image stands: how far its first scan is, else the outcome; an index stands as the worst of
 * its platforms does.
 */
export type ImageStanding = ScanProgress | ScanStatus | 'SEEN';

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
  /** When it was read and matched, and with which data; of an index, what was read longest ago. */
  readonly analysis?: ScanAnalysis;
  readonly problems: readonly string[];
  /** Whether something is not known that whoever sets a limit must hear of. */
  readonly doubtful?: boolean;
  /** Vulnerabilities by severity; absent while nothing is known, which is not the same as none. */
  readonly summary?: Summary;
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

type Summary = Readonly<Partial<Record<Severity, number>>>;
type Read = Partial<Omit<ShownImage, 'image' | 'asked' | 'tags'>>;
type Described = Read & { readonly tags: readonly string[] };

async function describe(deps: Deps, sighting: Sighting): Promise<Described> {
  const tags = await tagsOf(deps, sighting);
  const state = await findImageState(deps.store, sighting.digest);
  if (state === undefined) return { tags };
  return state.kind === 'index'
    ? { tags, scanTime: state.readTime, ...(await describeIndex(deps, sighting)) }
    : { tags, ...(await describePlatform(deps, sighting, state)) };
}

/** An index is no better than any of its platforms, and has what any of them has. */
async function describeIndex(deps: Deps, sighting: Sighting): Promise<Read> {
  const { resourceUri, digest } = sighting;
  const parts: Read[] = [];
  for (const child of await findLinkedDigests(deps.store, 'index-manifest', digest)) {
    const state = await findImageState(deps.store, child);
    const of = { ...sighting, resourceUri: resourceUri.replace(digest, child), digest: child };
    parts.push(state === undefined ? {} : await describePlatform(deps, of, state));
  }
  const standings = parts.map(({ standing = 'SEEN' }) => standing);
  const worst = WORST_FIRST.find((one) => standings.includes(one)) ?? 'SEEN';
  const summaries = parts.flatMap(({ summary }) => summary ?? []);
  const analyses = parts.flatMap(({ analysis }) => analysis ?? []);
  const [oldest] = analyses.toSorted((a, b) => a.packagesRead - b.packagesRead);
  return {
    standing: worst,
    platform: `index of ${parts.length}`,
    problems: [...new Set(parts.flatMap(({ problems = [] }) => problems))],
    doubtful: parts.some((one) => one.doubtful === true),
    ...(oldest && { analysis: oldest }),
    ...(summaries.length > 0 && { summary: summaries.reduce(mostOf) }),
  };
}

const WORST_FIRST = ['SEEN', 'INCOMPLETE', 'UNSUPPORTED', 'COMPLETE'] as const;

function mostOf(a: Summary, b: Summary): Summary {
  const most = (severity: Severity): number => Math.max(a[severity] ?? 0, b[severity] ?? 0);
  const severities = SEVERITIES.filter((one) => most(one) > 0);
  return Object.fromEntries(severities.map((one) => [one, most(one)]));
}

async function describePlatform(deps: Deps, sighting: Sighting, state: ImageState): Promise<Read> {
  const judged = await judgeSighted(deps, sighting);
  if (judged === undefined) return {};
  const fatal = judged.problems.filter((one) => one.fatal).map(({ message }) => message);
  return {
    standing: judged.status,
    platform: state.platform,
    scanTime: state.readTime,
    analysis: judged.analysis,
    problems: fatal,
    doubtful: judged.problems.some((one) => leavesUndecided(one, INSTALLED_ONLY)),
    summary: await summarise(deps, sighting),
  };
}

async function tagsOf(deps: Deps, { resourceUri, digest }: Sighting): Promise<readonly string[]> {
  const repository = resourceUri.slice(0, resourceUri.lastIndexOf('@'));
  const seen = await listSeenTags(deps.store, { repository, limit: MAX_TAGS });
  return seen.filter((one) => one.digest === digest).map(({ tag }) => tag);
}

async function summarise(deps: Deps, sighting: Sighting): Promise<Summary> {
  const summary: Partial<Record<Severity, number>> = {};
  for (const { severity: rank, total } of await countOfImage(deps, sighting)) {
    const severity = SEVERITIES[rank] ?? 'SEVERITY_UNSPECIFIED';
    summary[severity] = (summary[severity] ?? 0) + total;
  }
  return summary;
}
