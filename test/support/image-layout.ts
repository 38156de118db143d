/** OCI layouts made by a test: images whose every byte it chooses, also wrongly. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { type Digest, parseDigest } from '../../src/domain/digest.ts';

/** What a tar entry may be besides a file at a path. */
export type LayerHeader = Pick<Header, 'name'> & Partial<Pick<Header, 'type' | 'linkname' | 'pax'>>;

/** A tar entry: a path or a header, with its content. */
export type LayerFile = readonly [path: string | LayerHeader, content?: string | Uint8Array];

/** A pointer as manifests have it. */
export interface LayoutDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** A layout folder that grows as blobs are added. */
export interface ImageLayout {
  readonly folder: string;
  addBlob(bytes: Uint8Array, mediaType: string): LayoutDescriptor;
  addJson(value: unknown, mediaType: string): LayoutDescriptor;
  /** Adds config and manifest over layers, and makes it the only image; what is given stands. */
  addImage(layers: readonly LayoutDescriptor[], manifest?: object, config?: object): Digest;
  /** Makes `index.json` point at one document. */
  point(to: LayoutDescriptor): void;
}

/** Media types of OCI images. */
export const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** The release file of the system that the records of {@link dpkgStatus}'s tests speak of. */
export const DEBIAN12 = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n';

/** Packs a tar. */
export async function packTar(files: readonly LayerFile[]): Promise<Uint8Array> {
  const tar = pack();
  const packed = buffer(tar);
  for (const [path, content = ''] of files) {
    const header = typeof path === 'string' ? { name: path } : path;
    tar.entry({ mtime: new Date(0), ...header } as Header, Buffer.from(content));
  }
  tar.finalize();
  return packed;
}

/** A dpkg database of installed packages, each `name version`. */
export function dpkgStatus(packages: readonly string[]): string {
  const stanza = (one: string): string => {
    const [name, version] = one.split(' ');
    const fields = ['Status: install ok installed', 'Architecture: amd64', `Version: ${version}`];
    return [`Package: ${name}`, ...fields, ''].join('\n');
  };
  return packages.map(stanza).join('\n');
}

/** Makes an empty layout in a folder. */
export function openLayout(folder: string): ImageLayout {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const addBlob = (bytes: Uint8Array, mediaType: string): LayoutDescriptor => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(folder, 'blobs/sha256', hex), bytes);
    return { mediaType, digest: parseDigest(`sha256:${hex}`), size: bytes.length };
  };
  const addJson = (value: unknown, mediaType: string): LayoutDescriptor =>
    addBlob(Buffer.from(JSON.stringify(value)), mediaType);
  const point = (to: LayoutDescriptor): void => {
    const index = { schemaVersion: 2, mediaType: OCI.index, manifests: [to] };
    writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
  };
  const addImage: ImageLayout['addImage'] = (layers, manifest = {}, config = {}) => {
    const rootfs = { type: 'layers', diff_ids: layers.map(({ digest }) => digest) };
    const made = addJson({ os: 'linux', architecture: 'amd64', rootfs, ...config }, OCI.config);
    const document = { schemaVersion: 2, mediaType: OCI.manifest, config: made, layers };
    const pointer = addJson({ ...document, ...manifest }, OCI.manifest);
    point(pointer);
    return pointer.digest;
  };
  return { folder, addBlob, addJson, addImage, point };
}

/** Adds a gzipped layer of files. */
export async function addLayer(
  layout: ImageLayout,
  files: readonly LayerFile[],
): Promise<LayoutDescriptor> {
  return layout.addBlob(gzipSync(await packTar(files)), OCI.layer);
}
