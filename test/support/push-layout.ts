/** Pushing a layout's one image to a registry, over HTTP as a client does. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Descriptor } from '../../src/image/manifest.ts';
import { parseManifest } from '../../src/image/manifest.ts';
import type { Digest } from '../../src/domain/digest.ts';
import type { ImageLayout } from './image-layout.ts';

/** Where an image goes. */
export interface PushTarget {
  /** Base URL of the registry. */
  readonly registry: string;
  readonly repository: string;
  readonly tags: readonly string[];
}

/** Pushes the image with this digest under each tag. */
export async function pushImage(
  layout: ImageLayout,
  digest: Digest,
  { registry, repository, tags }: PushTarget,
): Promise<void> {
  const base = `${registry}/v2/${repository}`;
  const bytes = readBlob(layout, digest);
  const manifest = parseManifest(bytes);
  if (manifest.kind === 'manifest') {
    for (const blob of [manifest.config, ...manifest.layers]) {
      await pushBlob(base, blob, readBlob(layout, blob.digest));
    }
  }
  for (const tag of tags) {
    const headers = { 'content-type': manifest.mediaType };
    await send(`${base}/manifests/${tag}`, { method: 'PUT', headers, body: bytes });
  }
}

async function pushBlob(base: string, { digest }: Descriptor, body: Buffer): Promise<void> {
  // A stock registry takes a whole blob only at the place that it names.
  const begun = await send(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', begun.url);
  place.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await send(place.href, { method: 'PUT', headers, body });
}

function readBlob({ folder }: ImageLayout, digest: Digest): Buffer {
  return readFileSync(join(folder, 'blobs/sha256', digest.slice('sha256:'.length)));
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${init.method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
