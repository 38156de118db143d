/**
 * A registry of a few answers that counts sequential round trips: requests are held until no more
 * of them come, then answered together. How many such waves a client needs is how many times it
 * waits for the registry, however fast either is.
 */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Digest } from '../../src/domain/digest.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** What is answered for a path below `/v2/`. */
export interface WaveAnswer {
  readonly body: string | Buffer;
  readonly type?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A running registry; every path that it was not given is 404. */
export interface WaveRegistry extends LoopbackServer {
  /** Paths and queries, each a wave's. */
  readonly waves: readonly (readonly string[])[];
  put(path: string, answer: WaveAnswer): void;
  /** Gives a repository a manifest under its digest and under a tag. */
  putManifest(repository: string, manifest: object, tag?: string): WavePointer;
  putBlob(repository: string, bytes: string | Buffer, mediaType?: string): WavePointer;
}

/** A pointer as manifests have it. */
export interface WavePointer {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

const QUIET_MS = 40;

/**
 * Starts it; with `token`, requests without that bearer token are sent to `/token` for it; with
 * `login`, `USER:PASSWORD`, they need those.
 */
export async function startWaveRegistry(token?: string, login?: string): Promise<WaveRegistry> {
  const answers = new Map<string, WaveAnswer>();
  const waves: string[][] = [];
  let held: { readonly url: string; readonly answer: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    waves.push(held.map(({ url }) => url));
    for (const { answer } of held.splice(0)) answer();
    held = [];
  };
  const server = await startLoopbackServer(({ url, authorization }, response) => {
    const wanted = login === undefined ? `Bearer ${token}` : `Basic ${btoa(login)}`;
    const allowed = (token ?? login) === undefined || authorization === wanted;
    const answer = (): void => {
      if (url.startsWith('/token')) return void response.end(JSON.stringify({ token }));
      if (!allowed && login !== undefined) return challengeBasic(response);
      if (!allowed) return challenge(response, server.host);
      send(response, answers.get(url));
    };
    held.push({ url, answer });
    clearTimeout(timer);
    timer = setTimeout(release, QUIET_MS);
  });
  const put: WaveRegistry['put'] = (path, answer) => void answers.set(`/v2/${path}`, answer);
  return {
    ...server,
    waves,
    put,
    putBlob(repository, bytes, mediaType = 'application/octet-stream') {
      const pointer = pointerTo(bytes, mediaType);
      put(`${repository}/blobs/${pointer.digest}`, { body: bytes, type: mediaType });
      return pointer;
    },
    putManifest(repository, manifest, tag) {
      const body = JSON.stringify(manifest);
      const { mediaType: type = '' } = manifest as { mediaType?: string };
      const pointer = pointerTo(body, type);
      for (const name of [pointer.digest, tag])
        put(`${repository}/manifests/${name}`, { body, type });
      return pointer;
    },
  };
}

function pointerTo(bytes: string | Buffer, mediaType: string): WavePointer {
  const hex = createHash('sha256').update(bytes).digest('hex');
  return { mediaType, digest: `sha256:${hex}` as Digest, size: Buffer.byteLength(bytes) };
}

function challenge(response: ServerResponse, host: string): void {
  const header = `Bearer realm="http://${host}/token",service="registry"`;
  response.writeHead(401, { 'www-authenticate': header }).end();
}

function challengeBasic(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end();
}

function send(response: ServerResponse, answer: WaveAnswer | undefined): void {
  if (answer === undefined) return void response.writeHead(404).end();
  const { body, status = 200, type = 'application/octet-stream', headers } = answer;
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}
