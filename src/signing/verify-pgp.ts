/** Verification of PGP signatures of the stock gpg, by one key. */
import { createMessage, readSignature, SignaturePacket, verify } from 'openpgp';
import type { Key, Signature, Subkey } from 'openpgp';
import { formatTime, SECOND } from '../domain/time.ts';
import type { Micros } from '../domain/time.ts';
import { STRICT, WEAK_HASHES } from './pgp-config.ts';
import { openDetachedSignature, openSignedMessage } from './pgp-message.ts';
import type { SignedMessage } from './pgp-message.ts';
import { writePacket } from './pgp-packets.ts';
import { checkPgpKey } from './read-pgp-key.ts';
import type { PgpKey } from './read-pgp-key.ts';
import { errorText, refuse, toRefusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A verified signature: the bytes that were signed, and the primary key that stands for it. */
export interface PgpProof {
  readonly ok: true;
  readonly payload: Uint8Array;
  readonly fingerprint: string;
  /** When the proof lapses: the earliest end of signature, key and the subkey that signed. */
  readonly expiresAt?: Micros;
}

/** What is verified: the signature's bytes (armored or binary), by this key, at this time. */
export interface PgpQuestion {
  readonly signature: Uint8Array;
  readonly key: PgpKey;
  readonly now: Micros;
  /** What a detached signature is over; absent: the signature has its text inside. */
  readonly detachedPayload?: Uint8Array;
}

interface MessageSignature {
  readonly signature: Signature;
  readonly packet: SignaturePacket;
}

/** How far ahead of our clock a signature may be dated. */
const SKEW: Micros = 300 * SECOND;

const BINARY = 0;
const TEXT = 1;

/** A detached signature is over the very bytes, never over what their line ends might have been. */
const TYPES: Readonly<Record<SignedMessage['form'], readonly number[]>> = {
  attached: [BINARY, TEXT],
  clearsigned: [TEXT],
  detached: [BINARY],
};

/** Hash numbers of RFC 9580, section 9.5, with their names in `Hash` headers. */
const HASHES: Readonly<Record<number, string>> = {
  8: 'SHA256',
  9: 'SHA384',
  10: 'SHA512',
  11: 'SHA224',
  12: 'SHA3-256',
  14: 'SHA3-512',
};

/**
 * Verifies a signed message over exactly the bytes that it returns. Everything that is wrong with
 * message, key or times is a value: nothing is thrown. See `openSignedMessage` for the shapes.
 */
export async function verifyPgpSignature(question: PgpQuestion): Promise<PgpProof | Refusal> {
  try {
    const message = await openMessage(question);
    const found = await readMessageSignature(message);
    const isText = found.packet.signatureType === TEXT;
    const payload = isText ? canonicalText(message.payload) : message.payload;
    const expiries = [
      checkTimes(found.packet, question.now),
      question.key.expiresAt,
      await checkSigner(found.packet, question),
    ].filter((time) => time !== undefined);
    await checkSignature(payload, found, question);
    const proof = { ok: true, payload, fingerprint: question.key.fingerprint } as const;
    return expiries.length === 0 ? proof : { ...proof, expiresAt: Math.min(...expiries) };
  } catch (error) {
    return toRefusal(error, 'bad-signature');
  }
}

async function openMessage({ signature, detachedPayload }: PgpQuestion): Promise<SignedMessage> {
  if (detachedPayload === undefined) return openSignedMessage(signature);
  return openDetachedSignature(signature, detachedPayload);
}

async function readMessageSignature(message: SignedMessage): Promise<MessageSignature> {
  checkHeader(message);
  const binarySignature = writePacket(message.signature);
  const signature = await readSignature({ binarySignature, config: STRICT });
  const [packet, ...others] = signature.packets;
  if (packet instanceof SignaturePacket && others.length === 0) return { signature, packet };
  return refuse('bad-packet', 'the signature cannot be read');
}

/** Version, type, key algorithm and hash are the first four octets (RFC 9580, section 5.2.3). */
function checkHeader(message: SignedMessage): void {
  const [version = -1, type = -1, , hash = -1] = message.signature.body;
  if (version !== 4)
    refuse('unsupported', `signature version ${version} is not supported; wanted 4`);
  if (!TYPES[message.form].includes(type)) {
    refuse('bad-structure', `signature type ${type} does not sign a ${message.form} text`);
  }
  const name = hashName(hash);
  if (message.hashes.length > 0 && !message.hashes.includes(name)) {
    refuse('bad-cleartext', `signature uses ${name}, which its Hash header does not name`);
  }
}

function hashName(hash: number): string {
  const weak = WEAK_HASHES[hash];
  if (weak !== undefined)
    refuse('weak-hash', `signature uses ${weak}; sign with SHA-256 or better`);
  return HASHES[hash] ?? refuse('unsupported', `hash algorithm ${hash} is not supported`);
}

/** Line feeds become CRLF, as text signatures cover them (RFC 9580, section 5.2.4). */
function canonicalText(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(/\r?\n/g, '\r\n');
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** Answers when the signature expires, if it does. */
function checkTimes(packet: SignaturePacket, now: Micros): Micros | undefined {
  const created = micros(packet.created ?? new Date(0));
  if (created > now + SKEW) {
    refuse(
      'signature-from-future',
      `signature is dated ${formatTime(created)}, which is yet to come`,
    );
  }
  const expires = packet.getExpirationTime();
  if (!(expires instanceof Date)) return undefined;
  if (micros(expires) > now) return micros(expires);
  return refuse('signature-expired', `signature expired at ${formatTime(micros(expires))}`);
}

function micros(date: Date): Micros {
  return date.getTime() * 1000;
}

/** Answers when the subkey that signed expires, if one signed and it does. */
async function checkSigner(
  packet: SignaturePacket,
  question: PgpQuestion,
): Promise<Micros | undefined> {
  const { key, now } = question;
  const expired = checkPgpKey(key, now);
  if (expired) refuse(expired.code, expired.reason);
  const id = packet.issuerKeyID;
  const signer = key.key.getKeys().find((one) => one.getKeyID().equals(id));
  if (signer === undefined) {
    return refuse(
      'wrong-key',
      `signature is by key ${id.toHex().toUpperCase()}, not by ${key.fingerprint}`,
    );
  }
  const date = dateOf(packet, now);
  const expires = await checkSubkey(signer, key, date);
  await key.key.getSigningKey(id, date, undefined, STRICT).catch((error: unknown) => {
    refuse('key-may-not-sign', `key ${nameOf(signer)} may not sign: ${errorText(error)}`);
  });
  return expires;
}

/** Our clock, or up to {@link SKEW} later where the signer's clock is ahead of it. */
function dateOf(packet: SignaturePacket, now: Micros): Date {
  return new Date(Math.max(Math.floor(now / 1000), packet.created?.getTime() ?? 0));
}

async function checkSubkey(
  signer: Key | Subkey,
  key: PgpKey,
  date: Date,
): Promise<Micros | undefined> {
  const name = nameOf(signer);
  if (name === key.fingerprint || !('bindingSignatures' in signer)) return undefined;
  if (key.revokedSubkeys.has(name)) refuse('key-revoked', `subkey ${name} is revoked`);
  const expires = await signer.getExpirationTime(date, STRICT);
  if (!(expires instanceof Date)) return undefined;
  if (expires > date) return micros(expires);
  return refuse('key-expired', `subkey ${name} expired at ${formatTime(micros(expires))}`);
}

function nameOf(key: Key | Subkey): string {
  return key.getFingerprint().toUpperCase();
}

/** A detached verification over our own reading of the bytes. */
async function checkSignature(
  payload: Uint8Array,
  { signature, packet }: MessageSignature,
  question: PgpQuestion,
): Promise<void> {
  const result = await verify({
    message: await createMessage({ binary: payload }),
    signature,
    verificationKeys: question.key.key,
    date: dateOf(packet, question.now),
    format: 'binary',
    config: STRICT,
  });
  const [verified, ...others] = result.signatures;
  if (verified === undefined || others.length > 0) refuse('bad-signature', 'no single signature');
  await verified?.verified;
}
