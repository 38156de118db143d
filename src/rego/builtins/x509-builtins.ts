/** Certificates, requests and keys (RFC 5280, RFC 2986), in the form in which Go prints them. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { BuiltinFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../builtin.ts';
import { fromBigInt } from '../number.ts';
import { parseJsonValue } from '../json-text.ts';
import { plainObject } from '../value.ts';
import type { Value } from '../value.ts';
import { decodeBase64 } from './base64-text.ts';
import { DER, childrenOf, integerOf, oidOf, readElements } from './der-reader.ts';
import type { DerElement } from './der-reader.ts';
import { alternativeNames, nameValue, readExtensions, usageFields } from './x509-names.ts';
import type { Extension } from './x509-names.ts';

const TEXT: readonly OperandType[] = ['string'];
/** Most certificates that are read of one text. */
const MAX_CERTIFICATES = 100;

/** The builtins of `crypto.x509.`, and `crypto.parse_private_keys`. */
export const x509Builtins: readonly Builtin[] = [
  {
    name: 'crypto.x509.parse_certificates',
    args: TEXT,
    result: 'array',
    call: ([text]) => certificates(text as string).map(certificateValue),
  },
  {
    name: 'crypto.x509.parse_and_verify_certificates',
    args: TEXT,
    result: 'array',
    isNondeterministic: true,
    call: ([text], context) => verifyChain(text as string, context),
  },
  {
    name: 'crypto.x509.parse_certificate_request',
    args: TEXT,
    result: 'object',
    call: ([text]) => requestValue(bytesOf(text as string, 'CERTIFICATE REQUEST')),
  },
  {
    name: 'crypto.x509.parse_rsa_private_key',
    args: TEXT,
    result: 'object',
    call: ([text]) => jwkOf(rsaKey(bytesOf(text as string, 'RSA PRIVATE KEY'))),
  },
  {
    name: 'crypto.parse_private_keys',
    args: TEXT,
    result: ['array', 'null'],
    call: ([text]) => privateKeys(text as string),
  },
];

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

/** The text itself where it is PEM, otherwise what its base64 says. */
function decoded(text: string): Buffer {
  return text.trimStart().startsWith('-----BEGIN') ? Buffer.from(text) : decodeBase64(text);
}

function pemBlocks(bytes: Buffer): { readonly type: string; readonly der: Buffer }[] {
  return Array.from(bytes.toString('latin1').matchAll(PEM), ([, type = '', body = '']) => ({
    type,
    der: Buffer.from(body, 'base64'),
  }));
}

/** The DER of a text of one kind: PEM, PEM in base64, or DER in base64. */
function bytesOf(text: string, type: string): Buffer {
  const bytes = decoded(text);
  const blocks = pemBlocks(bytes);
  if (blocks.length === 0) return bytes;
  const found = blocks.find((block) => block.type === type || block.type === 'PRIVATE KEY');
  if (found) return found.der;
  throw new BuiltinFailure(`invalid PEM-encoded ${type.toLowerCase()}`);
}

function certificates(text: string): Buffer[] {
  const bytes = decoded(text);
  const blocks = pemBlocks(bytes).filter(({ type }) => type === 'CERTIFICATE');
  const list =
    blocks.length > 0
      ? blocks.map(({ der }) => der)
      : readElements(bytes).map(({ whole }) => whole);
  if (list.length > MAX_CERTIFICATES) {
    throw new BuiltinFailure(`${list.length} certificates, at most ${MAX_CERTIFICATES} are read`);
  }
  return list;
}

/** Algorithms of signatures by identifier, as Go counts them. */
const SIGNATURES: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.5': 3,
  '1.2.840.113549.1.1.11': 4,
  '1.2.840.113549.1.1.12': 5,
  '1.2.840.113549.1.1.13': 6,
  '1.2.840.10045.4.1': 9,
  '1.2.840.10045.4.3.2': 10,
  '1.2.840.10045.4.3.3': 11,
  '1.2.840.10045.4.3.4': 12,
  '1.2.840.113549.1.1.10': 13,
  '1.3.101.112': 16,
};
const KEYS: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.1': 1,
  '1.2.840.10040.4.1': 2,
  '1.2.840.10045.2.1': 3,
  '1.3.101.112': 4,
};

