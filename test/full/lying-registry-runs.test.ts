/**
 * Ten thousand random runs of a registry that moves tags, swaps, cuts and mislabels what it sends:
 * whatever a client takes has the digest under which it takes it, and is attached to what it asked.
 */
import { createHash } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { AssayError } from '../../src/domain/error.ts';
import { parseManifest } from '../../src/image/manifest.ts';
import { findAttachments } from '../../src/remote/find-attachments.ts';
import { type RegistryClient, openRegistryClient } from '../../src/remote/registry-client.ts';
import { collectBytes } from '../../src/remote/verify-stream.ts';

const RUNS = 10_000;
const PARALLEL = 16;
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

interface Content {
  readonly bytes: Buffer;
  readonly digest: Digest;
  readonly type: string;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = randomFrom(20_261_125);
const pick = <Item>(items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

function contentOf(text: string, type: string): Content {
  const bytes = Buffer.from(text);
  return { bytes, digest: digestOf(bytes), type };
}

const pointer = ({ bytes, digest, type }: Content): object => ({
  mediaType: type,
  digest,
  size: bytes.length,
});

function manifestOf(layer: Content, subject?: Content): Content {
  const document = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: pointer(BLOBS[0] as Content),
    layers: [pointer(layer)],
    ...(subject && { subject: pointer(subject) }),
  };
  return contentOf(JSON.stringify(document), MANIFEST);
}

const BLOBS = ['{}', 'a', 'bb', 'ccc', 'bb '].map((text) => contentOf(text, 'text/plain'));
const IMAGES = BLOBS.map((layer) => manifestOf(layer));
const ATTACHED = IMAGES.flatMap((image) =>
  BLOBS.slice(0, 2).map((blob) => manifestOf(blob, image)),
);
const ALL = [...BLOBS, ...IMAGES, ...ATTACHED];
const KNOWN: ReadonlySet<Digest> = new Set(ALL.map(({ digest }) => digest));

function indexOf(manifests: readonly Content[]): Content {
  const document = { schemaVersion: 2, mediaType: INDEX, manifests: manifests.map(pointer) };
  return contentOf(JSON.stringify(document), INDEX);
}

/** What an honest registry would send; tags move all the time. */
function honest(url: string): Content {
  const name = decodeURIComponent(url.split('/').at(-1) ?? '');
  const byDigest = ALL.find(({ digest }) => digest === name);
  if (url.includes('/referrers/')) return indexOf([pick(ATTACHED), pick(ATTACHED)]);
  if (byDigest !== undefined) return byDigest;
  return name.endsWith('.sig') ? pick(ATTACHED) : pick([...IMAGES, indexOf([pick(ATTACHED)])]);
}

type Sending = (response: ServerResponse, content: Content) => void;

const send: Sending = (response, { bytes, type }) =>
  void response.writeHead(200, { 'content-type': type }).end(bytes);

/** As often as not the truth, so that runs get far enough to be lied to later. */
const SENDINGS: readonly Sending[] = [
  send,
  send,
  send,
  send,
  (response) => send(response, pick(ALL)),
  (response, { bytes, type }) => send(response, { ...pick(ALL), bytes, type }),
  (response, { bytes, type }) =>
    void response
      .writeHead(200, { 'content-type': type, 'docker-content-digest': pick(ALL).digest })
      .end(bytes),
  (response, content) => send(response, { ...content, type: pick([INDEX, MANIFEST, 'text/html']) }),
  (response, content) => {
    const bytes = Buffer.from(content.bytes);
    const place = Math.floor(random() * bytes.length);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 8));
    send(response, { ...content, bytes });
  },
  (response, content) =>
    send(response, { ...content, bytes: content.bytes.subarray(0, content.bytes.length - 1) }),
  (response, content) =>
    send(response, { ...content, bytes: Buffer.concat([content.bytes, Buffer.from(' ')]) }),
  (response, { bytes }) => {
    response.writeHead(200, { 'content-length': bytes.length + 1 }).write(bytes);
    setTimeout(() => response.destroy(), 1);
  },
  (response) => void response.writeHead(pick([404, 403, 500])).end(),
];

function lie({ url = '' }: IncomingMessage, response: ServerResponse): void {
  pick(SENDINGS)(response, honest(url));
}

const server = createServer(lie);
let client: RegistryClient;
let domain = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  domain = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = openRegistryClient({ anonymous: true, limits: { retries: 0, documentMs: 5000 } });
});

afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Undefined where the client refused; everything else that is thrown is a defect. */
async function taken<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

const admitted = { tags: 0, manifests: 0, layers: 0, attachments: 0, refused: 0 };

function admit(kind: keyof typeof admitted, bytes: Uint8Array, digest: Digest): void {
  if (digestOf(bytes) !== digest) throw new Error(`${kind}: unverified bytes under ${digest}`);
  admitted[kind] += 1;
}

function holds(fact: boolean, otherwise: string): void {
  if (!fact) throw new Error(otherwise);
}

async function run(): Promise<void> {
  const repository = { domain, path: 'team/app' };
  const tag = await taken(client.manifest({ repository, target: 'v1' }));
  if (tag === undefined) return void (admitted.refused += 1);
  admit('tags', tag.bytes, tag.digest);
  const again = await taken(client.manifest({ repository, target: tag.digest }));
  if (again !== undefined) {
    holds(again.digest === tag.digest, 'a digest is answered by another');
    admit('manifests', again.bytes, tag.digest);
    await readLayers(again.bytes, again.mediaType);
  }
  const { attachments } = await findAttachments(client, { repository, digest: tag.digest });
  for (const { location, digest, manifest, layers } of attachments) {
    admitted.attachments += 1;
    if (location === 'referrers' || location === 'fallback-tag') {
      holds(KNOWN.has(digest), 'bytes that nobody ever kept are listed');
      holds(manifest.subject?.digest === tag.digest, 'what is attached is of another image');
    }
    for (const layer of layers) {
      const bytes = await taken(layer.read());
      if (bytes !== undefined) admit('layers', bytes, layer.descriptor.digest);
    }
  }
}

async function readLayers(bytes: Uint8Array, mediaType: string | undefined): Promise<void> {
  const repository = { domain, path: 'team/app' };
  const parsed = await taken((async () => parseManifest(bytes, mediaType))());
  if (parsed?.kind !== 'manifest') return;
  for (const layer of parsed.layers) {
    const read = await taken(collectBytes(client.blob(repository, layer), 1024, 'a layer'));
    if (read !== undefined) admit('layers', read, layer.digest);
  }
}

it(`${RUNS} runs admit no unverified byte`, { timeout: 900_000 }, async () => {
  let left = RUNS;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  // Enough got through for the runs to mean something, and enough was refused.
  for (const count of Object.values(admitted)) expect(count).toBeGreaterThan(100);
});
