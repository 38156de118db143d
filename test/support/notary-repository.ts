/**
 * A repository of Notary v1 made in a test, in the exact form of its clients and server, with every
 * key at hand: so that a test can also sign what no honest server would.
 */
import 'reflect-metadata';
import { createHash, generateKeyPairSync, type KeyObject, sign, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { canonicalJson, type Json, type JsonObject } from '../../src/domain/json.ts';
import type { NotaryEvidence, NotaryTrust } from '../../src/signing/verify-notary.ts';

/** A key with its entry in metadata. */
export interface MadeKey {
  readonly id: string;
  readonly entry: JsonObject;
  readonly privateKey: KeyObject;
  readonly method: string;
  /** Its bare public half, as a signer hands it out. */
  readonly pem: string;
}

/** When all of it is made, in milliseconds; expiries are counted from here. */
export const MADE = Date.parse('2026-11-20T12:00:00Z');
/** The repository that tests sign for. */
export const GUN = 'registry.example/shop/app';
/** The signed tag's digest. */
export const SIGNED = `sha256:${'ab'.repeat(32)}`;

/** A key of any type of Notary's; those in x509 form are certified for a name. */
export async function makeKey(type: string, name = GUN): Promise<MadeKey> {
  const { publicKey, privateKey } = generate(type);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const raw = type === 'ed25519' ? spki.subarray(-32) : spki;
  const value = type.endsWith('-x509') ? await certify(publicKey, privateKey, name) : raw;
  return {
    ...keyOf(type, value),
    privateKey,
    method: METHODS[type] ?? '',
    pem: String(publicKey.export({ type: 'spki', format: 'pem' })),
  };
}

/** Entry and id of a public value under a type. */
export function keyOf(type: string, value: Uint8Array): Pick<MadeKey, 'id' | 'entry'> {
  const text = Buffer.from(value).toString('base64');
  const entry = { keytype: type, keyval: { private: null, public: text } };
  return { entry, id: createHash('sha256').update(canonicalJson(entry)).digest('hex') };
}

/** A role as root and delegations have it. */
export function roleOf(keys: readonly MadeKey[], threshold = 1): JsonObject {
  return { keyids: keys.map(({ id }) => id), threshold };
}

/** The keys object of root and delegations. */
export function keysOf(keys: readonly MadeKey[]): JsonObject {
  return Object.fromEntries(keys.map(({ id, entry }) => [id, entry]));
}

/** Length and hashes of bytes. */
export function metaOf(bytes: Uint8Array): JsonObject {
  const hash = (name: string): string => createHash(name).update(bytes).digest('base64');
  return { hashes: { sha256: hash('sha256'), sha512: hash('sha512') }, length: bytes.length };
}

/** A target as `notary addhash` writes it. */
export function targetOf(digest = SIGNED, length = 7143): JsonObject {
  const sha256 = Buffer.from(digest.slice('sha256:'.length), 'hex').toString('base64');
  return { hashes: { sha256 }, length };
}

/** A document signed by keys. */
export function signDocument(signed: JsonObject, keys: readonly MadeKey[]): Uint8Array {
  return signText(canonicalJson(signed), signed, keys);
}

/** A document whose signatures are over another text than it shows. */
export function signText(text: string, signed: Json, keys: readonly MadeKey[]): Uint8Array {
  const signatures = keys.map((key) => ({
    keyid: key.id,
    method: key.method,
    sig: signBytes(key, Buffer.from(text)).toString('base64'),
  }));
  return new TextEncoder().encode(JSON.stringify({ signed, signatures }));
}

/** An expiry so many days from {@link MADE}, with the nanoseconds that Go writes. */
export function inDays(days: number): string {
  return new Date(MADE + days * 86_400_000).toISOString().replace('Z', '123456Z');
}

/** All keys of a repository with a release role and the signers alice and bob. */
export interface MadeKeys {
  readonly root: MadeKey;
  readonly targets: MadeKey;
  readonly snapshot: MadeKey;
  readonly timestamp: MadeKey;
  readonly alice: MadeKey;
  readonly bob: MadeKey;
}

/** Makes the keys of a repository, of the types that Notary's clients and server make. */
export async function makeKeys(): Promise<MadeKeys> {
  return {
    root: await makeKey('ecdsa-x509'),
    targets: await makeKey('ecdsa'),
    snapshot: await makeKey('ecdsa'),
    timestamp: await makeKey('ed25519'),
    alice: await makeKey('rsa-x509', 'alice'),
    bob: await makeKey('rsa'),
  };
}

/** The `signed` objects of a repository, before they are signed and hashed. */
export interface Drafts {
  root: JsonObject;
  targets: JsonObject;
  releases: JsonObject;
  alice: JsonObject;
  bob: JsonObject;
  snapshot: JsonObject;
  timestamp: JsonObject;
}

/** An honest repository: `1.0` is signed by the release role, alice and bob. */
export function draftOf(keys: MadeKeys): Drafts {
  const tags = { '1.0': targetOf() };
  const one = (days: number, version = 3): JsonObject => ({ expires: inDays(days), version });
  return {
    root: {
      _type: 'Root',
      consistent_snapshot: false,
      ...one(3650, 1),
      keys: keysOf([keys.root, keys.targets, keys.snapshot, keys.timestamp]),
      roles: {
        root: roleOf([keys.root]),
        targets: roleOf([keys.targets]),
        snapshot: roleOf([keys.snapshot]),
        timestamp: roleOf([keys.timestamp]),
      },
    },
    targets: {
      _type: 'Targets',
      ...one(1095),
      delegations: {
        keys: keysOf([keys.alice, keys.bob]),
        roles: [
          delegationOf('targets/releases', [keys.alice, keys.bob]),
          delegationOf('targets/alice', [keys.alice]),
          delegationOf('targets/bob', [keys.bob]),
        ],
      },
      targets: { legacy: targetOf() },
    },
    releases: { _type: 'Targets', ...one(1095), delegations: EMPTY, targets: tags },
    alice: { _type: 'Targets', ...one(1095), delegations: EMPTY, targets: tags },
    bob: { _type: 'Targets', ...one(1095), delegations: EMPTY, targets: tags },
    snapshot: { _type: 'Snapshot', ...one(1095) },
    timestamp: { _type: 'Timestamp', ...one(14) },
  };
}

const EMPTY = { keys: {}, roles: [] };

/** A delegation with the path that Docker's client gives: everything. */
export function delegationOf(
  name: string,
  keys: readonly MadeKey[],
  paths: readonly string[] = [''],
): JsonObject {
  return { name, paths, ...roleOf(keys) };
}

/** Signs drafts, each with the hashes of what is below it; a root may be there already. */
export function publish(
  drafts: Drafts,
  keys: MadeKeys,
  root = signDocument(drafts.root, [keys.root]),
): NotaryEvidence & { readonly root: Uint8Array } {
  const targets = signDocument(drafts.targets, [keys.targets]);
  const delegations = new Map([
    ['targets/releases', signDocument(drafts.releases, [keys.alice])],
    ['targets/alice', signDocument(drafts.alice, [keys.alice])],
    ['targets/bob', signDocument(drafts.bob, [keys.bob])],
  ]);
  const below = [...delegations].map(([name, bytes]) => [name, metaOf(bytes)] as const);
  const meta = { root: metaOf(root), targets: metaOf(targets), ...Object.fromEntries(below) };
  const snapshot = signDocument({ meta, ...drafts.snapshot }, [keys.snapshot]);
  const stamp = { meta: { snapshot: metaOf(snapshot) }, ...drafts.timestamp };
  const timestamp = signDocument(stamp, [keys.timestamp]);
  return { root, roots: [], timestamp, snapshot, targets, delegations };
}

/** Trust in a root, asking for `1.0` while all is fresh. */
export function trustIn(root: Uint8Array): NotaryTrust {
  const now = (MADE + 3_600_000) * 1000;
  return { gun: GUN, tag: '1.0', root, signers: [], floors: {}, now };
}

const METHODS: Readonly<Record<string, string>> = {
  ed25519: 'eddsa',
  ecdsa: 'ecdsa',
  'ecdsa-x509': 'ecdsa',
  rsa: 'rsapss',
  'rsa-x509': 'rsapss',
};

function generate(type: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (type === 'ed25519') return generateKeyPairSync('ed25519');
  if (type.startsWith('rsa')) return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function signBytes({ privateKey, method }: MadeKey, bytes: Uint8Array): Buffer {
  if (method === 'eddsa') return sign(null, bytes, privateKey);
  if (method === 'ecdsa') {
    return sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  }
  return sign('sha256', bytes, { key: privateKey, padding: 6, saltLength: 32 });
}

async function certify(publicKey: KeyObject, privateKey: KeyObject, name: string): Promise<Buffer> {
  const rsa = publicKey.asymmetricKeyType === 'rsa';
  const algorithm = rsa
    ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
    : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const { subtle } = webcrypto;
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=${name}`,
    notBefore: new Date(MADE - 86_400_000),
    notAfter: new Date(MADE + 3650 * 86_400_000),
    signingAlgorithm: algorithm,
    keys: {
      publicKey: await subtle.importKey('spki', spki, algorithm, true, ['verify']),
      privateKey: await subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
    },
    extensions: [new x509.BasicConstraintsExtension(false, undefined, true)],
  });
  return Buffer.from(`${certificate.toString('pem')}\n`);
}
