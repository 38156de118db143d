/** Scanning an image: every runnable platform, from layers to findings, kept for ever after. */
import { type Caller, authorise, isAllowed } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import {
  parseImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from '../domain/image-reference.ts';
import type { ScanResult } from '../domain/scan-result.ts';
import { DAY, type Micros } from '../domain/time.ts';
import {
  type ImageIndex,
  type Manifest,
  isRunnablePlatform,
  parseManifest,
} from '../image/manifest.ts';
import type { ImageSource, ManifestDocument } from '../remote/image-source.ts';
import { appendTagEvent, saveDigestLinks, saveIndex, saveSighting } from '../store/image-rows.ts';
import { listExploitFeeds } from '../store/exploit-rows.ts';
import { listWantedTypes } from '../store/destination-rows.ts';
import { type VexPlace, withVex } from './apply-vex.ts';
import { findPublishTime } from '../store/advisory-rows.ts';
import { assembleScanResult } from './assemble-scan-result.ts';
import { audit } from './audit.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { describeLayers, withExploitSignals, withLayers } from './describe-findings.ts';
import { emit, emitScanned } from './emit.ts';
import { scanEvent } from './scan-event.ts';
import { matchPackages } from './match-packages.ts';
import { type ImageManifest, readImage } from './read-image.ts';

/** Platforms of one index that are scanned at most. */
const MAX_PLATFORMS = 32;
const DEFAULT_MAX_ADVISORY_AGE = 7 * DAY;
const LOCAL = /^(?:oci|docker-archive|dir|sbom):/;

/** What to scan, for whom, and how old advisory data may be. */
export interface ScanInput {
  readonly caller: Caller;
  readonly image: string;
  readonly project: string;
  readonly maxAdvisoryAge?: Micros;
}

/** Scans an image; answers one result per runnable platform. */
export async function scanImage(deps: Deps, input: ScanInput): Promise<readonly ScanResult[]> {
  const local = LOCAL.test(input.image);
  if (local) authorise(input.caller, 'assay.images.scanLocal', undefined);
  else await checkReference(deps, input);
  const source = deps.openImage(input.image);
  try {
    const images = await listImages(deps, source);
    if (local) await auditLocal(deps, input, images);
    else {
      await ensureProject(deps, input.caller, input.project);
      await keepSightings(deps, input, images);
    }
    const results: ScanResult[] = [];
    for (const image of images.platforms) {
      results.push(await scanPlatform(deps, { source, image, input }));
    }
    if (!local) await tellScanned(deps, input, { images, results });
    return results;
  } catch (error) {
    throw nameImage(error, source.reference);
  } finally {
    await source.close();
  }
}

/** Errors over bytes of an image, which may not say of which. */
const NAMELESS: ReadonlySet<string> = new Set([
  'invalid-image',
  'invalid-digest',
  'digest-mismatch',
  'too-large',
]);

/** Documents are read without knowing whose they are: their errors name the image here. */
function nameImage(error: unknown, reference: string): unknown {
  if (!isAssayError(error) || !NAMELESS.has(error.code)) return error;
  const { code, message, details } = error;
  if (message.includes(reference)) return error;
  return new AssayError(code, `${reference}: ${message}`, { cause: error, details });
}

async function checkReference(deps: Deps, { caller, image, project }: ScanInput): Promise<void> {
  authorise(caller, 'assay.images.scan', project);
  const reference = parseImageReference(image);
  refuseDigestLikeTag(reference);
  // The network is the server's, not a project's.
  const anywhere = isAllowed(caller, 'assay.images.scanInner', undefined);
  if (!anywhere) await deps.guardRegistry?.(reference);
}

interface ListedImages {
  readonly top: ManifestDocument;
  readonly platforms: readonly ImageManifest[];
}

/** The image itself, or each runnable platform of an index. */
async function listImages(deps: Deps, source: ImageSource): Promise<ListedImages> {
  const top = await source.manifest();
  const parsed = parseManifest(top.bytes, top.mediaType);
  if (parsed.kind === 'manifest') return { top, platforms: [toImage(top, parsed)] };
  const platforms: ImageManifest[] = [];
  for (const digest of runnableDigests(parsed, source.reference)) {
    const child = await source.manifest(digest);
    const manifest = parseManifest(child.bytes, child.mediaType);
    if (manifest.kind === 'index') {
      throw new AssayError(
        'invalid-image',
        `${digest} in ${source.reference} is an index within an index`,
      );
    }
    platforms.push(toImage(child, manifest));
  }
  await keepIndex(deps, { top, index: parsed, platforms });
  return { top, platforms };
}

interface ReadIndex extends ListedImages {
  readonly index: ImageIndex;
}

async function keepIndex(deps: Deps, { top, index, platforms }: ReadIndex): Promise<void> {
  const links = platforms.map(
    ({ digest }) => ({ kind: 'index-manifest', parent: top.digest, child: digest }) as const,
  );
  await deps.store.write(async (tx) => {
    await saveIndex(tx, {
      digest: top.digest,
      mediaType: index.mediaType,
      readTime: deps.now(),
      size: index.manifests.reduce((sum, { size }) => sum + size, 0),
    });
    await saveDigestLinks(tx, links);
  });
}

function runnableDigests(index: ImageIndex, reference: string): readonly Digest[] {
  const digests = [...new Set(index.manifests.filter(isRunnablePlatform).map((one) => one.digest))];
  if (digests.length > 0 && digests.length <= MAX_PLATFORMS) return digests;
  throw new AssayError(
    'invalid-image',
    `${reference} is an index with ${digests.length} runnable platforms; wanted 1 to ` +
      `${MAX_PLATFORMS}`,
  );
}

function toImage(document: ManifestDocument, manifest: Manifest): ImageManifest {
  return { digest: document.digest, mediaType: document.mediaType ?? '', manifest };
}

interface PlatformScan {
  readonly source: ImageSource;
  readonly image: ImageManifest;
  readonly input: ScanInput;
}

async function scanPlatform(
  deps: Deps,
  { source, image, input }: PlatformScan,
): Promise<ScanResult> {
  const read = await readImage(deps, source, image);
  deps.progress('matching packages with advisories');
  const matched = await matchPackages(deps, read.image.packageSet.packages);
  const described = await describeLayers(deps.store, read.image, input.project);
  const exploited = await withExploitSignals(
    deps.store,
    withLayers(matched.findings, described.layers),
  );
  const findings = await withVex(deps, vexPlace(input, image.digest), exploited);
  const published = await findPublishTime(deps.store, matched.revision ?? 0);
  return assembleScanResult({
    ...(published !== undefined && { published }),
    reference: source.reference,
    image: read.image,
    matched: { ...matched, findings },
    feeds: await listExploitFeeds(deps.store),
    described,
    now: deps.now(),
    maxAdvisoryAge: input.maxAdvisoryAge ?? DEFAULT_MAX_ADVISORY_AGE,
    layersRead: read.layersRead,
  });
}

/** What lies in a file is of no repository, whatever it says of itself. */
function vexPlace({ image, project }: ScanInput, digest: Digest): VexPlace {
  if (LOCAL.test(image)) return { project, digest };
  return { project, digest, repository: parseImageReference(image).name };
}

/** Nothing is written where no destination wants to hear of it. */
async function tellScanned(
  deps: Deps,
  { image, project }: ScanInput,
  scanned: { readonly images: ListedImages; readonly results: readonly ScanResult[] },
): Promise<void> {
  if ((await listWantedTypes(deps.store, project)).size === 0) return;
  const { top, platforms } = scanned.images;
  const { name } = withDefaultTag(parseImageReference(image));
  const event = scanEvent(project, `${name}@${top.digest}`, scanned.results);
  const digests = platforms.map(({ digest }) => digest);
  await deps.store.write(async (tx) => {
    await emit(deps, tx, [event]);
    await emitScanned(deps, tx, { project, digests });
  });
}

/** What lies on this machine belongs to no project. */
async function auditLocal(deps: Deps, input: ScanInput, images: ListedImages): Promise<void> {
  const resource = `${input.image}@${images.top.digest}`;
  const change = { caller: input.caller, action: 'scan-image', resource };
  await deps.store.write((tx) => audit(deps, tx, change));
}

/** Who saw what under which name; a tag is an event in time, never an identity. */
async function keepSightings(deps: Deps, input: ScanInput, images: ListedImages): Promise<void> {
  const reference = withDefaultTag(parseImageReference(input.image));
  const { name, tag } = reference;
  const time = deps.now();
  const digests = [...new Set([images.top.digest, ...images.platforms.map((one) => one.digest)])];
  await deps.store.write(async (tx) => {
    await audit(deps, tx, {
      caller: input.caller,
      project: input.project,
      action: 'scan-image',
      resource: `${name}@${images.top.digest}`,
    });
    for (const digest of digests) {
      await saveSighting(tx, {
        project: input.project,
        resourceUri: `${name}@${digest}`,
        digest,
        time,
      });
    }
    if (tag !== undefined && reference.digest === undefined) {
      const { digest } = images.top;
      await appendTagEvent(tx, {
        id: deps.newId(),
        time,
        repository: name,
        tag,
        digest,
        source: 'scan',
      });
    }
  });
}
