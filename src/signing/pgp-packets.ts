/**
 * A walk over OpenPGP packets (RFC 9580, section 4). The library reads more than we want to allow;
 * so the structure of a message or key is checked here, on the raw bytes, before anything else.
 */
import { refuse } from './refusal.ts';

/** Packet types of RFC 9580, section 5, that are told apart here. */
export const PACKET = {
  encryptedSessionKey: 1,
  signature: 2,
  symmetricSessionKey: 3,
  onePassSignature: 4,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  compressed: 8,
  encrypted: 9,
  marker: 10,
  literal: 11,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17,
  encryptedIntegrity: 18,
  aeadEncrypted: 20,
} as const;

/** One packet: its type and its body, without header. */
export interface Packet {
  readonly tag: number;
  readonly body: Uint8Array;
}

interface Step {
  readonly body: Uint8Array;
  readonly next: number;
}

/** Only these may come in parts or without a length (RFC 9580, section 4.2.1.4). */
const DATA_TAGS: readonly number[] = [
  PACKET.compressed,
  PACKET.encrypted,
  PACKET.literal,
  PACKET.encryptedIntegrity,
  PACKET.aeadEncrypted,
];

/** Splits bytes into packets; refuses bytes that are no packet, cut ones and more than `max`. */
export function readPackets(bytes: Uint8Array, max: number): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    if (packets.length === max) refuse('too-large', `there are more than ${max} OpenPGP packets`);
    const first = byteAt(bytes, at);
    if ((first & 0x80) === 0) refuse('bad-packet', `byte ${at} does not begin an OpenPGP packet`);
    const isNew = (first & 0x40) !== 0;
    const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
    const step = isNew ? readNew(bytes, at + 1, tag) : readOld(bytes, at + 1, first);
    packets.push({ tag, body: step.body });
    at = step.next;
  }
  return packets;
}

/** Writes one packet with a five-octet length, for handing it on. */
export function writePacket(packet: Packet): Uint8Array {
  const bytes = new Uint8Array(packet.body.length + 6);
  bytes[0] = 0xc0 | packet.tag;
  bytes[1] = 0xff;
  new DataView(bytes.buffer).setUint32(2, packet.body.length);
  bytes.set(packet.body, 6);
  return bytes;
}

function readOld(bytes: Uint8Array, at: number, first: number): Step {
  const kind = first & 3;
  if (kind < 3) {
    const size = 1 << kind;
    return slice(bytes, at + size, readNumber(bytes, at, size));
  }
  if (!DATA_TAGS.includes((first >> 2) & 0x0f)) refuse('bad-packet', 'a packet has no length');
  return { body: bytes.subarray(at), next: bytes.length };
}

function readNew(bytes: Uint8Array, at: number, tag: number): Step {
  const chunks: Uint8Array[] = [];
  let next = at;
  while (isPartial(byteAt(bytes, next))) {
    if (!DATA_TAGS.includes(tag))
      refuse('bad-packet', 'a packet that must be whole comes in parts');
    const part = slice(bytes, next + 1, 2 ** (byteAt(bytes, next) & 0x1f));
    chunks.push(part.body);
    next = part.next;
  }
  const last = readWhole(bytes, next);
  if (chunks.length === 0) return last;
  return { body: Uint8Array.from(Buffer.concat([...chunks, last.body])), next: last.next };
}

function isPartial(length: number): boolean {
  return length >= 224 && length < 255;
}

function readWhole(bytes: Uint8Array, at: number): Step {
  const first = byteAt(bytes, at);
  if (first < 192) return slice(bytes, at + 1, first);
  if (first < 255) return slice(bytes, at + 2, (first - 192) * 256 + byteAt(bytes, at + 1) + 192);
  return slice(bytes, at + 5, readNumber(bytes, at + 1, 4));
}

function slice(bytes: Uint8Array, at: number, length: number): Step {
  if (at + length > bytes.length) refuse('bad-packet', 'an OpenPGP packet is cut off');
  return { body: bytes.subarray(at, at + length), next: at + length };
}

function readNumber(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let index = 0; index < size; index += 1) value = value * 256 + byteAt(bytes, at + index);
  return value;
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? refuse('bad-packet', 'an OpenPGP packet is cut off');
}
