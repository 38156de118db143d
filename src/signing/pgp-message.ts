/**
 * A signed OpenPGP message taken apart: which bytes are signed, and by which signature packet. Two
 * shapes exist for us, attached and clearsigned; everything else is refused by name. The signature
 * is then verified over exactly the bytes returned here (and not over what a library believes the
 * message to be, which is how CVE-2025-47934 and CVE-2023-41037 came about).
 */
import { readMessage } from 'openpgp';
import { isCleartext, readArmor, readCleartext } from './pgp-armor.ts';
import { MAX_PGP_BYTES, STRICT } from './pgp-config.ts';
import { PACKET, readPackets, writePacket } from './pgp-packets.ts';
import type { Packet } from './pgp-packets.ts';
import { refuse } from './refusal.ts';
import { decodeUtf8 } from './strict-json.ts';

/** The signed bytes and the one signature over them. */
export interface SignedMessage {
  readonly form: 'attached' | 'clearsigned' | 'detached';
  /** Attached: the literal data. Clearsigned: the canonical text. Detached: what was handed in. */
  readonly payload: Uint8Array;
  readonly signature: Packet;
  /** Names of the `Hash` headers of a clearsigned message. */
  readonly hashes: readonly string[];
}

const MAX_PACKETS = 16;

const ENCRYPTED: readonly number[] = [
  PACKET.encryptedSessionKey,
  PACKET.symmetricSessionKey,
  PACKET.encrypted,
  PACKET.encryptedIntegrity,
  PACKET.aeadEncrypted,
];

/**
 * Takes a message of gpg apart: binary, armored or clearsigned. Refuses over 256 KiB before or
 * after decompression, detached signatures, encryption, nested compression, several signatures,
 * several literal packets and anything before or after.
 */
export async function openSignedMessage(bytes: Uint8Array): Promise<SignedMessage> {
  if (bytes.length > MAX_PGP_BYTES) {
    refuse('too-large', `signature has ${bytes.length} bytes; at most ${MAX_PGP_BYTES} are read`);
  }
  if (bytes.length === 0) return refuse('bad-structure', 'signature is empty');
  if (((bytes[0] ?? 0) & 0x80) !== 0 && bytes[0] !== 0xef) return openAttached(bytes);
  const text = decodeUtf8(bytes, 'signature');
  return isCleartext(text) ? openClearsigned(text) : openAttached(messageBytes(text));
}

/**
 * Reads a detached signature, armored or binary, of bytes that are at hand: one signature packet
 * and nothing else.
 */
export function openDetachedSignature(bytes: Uint8Array, payload: Uint8Array): SignedMessage {
  if (bytes.length > MAX_PGP_BYTES) {
    refuse('too-large', `signature has ${bytes.length} bytes; at most ${MAX_PGP_BYTES} are read`);
  }
  const packets = readPackets(detachedBytes(bytes), MAX_PACKETS);
  const [signature, ...others] = packets;
  if (signature?.tag !== PACKET.signature || others.length > 0) return refuseSeveral(packets);
  return { form: 'detached', payload, signature, hashes: [] };
}

function detachedBytes(bytes: Uint8Array): Uint8Array {
  if (((bytes[0] ?? 0) & 0x80) !== 0 && bytes[0] !== 0xef) return bytes;
  const armor = readArmor(decodeUtf8(bytes, 'signature'));
  if (armor.label === 'SIGNATURE') return armor.bytes;
  return refuse(
    'bad-structure',
    `found a PGP ${armor.label}; wanted a signature of gpg --detach-sign`,
  );
}

function messageBytes(text: string): Uint8Array {
  const armor = readArmor(text);
  if (armor.label === 'SIGNATURE') return refuseDetached();
  if (armor.label === 'MESSAGE') return armor.bytes;
  return refuse(
    'bad-structure',
    `found a PGP ${armor.label}; wanted a signed message of gpg --sign`,
  );
}

function refuseDetached(): never {
  return refuse('detached-signature', 'detached signature: send an attached or clearsigned one');
}

function openClearsigned(text: string): SignedMessage {
  const cleartext = readCleartext(text);
  if (cleartext.signature.label !== 'SIGNATURE') refuse('bad-cleartext', 'no signature block');
  const packets = readPackets(cleartext.signature.bytes, MAX_PACKETS);
  const [signature] = packets;
  if (signature?.tag !== PACKET.signature) {
    return refuse('bad-structure', 'the signature block holds no signature');
  }
  if (packets.length > 1) refuseSeveral(packets);
  const payload = new TextEncoder().encode(cleartext.text);
  return { form: 'clearsigned', payload, signature, hashes: cleartext.hashes };
}

