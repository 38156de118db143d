/**
 * An image of the size and kind of a Debian base image, for machines without the test data: some
 * thousand files of half-compressible bytes and a package database, in one layer.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';

const FILES = 7500;
const FILE_BYTES = 19_000;
const PACKAGES = 200;

const OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n';

/** Writes an OCI layout with one image of one layer into `folder`; answers the layer's file. */
export async function makeImage(folder: string): Promise<string> {
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const made = join(folder, 'layer');
  const tar = pack();
  const packed = fill(tar);
  await pipeline(tar, createGzip({ level: 1 }), createWriteStream(made));
  await packed;
  const layer = await describeFile(made, 'application/vnd.oci.image.layer.v1.tar+gzip');
  const path = join(blobs, layer.digest.slice(7));
  await rename(made, path);
  const config = await put(blobs, 'application/vnd.oci.image.config.v1+json', {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await put(blobs, mediaType, {
    schemaVersion: 2,
    mediaType,
    config,
    layers: [layer],
  });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [manifest] }),
  );
  return path;
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

async function fill(tar: Pack): Promise<void> {
  await add(tar, 'etc/os-release', Buffer.from(OS_RELEASE));
  await add(tar, 'var/lib/dpkg/status', Buffer.from(dpkgStatus()));
  for (let at = 0; at < FILES; at += 1) await add(tar, `usr/lib/made/${at}.so`, content(at));
  tar.finalize();
}

async function add(tar: Pack, name: string, bytes: Buffer): Promise<void> {
  const entry = tar.entry({ name, size: bytes.length });
  entry.end(bytes);
  await finished(entry);
}

/** Bytes that deflate to something less than half, the same ones each time. */
function content(seed: number): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = (state >>> 16) & (at % 8 < 3 ? 0xff : 0x01);
  }
  return bytes;
}

function dpkgStatus(): string {
  const stanza = (at: number): string =>
    `Package: made-${at}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.${at}-1\n\n`;
  return Array.from({ length: PACKAGES }, (_, at) => stanza(at)).join('');
}

async function put(blobs: string, mediaType: string, value: object): Promise<Descriptor> {
  const bytes = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(blobs, hex), bytes);
  return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
}

async function describeFile(path: string, mediaType: string): Promise<Descriptor> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { mediaType, digest: `sha256:${hash.digest('hex')}`, size };
}
