/**
 * Public keys of attestors. A key is judged when it is added, by its own bytes: one public key,
 * strong, not revoked, able to sign; its id is computed from it and never believed.
 */
import { createHash } from 'node:crypto';
import { readKey } from 'openpgp';
import type { Key } from 'openpgp';
import type { Micros } from '../domain/time.ts';
import { formatTime } from '../domain/time.ts';
import { readArmor } from './pgp-armor.ts';
import { MAX_PGP_BYTES, STRICT, WITH_SHA1 } from './pgp-config.ts';
import { PACKET, readPackets } from './pgp-packets.ts';
import type { Packet } from './pgp-packets.ts';
import { refuse, toRefusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A checked public key, parsed once; costly parts are remembered in it, so keep it. */
export interface PgpKey {
  /** Version 4 fingerprint of the primary key, 40 upper-case hex digits, recomputed. */
  readonly fingerprint: string;
  /** When the primary key expires, if it does. */
  readonly expiresAt?: Micros;
  /** Fingerprints of subkeys that carry a revocation, upper case. */
  readonly revokedSubkeys: ReadonlySet<string>;
  /** The library's key. */
  readonly key: Key;
}

const MAX_PACKETS = 2000;
const KEY_REVOCATION = 0x20;
const SUBKEY_REVOCATION = 0x28;

const SECRET: readonly number[] = [PACKET.secretKey, PACKET.secretSubkey];
const ALLOWED: readonly number[] = [
  PACKET.signature,
  PACKET.publicKey,
  PACKET.userId,
  PACKET.publicSubkey,
  PACKET.userAttribute,
];

/** Algorithms of primary keys that are refused, by their number in RFC 9580, section 9.1. */
const WEAK_ALGORITHMS: Readonly<Record<number, string>> = {
  2: 'an RSA key for encryption only',
  16: 'an ElGamal key',
  17: 'a DSA key',
  18: 'an ECDH key',
  20: 'an ElGamal key',
};

/**
 * Reads the armored public key of an attestor. Refuses (`invalid-key`, with a code in
 * `details.refusal`): over 256 KiB, anything but one public key, private keys, versions other than
 * 4, DSA, ElGamal, RSA below 2048 bits, self-signatures with MD5 or SHA-1, revoked keys and keys
 * that may not sign. Expiry needs a clock: see {@link checkPgpKey}.
 */
export async function readPgpKey(armored: string): Promise<PgpKey> {
  try {
    return await readCheckedKey(armored);
  } catch (error) {
    const { code, reason } = toRefusal(error, 'bad-key');
    return refuse(code, `PGP public key: ${reason}`, 'invalid-key');
  }
}

/** Says whether a key can be trusted at a time: a refusal where it has expired. */
export function checkPgpKey(key: PgpKey, now: Micros): Refusal | undefined {
  if (key.expiresAt === undefined || now < key.expiresAt) return undefined;
  const reason = `key ${key.fingerprint} expired at ${formatTime(key.expiresAt)}`;
  return { ok: false, code: 'key-expired', reason };
}

async function readCheckedKey(armored: string): Promise<PgpKey> {
  if (armored.length > MAX_PGP_BYTES) {
    refuse('too-large', `it has ${armored.length} characters; at most ${MAX_PGP_BYTES} are read`);
  }
  const bytes = keyBytes(armored);
  const packets = readPackets(bytes, MAX_PACKETS);
  const primary = checkPackets(packets);
  const key = await readKey({ binaryKey: bytes, config: STRICT });
  const fingerprint = fingerprintOf(primary);
  if (key.getFingerprint().toUpperCase() !== fingerprint) {
    refuse('bad-key', 'its fingerprint cannot be recomputed');
  }
  checkStrength(key);
  await checkSelfSignature(key);
  const revokedSubkeys = findRevokedSubkeys(packets);
  await checkMaySign(key, revokedSubkeys);
  const expiry = await key.getExpirationTime(undefined, STRICT);
  const expires = expiry instanceof Date ? { expiresAt: expiry.getTime() * 1000 } : {};
  return { fingerprint, ...expires, revokedSubkeys, key };
}

function keyBytes(armored: string): Uint8Array {
  if (armored.includes('PRIVATE KEY BLOCK')) refusePrivate();
  const armor = readArmor(armored);
  if (armor.label === 'PUBLIC KEY BLOCK') return armor.bytes;
  return refuse('bad-key', `found a PGP ${armor.label}; wanted the output of gpg --armor --export`);
}

function refusePrivate(): never {
  return refuse(
    'private-key',
    'this is a private key; export the public one and keep this one safe',
  );
}

function checkPackets(packets: readonly Packet[]): Packet {
  if (packets.some((packet) => SECRET.includes(packet.tag))) refusePrivate();
  const [primary] = packets;
  const count = packets.filter((packet) => packet.tag === PACKET.publicKey).length;
  if (primary?.tag !== PACKET.publicKey || count !== 1) {
    return refuse(
      'bad-key',
      `found ${count} keys in the block; wanted exactly one, at its beginning`,
    );
  }
  const stranger = packets.find((packet) => !ALLOWED.includes(packet.tag));
  if (stranger)
    refuse('bad-key', `it has a packet of type ${stranger.tag}, which is no part of a key`);
  if (primary.body[0] !== 4) {
    refuse('unsupported', `key version ${primary.body[0] ?? 'none'} is not supported; wanted 4`);
  }
  if (packets.some((packet) => signatureType(packet) === KEY_REVOCATION)) {
    refuse('key-revoked', `key ${fingerprintOf(primary)} is revoked`);
  }
  return primary;
}

/**
 * Any revocation counts, also one that cannot be checked: one refusal too many is the safe side.
 */
function findRevokedSubkeys(packets: readonly Packet[]): Set<string> {
  const revoked = new Set<string>();
  let current: Packet | undefined;
  for (const packet of packets) {
    if (packet.tag === PACKET.publicSubkey) current = packet;
    const revokes = signatureType(packet) === SUBKEY_REVOCATION;
    if (revokes && current !== undefined) revoked.add(fingerprintOf(current));
  }
  return revoked;
}

/** The type stands behind the version, in version 3 behind a fixed length. */
function signatureType(packet: Packet): number | undefined {
  if (packet.tag !== PACKET.signature) return undefined;
  return (packet.body[0] ?? 0) < 4 ? packet.body[2] : packet.body[1];
}

/** RFC 9580, section 5.5.4.2. SHA-1 is what identifies a version 4 key: it proves nothing here. */
function fingerprintOf(packet: Packet): string {
  const length = packet.body.length;
  const header = Uint8Array.of(0x99, length >> 8, length & 0xff);
  return createHash('sha1').update(header).update(packet.body).digest('hex').toUpperCase();
}

function checkStrength(key: Key): void {
  const weak = WEAK_ALGORITHMS[key.keyPacket.algorithm];
  if (weak !== undefined)
    refuse('weak-key', `${weak} cannot be trusted to sign; use RSA, ECDSA or Ed25519`);
  const { bits, curve } = key.getAlgorithmInfo();
  if (bits !== undefined && bits < 2048)
    refuse('weak-key', `RSA with ${bits} bits; wanted 2048 or more`);
  if (curve === 'secp256k1')
    refuse('weak-key', 'the curve secp256k1 is not trusted; use another one');
}

/** Times are left out (`null`) at reading: they are judged when a signature is verified. */
const NO_DATE = null as unknown as Date;

async function checkSelfSignature(key: Key): Promise<void> {
  if (!(await fails(key.getPrimaryUser(NO_DATE, undefined, STRICT)))) return;
  const onlySha1 = !(await fails(key.getPrimaryUser(NO_DATE, undefined, WITH_SHA1)));
  if (onlySha1) {
    refuse('weak-hash', 'its self-signature uses SHA-1; renew it with SHA-256 or better');
  }
  refuse('bad-key', 'it has no user id with a valid self-signature that uses SHA-256 or better');
}

async function checkMaySign(key: Key, revoked: ReadonlySet<string>): Promise<void> {
  if (!(await fails(key.getSigningKey(undefined, NO_DATE, undefined, STRICT)))) return;
  const names = [...revoked].join(', ');
  if (names !== '')
    refuse('key-revoked', `it may not sign itself, and revoked are its subkeys ${names}`);
  refuse('key-may-not-sign', 'neither the key nor a subkey of it may sign');
}

async function fails(promise: Promise<unknown>): Promise<boolean> {
  return promise.then(
    () => false,
    () => true,
  );
}