async function openAttached(bytes: Uint8Array): Promise<SignedMessage> {
  const outer = readPackets(bytes, MAX_PACKETS);
  refuseShapes(outer);
  const packets = outer[0]?.tag === PACKET.compressed ? await inflatePackets(outer) : outer;
  refuseShapes(packets);
  const [onePass, literal, signature] = packets;
  if (onePass === undefined || literal === undefined || signature === undefined) {
    return refuse(
      'bad-structure',
      `found packets ${tags(packets)}; wanted 4 11 2 as of gpg --sign`,
    );
  }
  const wanted = [PACKET.onePassSignature, PACKET.literal, PACKET.signature].join(' ');
  if (tags(packets) !== wanted) refuseSeveral(packets);
  checkOnePass(onePass.body, signature.body);
  return { form: 'attached', payload: literalData(literal.body), signature, hashes: [] };
}

function refuseShapes(packets: readonly Packet[]): void {
  if (packets.some((packet) => ENCRYPTED.includes(packet.tag))) {
    refuse('encrypted-message', 'message is encrypted; sign it without encrypting it');
  }
  if (packets.every((packet) => packet.tag === PACKET.signature)) refuseDetached();
  if (packets.length > 1 && packets.some((packet) => packet.tag === PACKET.compressed)) {
    refuse('bad-structure', 'a compressed packet does not stand alone');
  }
}

function refuseSeveral(packets: readonly Packet[]): never {
  const count = packets.filter((packet) => packet.tag === PACKET.signature).length;
  if (count > 1)
    refuse('several-signatures', `message has ${count} signatures; exactly one is wanted`);
  return refuse(
    'bad-structure',
    `found packets ${tags(packets)}; wanted one signature over one text`,
  );
}

function tags(packets: readonly Packet[]): string {
  return packets.map((packet) => packet.tag).join(' ');
}

/** The one-pass packet announces the signature: it must announce this one (RFC 9580, 5.4). */
function checkOnePass(onePass: Uint8Array, signature: Uint8Array): void {
  const announced = [onePass[1], onePass[2], onePass[3]];
  const found = [signature[1], signature[3], signature[2]];
  const nested = onePass.length !== 13 || onePass[0] !== 3 || onePass[12] !== 1;
  if (nested || announced.some((value, index) => value !== found[index])) {
    refuse('bad-structure', 'the one-pass packet does not belong to the signature');
  }
}

/** Skips format, file name and date, which no signature covers (RFC 9580, section 5.9). */
function literalData(body: Uint8Array): Uint8Array {
  const header = 6 + (body[1] ?? 0);
  if (body.length < header) refuse('bad-packet', 'the literal packet is cut off');
  return body.subarray(header);
}

async function inflatePackets(outer: readonly Packet[]): Promise<Packet[]> {
  const packet = outer[0];
  if (packet === undefined) return refuse('bad-structure', 'message is empty');
  const inner = await inflate(packet);
  const packets = readPackets(inner, MAX_PACKETS);
  if (packets.some((one) => one.tag === PACKET.compressed)) {
    refuse('bad-structure', 'a compressed packet holds another compressed packet');
  }
  return packets;
}

/** Compression algorithms of RFC 9580, section 9.4. */
async function inflate(packet: Packet): Promise<Uint8Array> {
  const algorithm = packet.body[0];
  const data = packet.body.subarray(1);
  if (algorithm === 0) return data;
  if (algorithm === 1) return inflateStream(data, 'deflate-raw');
  if (algorithm === 2) return inflateStream(data, 'deflate');
  if (algorithm === 3) return inflateBzip2(packet);
  return refuse('unsupported', `compression algorithm ${algorithm ?? 'none'} is unknown`);
}

async function inflateStream(
  data: Uint8Array,
  format: 'deflate' | 'deflate-raw',
): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.from(data)]).stream();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream.pipeThrough(new DecompressionStream(format))) {
      size += chunk.length;
      if (size > MAX_PGP_BYTES) break;
      chunks.push(chunk);
    }
  } catch {
    refuse('bad-packet', 'compressed data is damaged');
  }
  if (size > MAX_PGP_BYTES) refuse('too-large', `message inflates beyond ${MAX_PGP_BYTES} bytes`);
  return Uint8Array.from(Buffer.concat(chunks));
}

/**
 * The platform has no bzip2; the library has, and gives its packets back to be checked again. It
 * keeps what follows the literal packet for its verification: with no key that verifies nothing,
 * and yields the signatures.
 */
async function inflateBzip2(packet: Packet): Promise<Uint8Array> {
  try {
    const message = await readMessage({ binaryMessage: writePacket(packet), config: STRICT });
    const inner = message.unwrapCompressed();
    const results = await inner.verify([], new Date(0), STRICT);
    const signatures = await Promise.all(results.map((result) => result.signature));
    const parts = [inner.write(), ...signatures.map((one) => one.write())];
    return Uint8Array.from(Buffer.concat(parts as Uint8Array[]));
  } catch {
    return refuse('bad-packet', `bzip2 data is damaged or inflates beyond ${MAX_PGP_BYTES} bytes`);
  }
}
