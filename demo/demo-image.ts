/** An OCI image of one gzipped layer, made in memory: the same packages give the same digest. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { type Digest, parseDigest } from '../src/domain/digest.ts';
import type { PackageDatabase } from './choose-database.ts';

/** A blob and what a descriptor says of it. */
export interface DemoBlob {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** An image: its manifest and the blobs that the manifest names. */
export interface DemoImage {
  readonly manifest: DemoBlob;
  readonly blobs: readonly DemoBlob[];
}

const CREATED = '2026-01-01T00:00:00Z';
const FOLDERS = ['etc', 'var', 'var/lib', 'var/lib/dpkg'];
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Builds the image of a package database. */
export async function buildDemoImage(database: PackageDatabase): Promise<DemoImage> {
  const tar = await packLayer(database);
  const layer = blob(gzipSync(tar), LAYER);
  const config = jsonBlob(
    {
      created: CREATED,
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Cmd: ['/bin/true'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
      history: [{ created: CREATED, created_by: 'assay demo' }],
    },
    CONFIG,
  );
  const content = { config: descriptor(config), layers: [descriptor(layer)] };
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, ...content };
  return { manifest: jsonBlob(manifest, MANIFEST), blobs: [config, layer] };
}

async function packLayer(database: PackageDatabase): Promise<Uint8Array> {
  const mtime = new Date(CREATED);
  const tar = pack();
  for (const name of FOLDERS) tar.entry({ name: `${name}/`, type: 'directory', mtime });
  tar.entry({ name: 'etc/os-release', mtime }, database.osRelease);
  tar.entry({ name: 'var/lib/dpkg/status', mtime }, database.status);
  tar.finalize();
  return buffer(tar);
}

function jsonBlob(value: unknown, mediaType: string): DemoBlob {
  return blob(new TextEncoder().encode(JSON.stringify(value)), mediaType);
}

function blob(bytes: Uint8Array, mediaType: string): DemoBlob {
  return { bytes, digest: digestOf(bytes), mediaType };
}

function descriptor({ bytes, digest, mediaType }: DemoBlob): Record<string, string | number> {
  return { mediaType, digest, size: bytes.byteLength };
}

function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
