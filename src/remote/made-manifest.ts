/**
 * A manifest for what has none: an old `docker save` and a plain folder. It is made from digests
 * computed here, so that all that follows treats such an image like any other.
 */
import { createHash } from 'node:crypto';

import type { Digest } from '../domain/digest.ts';
import { parseDigest } from '../domain/digest.ts';
import { canonicalJson } from '../domain/json.ts';
import type { ByteRange } from './byte-range.ts';
import { bytesRange } from './byte-range.ts';
import { digestOf } from './verify-stream.ts';

/** Content by digest, and the manifest that ties it together. */
export interface MadeImage {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly contents: ReadonlyMap<Digest, ByteRange>;
}

interface Content {
  readonly digest: Digest;
  readonly range: ByteRange;
}

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';

/** Ties a config and layers, which have been hashed, together by an OCI manifest. */
export function makeManifest(config: Content, layers: readonly Content[]): MadeImage {
  const text = canonicalJson({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describe(CONFIG_TYPE, config),
    layers: layers.map((layer) => describe(LAYER_TYPE, layer)),
  });
  const bytes = Buffer.from(text, 'utf8');
  const digest = digestOf(bytes);
  const contents = new Map([config, ...layers].map((content) => [content.digest, content.range]));
  contents.set(digest, bytesRange(bytes));
  return { digest, mediaType: MANIFEST_TYPE, contents };
}

/** Reads content once to learn its digest, and the size that was really read. */
export async function hashContent(
  source: AsyncIterable<Uint8Array>,
): Promise<{ digest: Digest; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    size += chunk.byteLength;
  }
  return { digest: parseDigest(`sha256:${hash.digest('hex')}`), size };
}

function describe(
  mediaType: string,
  content: Content,
): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: content.digest, size: content.range.size };
}
