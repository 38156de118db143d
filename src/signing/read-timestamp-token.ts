/**
 * The parts of a timestamp token (RFC 3161, section 2.4.2; CMS, RFC 5652, section 5), read from DER
 * and not yet believed. One signer, signed attributes, SHA-2: everything else is refused.
 */
import * as asn1 from 'asn1js';
import { isAssayError } from '../domain/error.ts';
import { parseTime, type Micros } from '../domain/time.ts';
import { refuse } from './refusal.ts';

type Sha2 = 'sha256' | 'sha384' | 'sha512';

/** What the authority signed about the bytes. */
export interface TimestampInfo {
  readonly policy: string;
  readonly hash: Sha2;
  /** Hash of the bytes that were stamped. */
  readonly imprint: Uint8Array;
  readonly time: Micros;
  /** How far off the time may be; absent: the token does not say. */
  readonly accuracy?: Micros;
}

/** A token, read and not yet verified. */
export interface TimestampToken {
  readonly info: TimestampInfo;
  /** The bytes of {@link info}. */
  readonly content: Uint8Array;
  readonly certificates: readonly Uint8Array[];
  /** Of content and signed attributes. */
  readonly hash: Sha2;
  readonly keyType: 'rsa' | 'ec';
  /** As a SET, which is what is signed. */
  readonly signedAttributes: Uint8Array;
  /** Hash of the content, as the attributes say. */
  readonly digest: Uint8Array;
  /** Hash of the signer's certificate, as the attributes say. */
  readonly signingCertificate: { readonly hash: Sha2; readonly value: Uint8Array };
  readonly signature: Uint8Array;
}

const MAX_BYTES = 256 * 1024;
const LIMITS = { maxDepth: 24, maxNodes: 4000, maxContentLength: MAX_BYTES };

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
const HASHES: Readonly<Record<string, Sha2>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** Signature algorithms, each with the hash that it names; absent: the digest algorithm's. */
const SIGNATURES: Readonly<Record<string, { key: 'rsa' | 'ec'; hash?: Sha2 }>> = {
  '1.2.840.113549.1.1.1': { key: 'rsa' },
  '1.2.840.113549.1.1.11': { key: 'rsa', hash: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', hash: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', hash: 'sha512' },
  '1.2.840.10045.4.3.2': { key: 'ec', hash: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', hash: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', hash: 'sha512' },
};
/** First bytes of tags that say which optional member stands here. */
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTEXT_0 = 0xa0;
const GENERALIZED_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d{1,9})?Z$/;

/** Reads a token; refuses (`timestamp`) whatever is not exactly one. */
export function readTimestampToken(der: Uint8Array): TimestampToken {
  if (der.length > MAX_BYTES) bad(`has ${der.length} bytes; at most ${MAX_BYTES} are read`);
  return reading(() => readToken(der));
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    // The library throws errors of its own on hostile bytes.
    if (isAssayError(error)) throw error;
    return bad('is no DER');
  }
}

function readToken(der: Uint8Array): TimestampToken {
  const [type, wrapped] = children(parse(der));
  if (oid(type) !== SIGNED_DATA) bad('is no signed message (CMS)');
  const [, , encapsulated, ...rest] = children(only(wrapped));
  const certificates = rest.find((node) => tagOf(node) === CONTEXT_0);
  const signers = children(rest.at(-1));
  if (signers.length !== 1) bad(`has ${signers.length} signers; wanted one`);
  const [contentType, contentBox] = children(encapsulated);
  if (oid(contentType) !== TST_INFO) bad('is about something else than a time');
  const content = octets(only(contentBox));
  return {
    info: readInfo(content),
    content,
    certificates: certificates === undefined ? [] : children(certificates).map(raw),
    ...readSigner(signers[0]),
  };
}

type Signer = Omit<TimestampToken, 'info' | 'content' | 'certificates'>;

function readSigner(node: Node | undefined): Signer {
  const [, , digestAlgorithm, attributes, signatureAlgorithm, signature] = children(node);
  if (attributes === undefined || tagOf(attributes) !== CONTEXT_0) bad('has no signed attributes');
  const hash = hashOf(digestAlgorithm);
  const algorithm = oid(children(signatureAlgorithm)[0]);
  const known = Object.hasOwn(SIGNATURES, algorithm) ? SIGNATURES[algorithm] : undefined;
  if (known === undefined) return bad(`is signed with ${algorithm}, which is not supported`);
  if (known.hash !== undefined && known.hash !== hash) bad(`mixes ${known.hash} with ${hash}`);
  const signedAttributes = Uint8Array.from(raw(attributes));
  signedAttributes[0] = SET;
  const values = attributesOf(attributes);
  if (oid(values.get(CONTENT_TYPE)) !== TST_INFO) bad('signs another content type');
  return {
    hash,
    keyType: known.key,
    signedAttributes,
    digest: octets(values.get(MESSAGE_DIGEST)),
    signingCertificate: readSigningCertificateId(values.get(SIGNING_CERTIFICATE_V2)),
    signature: octets(signature),
  };
}

