/**
 * Signs as Notation does, and as it never would: chains and envelopes of which a test changes one
 * thing. Keys are made once a curve or size.
 */
import 'reflect-metadata';
import {
  constants,
  createHash,
  type KeyObject,
  KeyObject as Key,
  sign,
  webcrypto,
} from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Digest } from '../../src/domain/digest.ts';
import { formatTime, type Micros, parseTime } from '../../src/domain/time.ts';

/** When the tests' signatures are made. */
export const SIGNED_AT: Micros = parseTime('2026-06-01T12:00:00Z');
/** The image of the tests. */
export const SUBJECT = `sha256:${'5a'.repeat(32)}` as Digest;
/** Its manifest. */
export const MANIFEST = { mediaType: 'application/vnd.oci.image.manifest.v1+json', size: 528 };
/** The signer's subject. */
export const SIGNER_NAME = 'C=US, ST=WA, L=Seattle, O=Acme, OU=CI, CN=builder';

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/** Algorithms of keys by Notation's name of the signature. */
const KEYS = {
  PS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048 },
  PS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 3072 },
  PS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 4096 },
  RS1024: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024 },
  SHA1: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1', modulusLength: 2048 },
  ES256: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', hash: 'SHA-384', namedCurve: 'P-384' },
  ES512: { name: 'ECDSA', hash: 'SHA-512', namedCurve: 'P-521' },
} as const;

/** Kinds of keys that can be made. */
export type KeyKind = keyof typeof KEYS;

/** A certificate and the key that it is about. */
export interface TestCertificate {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
  readonly kind: KeyKind;
  readonly der: Uint8Array;
}

/** What differs from a good certificate. */
export interface CertificateChange {
  readonly kind?: KeyKind;
  readonly name?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
  readonly extensions?: readonly x509.Extension[];
}

type CryptoKeyPair = webcrypto.CryptoKeyPair;

const made = new Map<string, Promise<CryptoKeyPair>>();

/** A key pair; one of a kind and a use is made once. */
function keysOf(kind: KeyKind, use: string): Promise<CryptoKeyPair> {
  const id = `${kind} ${use}`;
  const known = made.get(id);
  if (known !== undefined) return known;
  const exponent = { publicExponent: new Uint8Array([1, 0, 1]) };
  const keys = webcrypto.subtle.generateKey({ ...KEYS[kind], ...exponent }, true, [
    'sign',
    'verify',
  ]) as Promise<CryptoKeyPair>;
  made.set(id, keys);
  return keys;
}

/** Extensions of a good signer. */
export const LEAF_EXTENSIONS: readonly x509.Extension[] = [
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  new x509.ExtendedKeyUsageExtension([CODE_SIGNING]),
];

/** Extensions of a good authority. */
export const AUTHORITY_EXTENSIONS: readonly x509.Extension[] = [
  new x509.BasicConstraintsExtension(true, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
];

/** A self-signed root. */
export async function makeRoot(change: CertificateChange = {}): Promise<TestCertificate> {
  const name = change.name ?? 'C=US, ST=WA, O=Acme, CN=root';
  return makeCertificate({ extensions: AUTHORITY_EXTENSIONS, ...change, name });
}

/** A certificate of an issuer; self-signed without one. */
export async function makeCertificate(
  change: CertificateChange,
  issuer?: TestCertificate,
): Promise<TestCertificate> {
  const { kind = 'ES256', name = SIGNER_NAME } = change;
  const keys = await keysOf(kind, name);
  const from = issuer ?? { keys, kind, certificate: { subject: name } };
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: createHash('sha256').update(name).digest('hex').slice(0, 16),
    subject: name,
    issuer: from.certificate.subject,
    notBefore: new Date(change.notBefore ?? '2026-01-01T00:00:00Z'),
    notAfter: new Date(change.notAfter ?? '2027-01-01T00:00:00Z'),
    publicKey: keys.publicKey,
    signingKey: from.keys.privateKey,
    signingAlgorithm: KEYS[from.kind],
    extensions: [...(change.extensions ?? LEAF_EXTENSIONS)],
  });
  return { certificate, keys, kind, der: new Uint8Array(certificate.rawData) };
}

/** The usual chain: signer, root. */
export async function makeChain(kind: KeyKind = 'ES256'): Promise<readonly TestCertificate[]> {
  const root = await makeRoot();
  return [await makeCertificate({ kind }, root), root];
}

/** Members of JSON that differ; undefined: left out. */
type JsonChange = Readonly<Record<string, unknown>>;

/** What differs from a good envelope. */
export interface EnvelopeChange {
  readonly header?: JsonChange;
  readonly target?: JsonChange;
  readonly payload?: JsonChange;
  readonly unprotected?: JsonChange;
  readonly outer?: JsonChange;
  /** In place of the JSON of the protected header. */
  readonly protectedText?: string;
}

const NOTARY = 'io.cncf.notary.';

/** Signs with the first certificate of a chain; the envelope's bytes. */
export function signEnvelope(
  chain: readonly TestCertificate[],
  change: EnvelopeChange = {},
): Uint8Array {
  const [leaf] = chain;
  if (leaf === undefined) throw new TypeError('a chain without a signer');
  const header = {
    alg: leaf.kind,
    cty: 'application/vnd.cncf.notary.payload.v1+json',
    [`${NOTARY}signingScheme`]: 'notary.x509',
    [`${NOTARY}signingTime`]: formatTime(SIGNED_AT),
    crit: [`${NOTARY}signingScheme`],
    ...change.header,
  };
  const target = { ...MANIFEST, digest: SUBJECT, ...change.target };
  const protectedText = base64url(change.protectedText ?? JSON.stringify(header));
  const payload = base64url(JSON.stringify({ targetArtifact: target, ...change.payload }));
  const signature = signBytes(leaf, Buffer.from(`${protectedText}.${payload}`));
  const x5c = chain.map(({ der }) => Buffer.from(der).toString('base64'));
  const envelope = {
    payload,
    protected: protectedText,
    header: { x5c, [`${NOTARY}signingAgent`]: 'test/1', ...change.unprotected },
    signature: signature.toString('base64url'),
    ...change.outer,
  };
  return Buffer.from(JSON.stringify(envelope));
}

function signBytes({ kind, keys }: TestCertificate, bytes: Uint8Array): Buffer {
  const key: KeyObject = Key.from(keys.privateKey);
  const hash = `sha${/(256|384|512)$/.exec(kind)?.[0] ?? '256'}`;
  if (kind.startsWith('ES')) return sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' });
  const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  return sign(hash, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
