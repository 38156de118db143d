/**
 * A TUF repository of a test's own at a loopback address: four roles, each with its keys, published
 * as versions with consistent snapshots. Whatever is wrong is put in its place afterwards.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { formatTime, type Micros } from '../../src/domain/time.ts';
import { olpcBytes } from '../../src/signing/olpc-json.ts';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

/** A key of a role. */
export interface TufKey {
  readonly id: string;
  readonly json: JsonObject;
  readonly secret: KeyObject;
}

/** Versions, expiries and keys of one state of a repository. */
export interface TufState {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  readonly targets: number;
  readonly expires: Micros;
  /** Of the timestamp alone; default: as all. */
  readonly timestampExpires?: Micros;
  readonly rootKeys: readonly TufKey[];
  readonly threshold: number;
  /** Who signs the root besides its own keys. */
  readonly signers?: readonly TufKey[];
  readonly file: Uint8Array;
}

/** A repository that serves what was put into it. */
export interface TufRepository {
  readonly url: string;
  readonly asked: readonly string[];
  readonly files: Map<string, Uint8Array>;
  /** Publishes a state; answers the root's bytes. */
  publish(state: TufState): Uint8Array;
  stop(): Promise<void>;
}

const NAME = 'trusted_root.json';

/** A fresh Ed25519 key. */
export function tufKey(): TufKey {
  const { publicKey, privateKey: secret } = generateKeyPairSync('ed25519');
  const hex = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const json = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex } };
  return { id: sha256(olpcBytes(json)), json, secret };
}

/** Starts an empty repository; whoever starts it stops it. */
export async function startTufRepository(): Promise<TufRepository> {
  const files = new Map<string, Uint8Array>();
  const key = tufKey();
  const server: LoopbackServer = await startLoopbackServer(({ url }, response) => {
    const found = files.get(url.slice(1));
    response.writeHead(found === undefined ? 404 : 200).end(found);
  });
  return {
    url: `http://${server.host}/`,
    get asked() {
      return server.seen.map(({ url }) => url);
    },
    files,
    publish: (state) => publish(files, key, state),
    stop: () => server.close(),
  };
}

/** A document signed by keys; one key may sign under several ids. */
export function tufDocument(signed: JsonObject, keys: readonly TufKey[]): Uint8Array {
  const bytes = olpcBytes(signed);
  const signatures = keys.map(({ id: keyid, secret }) => ({
    keyid,
    sig: sign(null, bytes, secret).toString('hex'),
  }));
  return Buffer.from(JSON.stringify({ signatures, signed }));
}

function publish(files: Map<string, Uint8Array>, key: TufKey, state: TufState): Uint8Array {
  const { expires, file, timestampExpires = expires } = state;
  const head = (type: string, version: number, until = expires): JsonObject => ({
    _type: type,
    spec_version: '1.0.31',
    version,
    expires: formatTime(until).replace(/\.\d+Z$/, 'Z'),
  });
  const root = rootOf(head('root', state.root), key, state);
  const hash = sha256(file);
  const targets = tufDocument(
    { ...head('targets', state.targets), targets: { [NAME]: metaOf(file) } },
    [key],
  );
  const listed = { 'targets.json': { version: state.targets, ...metaOf(targets) } };
  const snapshot = tufDocument({ ...head('snapshot', state.snapshot), meta: listed }, [key]);
  const meta = { 'snapshot.json': { version: state.snapshot, ...metaOf(snapshot) } };
  const stamp = { ...head('timestamp', state.timestamp, timestampExpires), meta };
  files.set(`${state.root}.root.json`, root);
  files.set('timestamp.json', tufDocument(stamp, [key]));
  files.set(`${state.snapshot}.snapshot.json`, snapshot);
  files.set(`${state.targets}.targets.json`, targets);
  files.set(`targets/${hash}.${NAME}`, file);
  return root;
}

function rootOf(
  head: JsonObject,
  key: TufKey,
  { rootKeys, threshold, signers = [] }: TufState,
): Uint8Array {
  const keys = Object.fromEntries([key, ...rootKeys].map(({ id, json }) => [id, json]));
  const online = { keyids: [key.id], threshold: 1 };
  const roles = {
    root: { keyids: rootKeys.map(({ id }) => id), threshold },
    timestamp: online,
    snapshot: online,
    targets: online,
  };
  const signed = { ...head, consistent_snapshot: true, keys, roles };
  return tufDocument(signed, [...rootKeys, ...signers]);
}

function metaOf(bytes: Uint8Array): { readonly length: number; readonly hashes: Json } {
  return { length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
