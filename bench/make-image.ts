/**
 * Images of the kind of a Debian one with applications, of as many layers and bytes as a bench
 * wants: files of half-compressible bytes, half of them beginning as executables do, and a package
 * database in the lowest layer.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack, type Pack } from 'tar-stream';

const FILE_BYTES = 19_000;
const PACKAGES = 200;
/** So many different contents: far apart enough that no compressor sees one again. */
const CONTENTS = 64;

const OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n';

/**
 * Writes an OCI layout with one image into `folder`, a layer for each size in megabytes of tar;
 * answers the layers' files, the lowest first.
 */
export async function makeImage(folder: string, sizes: readonly number[]): Promise<string[]> {
  const blobs = join(folder, 'blobs/sha256');
  await mkdir(blobs, { recursive: true });
  const contents = Array.from({ length: CONTENTS }, (_, at) => content(at));
  const layers: Descriptor[] = [];
  for (const [at, megabytes] of sizes.entries()) {
    layers.push(await makeLayer(blobs, { at, files: (megabytes * 1e6) / FILE_BYTES, contents }));
  }
  const config = await put(blobs, 'application/vnd.oci.image.config.v1+json', {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: layers.map(() => `sha256:${'0'.repeat(64)}`) },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await put(blobs, mediaType, { schemaVersion: 2, mediaType, config, layers });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(
    join(folder, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [manifest] }),
  );
  return layers.map(({ digest }) => join(blobs, digest.slice(7)));
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface NewLayer {
  readonly at: number;
  readonly files: number;
  readonly contents: readonly Buffer[];
}

async function makeLayer(blobs: string, layer: NewLayer): Promise<Descriptor> {
  const made = join(blobs, 'layer');
  const tar = pack();
  const packed = fill(tar, layer);
  await pipeline(tar, createGzip({ level: 1 }), createWriteStream(made));
  await packed;
  const found = await describeFile(made, 'application/vnd.oci.image.layer.v1.tar+gzip');
  await rename(made, join(blobs, found.digest.slice(7)));
  return found;
}

async function fill(tar: Pack, { at, files, contents }: NewLayer): Promise<void> {
  if (at === 0) {
    await add(tar, 'etc/os-release', Buffer.from(OS_RELEASE));
    await add(tar, 'var/lib/dpkg/status', Buffer.from(dpkgStatus()));
  }
  for (let file = 0; file < files; file += 1) {
    const bytes = contents[file % CONTENTS];
    if (bytes !== undefined) await add(tar, `usr/lib/made-${at}/${file}.so`, bytes);
  }
  tar.finalize();
}

async function add(tar: Pack, name: string, bytes: Buffer): Promise<void> {
  const entry = tar.entry({ name, size: bytes.length });
  entry.end(bytes);
  await finished(entry);
}

const ELF = Buffer.from('7f454c46020101', 'hex');

/** Bytes that deflate to something less than half, the same ones each time. */
function content(seed: number): Buffer {
  const bytes = Buffer.alloc(FILE_BYTES);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < bytes.length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = (state >>> 16) & (at % 8 < 3 ? 0xff : 0x01);
  }
  if (seed % 2 === 0) ELF.copy(bytes);
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
