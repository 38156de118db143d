/** What a registry calls a manifest: one image's config and layers, or an index of many images. */
import { AssayError } from '../domain/error.ts';
import { isDigest, parseDigest, type Digest } from '../domain/digest.ts';
import type { ScanProblem } from '../domain/software-package.ts';
import {
  invalid,
  parseDocument,
  readOptionalText,
  readSection,
  readSections,
  readText,
  readTextMap,
  readTexts,
  refuseLookAlikes,
  wrongField,
  type Section,
} from './json-document.ts';

/** Operating system and processor that an image is built for. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** A pointer to content by digest and size (OCI image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly platform?: Platform;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  /** Set for layers that are to be fetched from elsewhere: those are never followed. */
  readonly foreign?: true;
}

/** One image, or another artifact in the same clothes. */
export interface Manifest {
  readonly kind: 'manifest';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** The manifest that this one is attached to (image-spec 1.1, "subject"). */
  readonly subject?: Descriptor;
}

/** A list of manifests, usually one for each platform. */
export interface ImageIndex {
  readonly kind: 'index';
  readonly mediaType: string;
  readonly artifactType?: string;
  readonly manifests: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** The manifest that this one is attached to (image-spec 1.1, "subject"). */
  readonly subject?: Descriptor;
}

/** Most layers of a manifest, and most manifests of an index. */
export const MANIFEST_ITEMS = 1000;

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

const KINDS: Readonly<Record<string, 'manifest' | 'index' | 'schema 1'>> = {
  [OCI_MANIFEST]: 'manifest',
  [OCI_INDEX]: 'index',
  'application/vnd.docker.distribution.manifest.v2+json': 'manifest',
  'application/vnd.docker.distribution.manifest.list.v2+json': 'index',
  'application/vnd.docker.distribution.manifest.v1+json': 'schema 1',
  'application/vnd.docker.distribution.manifest.v1+prettyjws': 'schema 1',
};

const IMAGE_CONFIGS: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

const MANIFEST_KEYS = [
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'annotations',
  'subject',
];
const DESCRIPTOR_KEYS = ['mediaType', 'digest', 'size', 'urls', 'platform', 'annotations'];

/** The media types to ask a registry for. */
export const MANIFEST_MEDIA_TYPES: readonly string[] = Object.keys(KINDS).filter(
  (mediaType) => KINDS[mediaType] !== 'schema 1',
);

/**
 * Reads a manifest or index of OCI or Docker schema 2. The media type that the server said may be
 * missing or unspecific; where it, the document's own and its fields disagree, it is refused, as
 * are schema 1 and anything over 4 MiB or {@link MANIFEST_ITEMS}.
 */
export function parseManifest(bytes: Uint8Array, mediaType?: string): Manifest | ImageIndex {
  const root = parseDocument(bytes, 'manifest');
  refuseLookAlikes(root, MANIFEST_KEYS);
  const own = readOptionalText(root, 'mediaType');
  const told = knownMediaType(mediaType);
  const kind = manifestKind(root, own);
  if (told !== undefined && KINDS[told] !== kind) {
    throw invalid(`manifest came as ${told} but is an image ${kind}; the two must agree`);
  }
  const type = own ?? told;
  if (kind === 'manifest') return imageManifest(root, type ?? OCI_MANIFEST);
  const manifests = readSections(root, 'manifests', MANIFEST_ITEMS).map(readDescriptor);
  return { kind, mediaType: type ?? OCI_INDEX, ...readAttachment(root), manifests };
}

/**
 * Tells whether a runtime may run this entry of an index. Only `unknown/unknown` is not a
 * platform: annotations are not asked, for a runtime does not ask them either.
 */
export function isRunnablePlatform(descriptor: Descriptor): boolean {
  const platform = descriptor.platform;
  return platform?.os !== 'unknown' || platform.architecture !== 'unknown';
}

/**
 * Refuses an artifact (chart, signature, policy …) that is no container image, naming what it is.
 */
export function refuseArtifact(manifest: Manifest): void {
  if (isImageConfig(manifest.config)) return;
  const artifactType = manifest.artifactType ?? manifest.config.mediaType;
  throw new AssayError(
    'invalid-image',
    `this is an artifact of type ${artifactType}, not a container image; name an image`,
    { details: { artifactType } },
  );
}

