/**
 * A repository into which a test puts images, indexes as BuildKit writes them, and signatures as
 * cosign leaves them, byte by byte, over HTTP as any client does.
 */
import type { Digest } from '../../src/domain/digest.ts';
import { parseDigest } from '../../src/domain/digest.ts';
import type { CosignLayer } from '../../src/signing/cosign-layer.ts';
import { OCI } from './image-layout.ts';
import { sha256 } from './sigstore-services.ts';

/** A pointer as manifests and indexes have it. */
export interface PutDescriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

/** One repository of a registry. */
export interface AttachedRepository {
  putBlob(bytes: Uint8Array, mediaType: string): Promise<PutDescriptor>;
  putManifest(document: object, tag?: string): Promise<PutDescriptor>;
  /** An image of a platform; each name has its own digest. */
  putImage(name: string, architecture: string): Promise<PutDescriptor>;
  putIndex(manifests: readonly object[], tag?: string): Promise<PutDescriptor>;
  /** A manifest of statements beside an image, as BuildKit lists it. */
  putStatements(image: Digest, statements: readonly StatementLayer[]): Promise<PutDescriptor>;
  /** Under cosign's tag of a digest, `.sig` or `.att`. */
  putLayers(digest: Digest, suffix: 'sig' | 'att', layers: readonly CosignLayer[]): Promise<void>;
  configOf(image: PutDescriptor): Promise<PutDescriptor>;
}

/** The bytes of a statement; other types are for what is wrong on purpose. */
export interface StatementLayer {
  readonly bytes: Uint8Array;
  readonly mediaType?: string;
}

const STATEMENT = 'application/vnd.in-toto+json';
const NO_PLATFORM = { os: 'unknown', architecture: 'unknown' };

type Puts = Pick<AttachedRepository, 'putBlob' | 'putManifest'>;

/** Opens a repository of a registry that takes pushes without a password. */
export function openRepository(registry: string, name: string): AttachedRepository {
  const base = `${registry}/v2/${name}`;
  const puts = openPuts(base);
  const { putBlob, putManifest } = puts;
  return {
    ...puts,
    putImage: async (image, architecture) => {
      const platform = { os: 'linux', architecture };
      const config = await putConfig(puts, { ...platform, author: image });
      return { ...(await putManifest({ config, layers: [] })), platform };
    },
    putIndex: (manifests, tag) => putManifest({ manifests }, tag),
    putStatements: async (image, statements) => {
      const config = await putConfig(puts, NO_PLATFORM);
      const layers = await Promise.all(
        statements.map(({ bytes, mediaType = STATEMENT }) => putBlob(bytes, mediaType)),
      );
      const annotations = {
        'vnd.docker.reference.digest': image,
        'vnd.docker.reference.type': 'attestation-manifest',
      };
      return { ...(await putManifest({ config, layers })), platform: NO_PLATFORM, annotations };
    },
    putLayers: (digest, suffix, layers) =>
      putLayers(puts, layers, `${digest.replace(':', '-')}.${suffix}`),
    configOf: async ({ digest }) => {
      const headers = { accept: OCI.manifest };
      const answer = await send(`${base}/manifests/${digest}`, { method: 'GET', headers });
      const { config } = (await answer.json()) as { readonly config: PutDescriptor };
      return config;
    },
  };
}

function openPuts(base: string): Puts {
  return {
    putBlob: async (bytes, mediaType) => {
      const digest = parseDigest(`sha256:${sha256(bytes)}`);
      const begun = await send(`${base}/blobs/uploads/`, { method: 'POST' });
      const place = new URL(begun.headers.get('location') ?? '', begun.url);
      place.searchParams.set('digest', digest);
      const headers = { 'content-type': 'application/octet-stream' };
      await send(place.href, { method: 'PUT', headers, body: Buffer.from(bytes) });
      return { mediaType, digest, size: bytes.length };
    },
    putManifest: async (document, tag) => {
      const mediaType = 'manifests' in document ? OCI.index : OCI.manifest;
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
      const digest = parseDigest(`sha256:${sha256(bytes)}`);
      const headers = { 'content-type': mediaType };
      const url = `${base}/manifests/${tag ?? digest}`;
      await send(url, { method: 'PUT', headers, body: bytes });
      return { mediaType, digest, size: bytes.length };
    },
  };
}

function putConfig({ putBlob }: Puts, fields: object): Promise<PutDescriptor> {
  const config = { rootfs: { type: 'layers', diff_ids: [] }, ...fields };
  return putBlob(Buffer.from(JSON.stringify(config)), OCI.config);
}

async function putLayers(puts: Puts, layers: readonly CosignLayer[], tag: string): Promise<void> {
  const put = await Promise.all(
    layers.map(async ({ bytes, mediaType, annotations }) => ({
      ...(await puts.putBlob(bytes, mediaType)),
      annotations,
    })),
  );
  await puts.putManifest({ config: await putConfig(puts, {}), layers: put }, tag);
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${init.method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