function algorithmOf(
  element: DerElement | undefined,
  table: Readonly<Record<string, number>>,
): number {
  const [id] = childrenOf(element);
  return (id && table[oidOf(id).join('.')]) ?? 0;
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** The fields of a certificate's body, by what they are. */
interface CertificateFields {
  readonly version: number;
  readonly serial: DerElement;
  readonly issuer: DerElement;
  readonly validity: DerElement | undefined;
  readonly subject: DerElement;
  readonly key: DerElement;
  readonly extensions: readonly Extension[];
}

function certificateFields(body: DerElement | undefined): CertificateFields {
  const fields = childrenOf(body);
  const [version] = fields[0]?.tag === 0xa0 ? childrenOf(fields[0]) : [];
  const [serial, , issuer, validity, subject, key] = version ? fields.slice(1) : fields;
  if (!serial || !issuer || !subject || !key)
    throw new BuiltinFailure('x509: malformed certificate');
  const extensions = readExtensions(childrenOf(fields.find(({ tag }) => tag === 0xa3))[0]);
  const counted = version ? Number(integerOf(version)) + 1 : 1;
  return { version: counted, serial, issuer, validity, subject, key, extensions };
}

function certificateValue(der: Buffer): Value {
  const [body, algorithm, signature] = childrenOf(readElements(der)[0]);
  const { version, serial, issuer, validity, subject, key, extensions } = certificateFields(body);
  const [from = '', until = ''] = childrenOf(validity).map(timeText);
  return {
    Raw: base64(der),
    RawTBSCertificate: base64(body?.whole ?? der),
    RawSubjectPublicKeyInfo: base64(key.whole),
    RawSubject: base64(subject.whole),
    RawIssuer: base64(issuer.whole),
    Signature: signatureText(signature),
    SignatureAlgorithm: algorithmOf(algorithm, SIGNATURES),
    PublicKeyAlgorithm: algorithmOf(childrenOf(key)[0], KEYS),
    Version: version,
    SerialNumber: fromBigInt(integerOf(serial)),
    Issuer: nameValue(issuer),
    Subject: nameValue(subject),
    NotBefore: from,
    NotAfter: until,
    Extensions: extensions.map(({ id, isCritical, value }) => ({
      Id: id,
      Critical: isCritical,
      Value: base64(value),
    })),
    ...usageFields(extensions),
    ...alternativeNames(extensions),
  };
}

/** The bits of a signature, of which the first octet says how many are unused: none. */
function signatureText(signature: DerElement | undefined): string {
  return base64(signature?.content.subarray(1) ?? Buffer.alloc(0));
}

/** `UTCTime` has two digits of a year, `GeneralizedTime` four. */
function timeText({ tag, content }: DerElement): string {
  const digits = content.toString('latin1');
  const short = tag === 0x17;
  const year = short ? `${Number(digits.slice(0, 2)) >= 50 ? '19' : '20'}${digits}` : digits;
  return year.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}

/** The first certificate is the root, the last the leaf; the chain comes back leaf first. */
function verifyChain(text: string, { nowNanos }: BuiltinContext): Value {
  const list = certificates(text);
  const chain = list.map(readCertificate);
  if (chain.length < 2)
    throw new BuiltinFailure('must supply at least two certificates to be able to verify');
  const now = Number(nowNanos / 1_000_000n);
  const isValid = chain.every((one, index) => {
    const signer = chain[Math.max(0, index - 1)] as X509Certificate;
    return (
      isCurrent(one, now) && signer.ca && one.checkIssued(signer) && one.verify(signer.publicKey)
    );
  });
  return isValid ? [true, list.toReversed().map(certificateValue)] : [false, []];
}

function readCertificate(der: Buffer): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch {
    throw new BuiltinFailure('x509: malformed certificate');
  }
}

function isCurrent({ validFromDate, validToDate }: X509Certificate, now: number): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}

function requestValue(der: Buffer): Value {
  const [body, algorithm, signature] = childrenOf(readElements(der)[0]);
  const [version, subject, key, attributes] = childrenOf(body);
  if (!version || !subject || !key || !signature) {
    throw new BuiltinFailure('asn1: structure error: no certificate request');
  }
  const requested = childrenOf(attributes).find(isExtensionRequest);
  const extensions = readExtensions(childrenOf(childrenOf(requested)[1])[0]);
  return {
    Raw: base64(der),
    RawSubjectPublicKeyInfo: base64(key.whole),
    RawSubject: base64(subject.whole),
    Signature: signatureText(signature),
    SignatureAlgorithm: algorithmOf(algorithm, SIGNATURES),
    PublicKeyAlgorithm: algorithmOf(childrenOf(key)[0], KEYS),
    Version: Number(integerOf(version)),
    Subject: nameValue(subject),
    ...alternativeNames(extensions),
  };
}

function isExtensionRequest(attribute: DerElement): boolean {
  const [id] = childrenOf(attribute);
  return (
    attribute.tag === DER.sequence &&
    id !== undefined &&
    oidOf(id).join('.') === '1.2.840.113549.1.9.14'
  );
}

function rsaKey(der: Buffer): KeyObject {
  const key = privateKey(der);
  if (key?.asymmetricKeyType === 'rsa') return key;
  throw new BuiltinFailure('failed to parse the RSA private key');
}

/** A key in any of its three forms: PKCS #1, SEC 1 or PKCS #8. */
function privateKey(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      continue;
    }
  }
  return undefined;
}

function jwkOf(key: KeyObject): Value {
  return parseJsonValue(JSON.stringify(key.export({ format: 'jwk' })));
}

/** Keys as JWKs; null for an empty text. */
function privateKeys(text: string): Value {
  if (text === '') return null;
  const blocks = pemBlocks(decoded(text)).filter(({ type }) => type.endsWith('PRIVATE KEY'));
  return blocks.map(({ der, type }) => {
    const key = privateKey(der);
    if (key)
      return plainObject(Object.entries(key.export({ format: 'jwk' }) as Record<string, string>));
    throw new BuiltinFailure(`failed to parse a PEM block of type ${type}`);
  });
}