/** Tells whether a manifest's config is that of a container image. */
export function isImageConfig({ mediaType }: Descriptor): boolean {
  return IMAGE_CONFIGS.has(mediaType);
}

/** The problem with a layer whose bytes lie elsewhere and are never fetched; fatal. */
export function foreignLayerProblem(layer: Descriptor): ScanProblem | undefined {
  if (layer.foreign === undefined) return undefined;
  const message =
    `layer ${layer.digest} (${layer.mediaType}) is kept outside the ` +
    `registry; foreign layers are not fetched`;
  return { code: 'foreign-layer', message, fatal: true };
}

/** The media type without parameters, if it is one of a manifest; servers also say less. */
function knownMediaType(mediaType: string | undefined): string | undefined {
  const bare = mediaType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return Object.hasOwn(KINDS, bare) ? bare : undefined;
}

function manifestKind(root: Section, own: string | undefined): 'manifest' | 'index' {
  refuseSchema1(root, own);
  const isManifest = 'config' in root.value || 'layers' in root.value;
  const isIndex = 'manifests' in root.value;
  if (isManifest && isIndex) {
    throw invalid('manifest has layers or config as well as manifests; it must be one of the two');
  }
  if (!isManifest && !isIndex) throw wrongField('manifest.layers', undefined, 'an array');
  const kind = isIndex ? 'index' : 'manifest';
  if (own === undefined || KINDS[own] === kind) return kind;
  throw invalid(`manifest.mediaType is ${own} but its fields are those of an image ${kind}`);
}

function refuseSchema1(root: Section, own: string | undefined): void {
  const version = root.value['schemaVersion'];
  if (version === 1 || (own !== undefined && KINDS[own] === 'schema 1')) {
    throw invalid('manifest is Docker schema 1, which is not supported; push the image again');
  }
  if (version !== 2) throw wrongField('manifest.schemaVersion', version, '2');
}

function imageManifest(root: Section, mediaType: string): Manifest {
  const config = readSection(root, 'config');
  if (config === undefined) throw wrongField('manifest.config', undefined, 'an object');
  if (!Array.isArray(root.value['layers'])) {
    throw wrongField('manifest.layers', root.value['layers'], 'an array');
  }
  return {
    kind: 'manifest',
    mediaType,
    ...readAttachment(root),
    config: readDescriptor(config),
    layers: readSections(root, 'layers', MANIFEST_ITEMS).map(readDescriptor),
  };
}

/** What manifests and indexes say of themselves and of what they are attached to. */
function readAttachment(root: Section): Pick<Manifest, 'artifactType' | 'annotations' | 'subject'> {
  const artifactType = readOptionalText(root, 'artifactType');
  const annotations = readTextMap(root, 'annotations');
  const subject = readSection(root, 'subject');
  return {
    ...(artifactType && { artifactType }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(subject && { subject: readDescriptor(subject) }),
  };
}

function readDescriptor(section: Section): Descriptor {
  refuseLookAlikes(section, DESCRIPTOR_KEYS);
  const mediaType = readText(section, 'mediaType');
  const platform = readPlatform(section);
  const annotations = readTextMap(section, 'annotations');
  const artifactType = readOptionalText(section, 'artifactType');
  const away = readTexts(section, 'urls', MANIFEST_ITEMS).length > 0;
  const foreign = away || /\.foreign\.|\.nondistributable\./.test(mediaType);
  return {
    mediaType,
    digest: readDigest(section),
    size: readSize(section),
    ...(platform && { platform }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(artifactType && { artifactType }),
    ...(foreign && { foreign }),
  };
}

function readDigest(section: Section): Digest {
  const text = readText(section, 'digest');
  if (isDigest(text)) return text;
  try {
    return parseDigest(text);
  } catch (cause) {
    throw invalid(`${section.where}.digest: ${cause instanceof Error ? cause.message : ''}`, cause);
  }
}

function readSize(section: Section): number {
  const size = section.value['size'];
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size;
  throw wrongField(`${section.where}.size`, size, 'a whole number of bytes');
}

function readPlatform(descriptor: Section): Platform | undefined {
  const section = readSection(descriptor, 'platform');
  if (section === undefined) return undefined;
  refuseLookAlikes(section, ['os', 'architecture', 'variant']);
  const variant = readOptionalText(section, 'variant');
  const os = readText(section, 'os');
  return { os, architecture: readText(section, 'architecture'), ...(variant && { variant }) };
}