/** The attributes by type; each has exactly one value and stands once. */
function attributesOf(node: Node | undefined): ReadonlyMap<string, Node> {
  const values = new Map<string, Node>();
  for (const attribute of children(node)) {
    const [type, set] = children(attribute);
    if (values.has(oid(type))) bad(`has the attribute ${oid(type)} twice`);
    values.set(oid(type), only(set));
  }
  return values;
}

/** `SigningCertificateV2` (RFC 5035, section 3): its first entry is the signer's. */
function readSigningCertificateId(node: Node | undefined): TimestampToken['signingCertificate'] {
  if (node === undefined) {
    return refuse('weak-hash', 'the timestamp does not name its certificate by SHA-2 (RFC 5035)');
  }
  const [first, second] = children(children(children(node)[0])[0]);
  if (first !== undefined && tagOf(first) === OCTET_STRING) {
    return { hash: 'sha256', value: octets(first) };
  }
  return { hash: hashOf(first), value: octets(second) };
}

/** Reads what an authority signed (`TSTInfo`); refuses (`timestamp`) what is not exactly one. */
export function readTimestampInfo(der: Uint8Array): TimestampInfo {
  return reading(() => readInfo(der));
}

function readInfo(der: Uint8Array): TimestampInfo {
  const [version, policy, imprint, serial, time, accuracy] = children(parse(der));
  if (integer(version) !== 1) bad('has an unknown version');
  const [algorithm, hashed] = children(imprint);
  if (serial === undefined || tagOf(serial) !== INTEGER) bad('has no serial number');
  return {
    policy: oid(policy),
    hash: hashOf(algorithm),
    imprint: octets(hashed),
    time: readTime(time),
    ...(accuracy !== undefined && tagOf(accuracy) === SEQUENCE && { accuracy: microsOf(accuracy) }),
  };
}

/** Seconds, and in tags 0 and 1 milliseconds and microseconds. */
function microsOf(node: Node): Micros {
  const units: Readonly<Record<number, number>> = { [INTEGER]: 1_000_000, 0x80: 1000, 0x81: 1 };
  return children(node).reduce((sum, part) => sum + integer(part) * (units[tagOf(part)] ?? 0), 0);
}

function readTime(node: Node | undefined): Micros {
  const text =
    node instanceof asn1.GeneralizedTime ? Buffer.from(value(node)).toString('latin1') : '';
  const match = GENERALIZED_TIME.exec(text);
  if (match === null) return bad('has no time that can be read');
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  return parseTime(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}Z`);
}

function hashOf(algorithm: Node | undefined): Sha2 {
  const found = oid(children(algorithm)[0]);
  const hash = Object.hasOwn(HASHES, found) ? HASHES[found] : undefined;
  return hash ?? refuse('weak-hash', `the timestamp hashes with ${found}; wanted SHA-2`);
}

type Node = asn1.AsnType;

function parse(der: Uint8Array): Node {
  const { result, offset } = asn1.fromBER(der, LIMITS);
  if (offset !== der.length || result.error !== '') bad('is no DER');
  return result;
}

function children(node: Node | undefined): readonly Node[] {
  const list: unknown = node !== undefined && 'value' in node.valueBlock && node.valueBlock.value;
  return Array.isArray(list) ? (list as readonly Node[]) : bad('lacks a part');
}

function only(node: Node | undefined): Node {
  const [one, ...others] = children(node);
  return one === undefined || others.length > 0 ? bad('has more or less than one part') : one;
}

function raw(node: Node): Uint8Array {
  if (node.lenBlock.isIndefiniteForm) bad('is no DER');
  return node.valueBeforeDecodeView;
}

/** The bytes of a primitive value. */
function value(node: Node): Uint8Array {
  const { blockLength } = node;
  return raw(node).subarray(raw(node).length - (blockLength - headerLength(node)));
}

function headerLength(node: Node): number {
  return node.idBlock.blockLength + node.lenBlock.blockLength;
}

function tagOf(node: Node): number {
  return raw(node)[0] ?? 0;
}

function oid(node: Node | undefined): string {
  return node instanceof asn1.ObjectIdentifier ? node.getValue() : bad('lacks an identifier');
}

function octets(node: Node | undefined): Uint8Array {
  if (node === undefined || tagOf(node) !== OCTET_STRING) return bad('lacks bytes');
  return value(node);
}

/** A small number that is not negative. */
function integer(node: Node | undefined): number {
  const bytes = node === undefined ? [] : [...value(node)];
  const isSmall = bytes.length > 0 && bytes.length <= 4 && (bytes[0] ?? 0) < 0x80;
  return isSmall ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : bad('has an odd number');
}

function bad(reason: string): never {
  return refuse('timestamp', `the timestamp ${reason}`);
}
