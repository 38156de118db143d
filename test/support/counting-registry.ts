/**
 * A registry over layouts that counts what is asked of it, and holds layers back until it is told:
 * what a test must see in the middle of a scan.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../src/domain/digest.ts';
import type { ImageLayout } from './image-layout.ts';
import { type LoopbackServer, type SeenRequest, startLoopbackServer } from './loopback-server.ts';

/** A running registry; every repository of it has every image. */
export interface CountingRegistry extends LoopbackServer {
  /** Gives an image a tag, in every repository. */
  readonly tag: (tag: string, digest: Digest) => void;
  /** How often blobs of layers were asked for. */
  readonly layersRead: () => number;
  /** From now on layers wait; answers how to let them go. */
  readonly hold: () => () => void;
}

const PATH = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/;

/** Starts it over the images of a layout; `layers` says which blobs are layers. */
export async function startCountingRegistry(
  layout: ImageLayout,
  layers: ReadonlySet<Digest>,
): Promise<CountingRegistry> {
  const tags = new Map<string, string>();
  let gate: Promise<void> | undefined;
  const server = await startLoopbackServer(async (request, response) => {
    const [, , kind, name = ''] = PATH.exec(request.url) ?? [];
    const digest = tags.get(name) ?? name;
    const file = join(layout.folder, 'blobs', ...digest.split(':'));
    if (kind === undefined || !digest.includes(':') || !existsSync(file)) {
      return void response.writeHead(404).end();
    }
    if (layers.has(digest as Digest)) await gate;
    const body = readFileSync(file);
    const type = kind === 'manifests' ? typeOf(body) : 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'content-length': body.length });
    return void response.end(body);
  });
  const isLayer = ({ url }: SeenRequest): boolean =>
    layers.has((PATH.exec(url)?.[3] ?? '') as Digest);
  return {
    ...server,
    tag: (tag, digest) => void tags.set(tag, digest),
    layersRead: () => server.seen.filter(isLayer).length,
    hold: () => {
      let release = (): void => undefined;
      gate = new Promise((resolve) => (release = resolve));
      return () => {
        gate = undefined;
        release();
      };
    },
  };
}

function typeOf(manifest: Buffer): string {
  return (JSON.parse(manifest.toString('utf8')) as { mediaType: string }).mediaType;
}
