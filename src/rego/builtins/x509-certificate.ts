/** Certificates and requests of them (RFC 5280, RFC 2986) in the form in which Go prints them. */
import { BuiltinFailure } from '../model/builtin.ts';
import { fromBigInt } from '../model/number.ts';
import type { Value } from '../model/value.ts';
import { DER, childrenOf, integerOf, oidOf, readElements, smallIntegerOf } from './der-reader.ts';
import type { DerElement } from './der-reader.ts';
import {
  addressText,
  addresses,
  extensionValues,
  inExtension,
  keyIds,
  nameConstraints,
  orNull,
  readExtensions,
  readUsage,
  unhandledCritical,
} from './x509-extensions.ts';
import type { Extension, Usage } from './x509-extensions.ts';
import { publicKeyValue } from './x509-keys.ts';
import { addressValue, generalNames, nameValue, textOf } from './x509-names.ts';

/** The fields of a certificate's body, by what they are. */
interface CertificateBody {
  readonly version: number;
  readonly serial: DerElement;
  readonly issuer: DerElement;
  readonly subject: DerElement;
  readonly key: DerElement;
  /** As in RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
  readonly extensions: DerElement | undefined;
}

/** The parts of a certificate that verifying it needs, and those that are shown. */
export interface Certificate extends Omit<CertificateBody, 'extensions'> {
  readonly der: Buffer;
  readonly body: DerElement;
  readonly extensions: readonly Extension[];
  readonly usage: Usage;
  /** As Go counts them. */
  readonly signatureAlgorithm: number;
  readonly signature: DerElement | undefined;
}

/** Reads a certificate; throws a `BuiltinFailure`. */
export function readCertificate(der: Buffer): Certificate {
  const [body, algorithm, signature] = childrenOf(readElements(der)[0]);
  if (!body) throw malformed();
  const fields = bodyFields(body);
  const extensions = readExtensions(fields.extensions);
  return {
    ...fields,
    der,
    body,
    extensions,
    usage: readUsage(extensions),
    signatureAlgorithm: signatureAlgorithm(algorithm),
    signature,
  };
}

function bodyFields(body: DerElement): CertificateBody {
  const fields = childrenOf(body);
  const [version] = fields[0]?.tag === EXPLICIT_0 ? childrenOf(fields[0]) : [];
  const rest = version ? fields.slice(1) : fields;
  const field = (index: number): DerElement => {
    const found = rest[index];
    if (found) return found;
    throw malformed();
  };
  const key = field(5);
  if (key.tag !== DER.sequence) throw malformed();
  const [notBefore = '', notAfter = ''] = childrenOf(field(3)).map(timeText);
  return {
    version: version ? smallIntegerOf(version) + 1 : 1,
    serial: field(0),
    issuer: field(2),
    subject: field(4),
    key,
    notBefore,
    notAfter,
    extensions: childrenOf(rest.find(({ tag }) => tag === EXPLICIT_3))[0],
  };
}

const [EXPLICIT_0, EXPLICIT_3] = [0xa0, 0xa3];

function malformed(): BuiltinFailure {
  return new BuiltinFailure('x509: malformed certificate');
}

/** `UTCTime` has two digits of a year, `GeneralizedTime` four. */
function timeText({ tag, content }: DerElement): string {
  const digits = content.toString('latin1');
  const century = Number(digits.slice(0, 2)) >= 50 ? '19' : '20';
  const found = TIME.exec(tag === DER.utcTime ? century + digits : digits);
  if (!found) throw new BuiltinFailure('x509: malformed validity');
  const [, year, month, day, hour, minute, second] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** Algorithms of signatures by identifier, as Go counts them. */
const SIGNATURES: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.2': 1,
  '1.2.840.113549.1.1.4': 2,
  '1.2.840.113549.1.1.5': 3,
  '1.2.840.113549.1.1.11': 4,
  '1.2.840.113549.1.1.12': 5,
  '1.2.840.113549.1.1.13': 6,
  '1.2.840.10040.4.3': 7,
  '2.16.840.1.101.3.4.3.2': 8,
  '1.2.840.10045.4.1': 9,
  '1.2.840.10045.4.3.2': 10,
  '1.2.840.10045.4.3.3': 11,
  '1.2.840.10045.4.3.4': 12,
  '1.3.101.112': 16,
};
const PSS = '1.2.840.113549.1.1.10';
/** Of RSA-PSS, whose digest stands in its parameters. */
const PSS_DIGESTS: Readonly<Record<string, number>> = {
  '2.16.840.1.101.3.4.2.1': 13,
  '2.16.840.1.101.3.4.2.2': 14,
  '2.16.840.1.101.3.4.2.3': 15,
};
const KEYS: Readonly<Record<string, number>> = {
  '1.2.840.113549.1.1.1': 1,
  '1.2.840.10040.4.1': 2,
  '1.2.840.10045.2.1': 3,
  '1.3.101.112': 4,
};

function signatureAlgorithm(element: DerElement | undefined): number {
  const [id, parameters] = childrenOf(element);
  const name = idText(id);
  if (name !== PSS) return SIGNATURES[name] ?? 0;
  const [digest] = childrenOf(childrenOf(parameters).find(({ tag }) => tag === EXPLICIT_0));
  return PSS_DIGESTS[idText(childrenOf(digest)[0])] ?? 0;
}

function idText(element: DerElement | undefined): string {
  return element ? oidOf(element).join('.') : '';
}

function keyAlgorithm(key: DerElement): number {
  return KEYS[idText(childrenOf(childrenOf(key)[0])[0])] ?? 0;
}

/** A key of a type that Go does not know is null; one that is malformed is refused. */
function keyValue(key: DerElement): Value {
  return keyAlgorithm(key) === 0 ? null : publicKeyValue(key.whole);
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64');
}

/** The bits of a signature, of which the first octet says how many are unused: none. */
function signatureText(signature: DerElement | undefined): string {
  return base64(signature?.content.subarray(1) ?? Buffer.alloc(0));
}

/** Go's `x509.Certificate` as JSON. */
export function certificateValue(certificate: Certificate): Record<string, Value> {
  const { der, body, key, subject, issuer, extensions, usage } = certificate;
  return {
    Raw: base64(der),
    RawTBSCertificate: base64(body.whole),
    RawSubjectPublicKeyInfo: base64(key.whole),
    RawSubject: base64(subject.whole),
    RawIssuer: base64(issuer.whole),
    Signature: signatureText(certificate.signature),
    SignatureAlgorithm: certificate.signatureAlgorithm,
    PublicKeyAlgorithm: keyAlgorithm(key),
    PublicKey: keyValue(key),
    Version: certificate.version,
    SerialNumber: fromBigInt(integerOf(certificate.serial)),
    Issuer: nameValue(issuer),
    Subject: nameValue(subject),
    NotBefore: certificate.notBefore,
    NotAfter: certificate.notAfter,
    KeyUsage: usage.keyUsage,
    Extensions: extensionValues(extensions),
    ExtraExtensions: null,
    UnhandledCriticalExtensions: orNull(
      unhandledCritical(extensions).map(({ numbers }) => numbers),
    ),
    ExtKeyUsage: orNull(usage.extended),
    UnknownExtKeyUsage: orNull(usage.unknown),
    BasicConstraintsValid: usage.hasConstraints,
    IsCA: usage.isAuthority,
    MaxPathLen: usage.maxPathLength,
    MaxPathLenZero: usage.hasConstraints && usage.maxPathLength === 0,
    ...keyIds(extensions),
    ...alternativeNames(extensions),
    ...nameConstraints(extensions),
    ...addresses(extensions),
    ...NO_POLICIES,
  };
}

/** Constraints of policies, which only few certificates have. */
const NO_POLICIES: Readonly<Record<string, Value>> = {
  InhibitAnyPolicy: 0,
  InhibitAnyPolicyZero: false,
  InhibitPolicyMapping: 0,
  InhibitPolicyMappingZero: false,
  RequireExplicitPolicy: 0,
  RequireExplicitPolicyZero: false,
  PolicyMappings: null,
};

/** A certificate as `parse_certificates` gives it: Go's fields, and its URIs as texts. */
export function extendedValue(certificate: Certificate): Value {
  const { uris } = namesOf(certificate.extensions);
  return { ...certificateValue(certificate), URIStrings: orNull(uris) };
}

function namesOf(extensions: readonly Extension[]): ReturnType<typeof generalNames> {
  return generalNames(childrenOf(inExtension(extensions, '2.5.29.17')));
}

function alternativeNames(extensions: readonly Extension[]): Record<string, Value> {
  const { dns, emails, ips, uris } = namesOf(extensions);
  const wrong = ips.find(({ length }) => length !== 4 && length !== 16);
  if (wrong) throw new BuiltinFailure(`x509: cannot parse IP address of length ${wrong.length}`);
  return {
    DNSNames: orNull(dns),
    EmailAddresses: orNull(emails),
    IPAddresses: orNull(ips.map(addressText)),
    URIs: orNull(uris.map(addressValue)),
  };
}

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/** Go's `x509.CertificateRequest` as JSON. */
export function requestValue(der: Buffer): Value {
  const [body, algorithm, signature] = childrenOf(readElements(der)[0]);
  const [version, subject, key, list] = childrenOf(body);
  if (!body || !version || !subject || key?.tag !== DER.sequence || !signature) {
    throw new BuiltinFailure('asn1: structure error: no certificate request');
  }
  const attributes = childrenOf(list).map(childrenOf);
  const requested = attributes.find(([id]) => idText(id) === EXTENSION_REQUEST);
  const extensions = readExtensions(childrenOf(requested?.[1])[0]);
  return {
    Raw: base64(der),
    RawTBSCertificateRequest: base64(body.whole),
    RawSubjectPublicKeyInfo: base64(key.whole),
    RawSubject: base64(subject.whole),
    Version: smallIntegerOf(version),
    Signature: signatureText(signature),
    SignatureAlgorithm: signatureAlgorithm(algorithm),
    PublicKeyAlgorithm: keyAlgorithm(key),
    PublicKey: keyValue(key),
    Subject: nameValue(subject),
    Attributes: orNull(attributes.flatMap(attributeValue)),
    Extensions: extensionValues(extensions),
    ExtraExtensions: null,
    ...alternativeNames(extensions),
  };
}

/** An attribute whose values are lists of pairs; Go leaves out the others. */
function attributeValue([id, values]: readonly DerElement[]): Value[] {
  const lists = childrenOf(values);
  if (!id || lists.some(({ tag }) => tag !== DER.sequence)) return [];
  const pairs = lists.map((one) => childrenOf(one).map(pairOf));
  return [{ Type: oidOf(id), Value: pairs }];
}

function pairOf(element: DerElement): Value {
  const [type, value] = childrenOf(element);
  return { Type: type ? oidOf(type) : null, Value: value ? anyValue(value) : null };
}

function anyValue(element: DerElement): Value {
  if (element.tag === DER.boolean) return element.content[0] !== 0;
  if (element.tag === DER.integer) return fromBigInt(integerOf(element));
  if (element.tag === DER.octets) return base64(element.content);
  return textOf(element);
}
