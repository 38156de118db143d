/**
 * A registry that lies as it is told, behind a network in which its name is out in the world, and a
 * victim: a listener that nobody was allowed to call. What counts is what reached the sockets.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import {
  type AddressInfo,
  type Server,
  type Socket,
  createServer as createSocketServer,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Digest } from '../../src/domain/digest.ts';
import type { RegistryAccess } from '../../src/remote/registry-access.ts';
import { openRegistryNetwork } from '../../src/remote/registry-network.ts';

/** What is kept by digest, and how a lie answers. */
export interface HostileContext {
  /** Requests so far for this very path, this one included. */
  readonly times: number;
  /** `http://HOST:PORT` of the victim, and `HOST:PORT` of a name that resolves to it. */
  readonly victim: { readonly url: string; readonly name: string };
  /** `HOST:PORT` as references name the registry. */
  readonly domain: string;
  /** Answers as an honest registry. */
  readonly honestly: () => void;
}

/** Answers a request, or leaves it to be answered honestly by `false`. */
export type Lie = (
  request: IncomingMessage,
  response: ServerResponse,
  context: HostileContext,
) => boolean | void;

/** A running one. */
export interface HostileRegistry {
  readonly domain: string;
  readonly access: RegistryAccess;
  /** The honest image and its layer. */
  readonly image: Digest;
  readonly layer: Kept;
  /** Requests in order: path, and the credential that came along. */
  readonly seen: readonly { readonly url: string; readonly authorization: string | undefined }[];
  /** Connections that reached the victim. */
  readonly victimCalls: () => number;
  /** Bytes that left the registry. */
  readonly bytesSent: () => number;
  /** From now on it lies so. */
  lie(lie: Lie): void;
  /** Keeps content under its digest, manifests under a tag too. */
  keep(path: string, body: string | Buffer, type?: string): Kept;
  close(): Promise<void>;
}

/** A pointer to content that is kept. */
export interface Kept {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
}

/** The password of the registry's user, which no log and no error may hold. */
export const SECRET = 'hunter2-s3cret';
/** The repository that there is. */
export const REPOSITORY = 'team/app';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const PUBLIC = '203.0.113.7';

/** Starts it: `registry.test` is public, `inner.test` resolves to this machine. */
export async function startHostileRegistry(): Promise<HostileRegistry> {
  const kept = new Map<string, { body: string | Buffer; type: string }>();
  const times = new Map<string, number>();
  const seen: { url: string; authorization: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  let lie: Lie = () => false;
  let victimCalls = 0;
  const victim = createSocketServer((socket) => {
    victimCalls += 1;
    socket.destroy();
  });
  const server = createServer((request, response) => {
    const { url = '', headers } = request;
    seen.push({ url, authorization: headers.authorization });
    times.set(url, (times.get(url) ?? 0) + 1);
    response.on('error', () => undefined);
    const honestly = (): void => answer(response, kept.get(url));
    const context = { ...placesOf(), times: times.get(url) ?? 0, honestly };
    if (lie(request, response, context) === false) honestly();
  });
  server.on('connection', (socket) => sockets.add(socket));
  for (const one of [victim, server]) await listening(one);
  const placesOf = (): Pick<HostileContext, 'victim' | 'domain'> => {
    const port = (victim.address() as AddressInfo).port;
    const domain = `registry.test:${(server.address() as AddressInfo).port}`;
    return { domain, victim: { url: `http://127.0.0.1:${port}`, name: `inner.test:${port}` } };
  };
  const { domain } = placesOf();
  const keep: HostileRegistry['keep'] = (path, body, type = 'application/octet-stream') => {
    const hex = createHash('sha256').update(body).digest('hex');
    const pointer = {
      mediaType: type,
      digest: `sha256:${hex}` as Digest,
      size: Buffer.byteLength(body),
    };
    kept.set(`/v2/${REPOSITORY}/${path}`, { body, type });
    kept.set(`/v2/${REPOSITORY}/${path.split('/')[0]}/${pointer.digest}`, { body, type });
    return pointer;
  };
  const { image, layer } = keepImage(keep);
  const folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  const dockerConfig = join(folder, 'config.json');
  await writeFile(dockerConfig, JSON.stringify({ auths: { [domain]: USER } }));
  return {
    domain,
    access: { plainHttp: true, dockerConfig, network: publicNetwork() },
    image: image.digest,
    layer,
    seen,
    victimCalls: () => victimCalls,
    bytesSent: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    lie: (next) => void (lie = next),
    keep,
    close: async () => {
      server.closeAllConnections();
      await Promise.all([server, victim].map((one) => new Promise((done) => one.close(done))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const USER = { username: 'user', password: SECRET };

/** The honest image, tagged `v1`. */
function keepImage(keep: HostileRegistry['keep']): { image: Kept; layer: Kept } {
  const config = keep('blobs/config', '{}', 'application/vnd.oci.empty.v1+json');
  const layer = keep('blobs/layer', 'the honest layer', 'text/plain');
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] };
  return { layer, image: keep('manifests/v1', JSON.stringify(manifest), MANIFEST) };
}

/** As if this machine had a public address: that is checked, and loopback is dialled. */
function publicNetwork(): RegistryAccess['network'] & object {
  const network = openRegistryNetwork({
    addressesOf: async (host) => (host === 'registry.test' ? [PUBLIC] : ['127.0.0.1']),
  });
  const dialable = async (host: string): Promise<readonly string[]> =>
    (await network.dialable(host)).map((one) => (one === PUBLIC ? '127.0.0.1' : one));
  return { ...network, dialable };
}

function answer(
  response: ServerResponse,
  found: { readonly body: string | Buffer; readonly type: string } | undefined,
): void {
  if (found === undefined) return void response.writeHead(404).end();
  const { body, type } = found;
  const length = Buffer.byteLength(body);
  response.writeHead(200, { 'content-type': type, 'content-length': length }).end(body);
}

function listening(server: Server): Promise<void> {
  return new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
}

/** Sends chunks for ever, as fast as they are taken. */
export function pour(response: ServerResponse, chunk: Buffer = Buffer.alloc(65_536, 'x')): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

/** Sends a byte now and then, for ever. */
export function drip(response: ServerResponse): void {
  const timer = setInterval(() => response.write('x'), 30);
  response.on('close', () => clearInterval(timer));
}
