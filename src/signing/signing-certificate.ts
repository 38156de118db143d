/**
 * One certificate of a chain that came with a signature: what of X.509 (RFC 5280) counts for who
 * may sign. OpenSSL (through `node:crypto`) reads and verifies; the extensions that it does not
 * show are read by @peculiar/x509.
 */
import 'reflect-metadata';
import { type KeyObject, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Micros } from '../domain/time.ts';
import {
  attributeType,
  type DistinguishedName,
  type NameAttribute,
  nameOf,
} from './distinguished-name.ts';
import { refuse } from './refusal.ts';

/** A certificate, read once. */
export interface SigningCertificate {
  readonly der: Uint8Array;
  readonly key: KeyObject;
  /** One line, for people. */
  readonly subject: string;
  readonly notBefore: Micros;
  readonly notAfter: Micros;
  /** Object identifier of the algorithm that its issuer signed it with. */
  readonly signatureOid: string;
  /** Hash of an RSASSA-PSS signature, which its identifier does not tell. */
  readonly pssHash?: string;
  readonly basicConstraints?: {
    readonly critical: boolean;
    readonly isAuthority: boolean;
    readonly pathLength?: number;
  };
  readonly keyUsage?: { readonly critical: boolean; readonly bits: number };
  /** Object identifiers; absent: no such extension. */
  readonly extendedKeyUsage?: readonly string[];
  /** Whether it says where its revocation is to be asked for (OCSP or CRL). */
  readonly isRevocable: boolean;
  readonly openssl: X509Certificate;
}

const MAX_BYTES = 64 * 1024;
const PSS = '1.2.840.113549.1.1.10';

/** Reads DER; refuses what is no certificate, bytes behind it, and more than 64 KiB. */
export function readSigningCertificate(der: Uint8Array, what: string): SigningCertificate {
  if (der.length > MAX_BYTES) {
    refuse('too-large', `${what} has ${der.length} bytes; at most ${MAX_BYTES} are read`);
  }
  try {
    const openssl = new X509Certificate(der);
    const parsed = new x509.X509Certificate(Uint8Array.from(der));
    if (!openssl.raw.equals(der)) throw new Error('bytes stand behind the certificate');
    return { ...validity(openssl), ...extensionsOf(parsed), ...signatureOf(openssl, parsed), der };
  } catch {
    return refuse('bad-structure', `${what} is no certificate that can be read (wanted DER)`);
  }
}

/** The subject as a name to compare with a policy's; refuses what such a name cannot be. */
export function subjectName(certificate: SigningCertificate): DistinguishedName {
  const parsed = new x509.X509Certificate(Uint8Array.from(certificate.der));
  const steps = subjectSteps(parsed);
  const several = steps.some((step) => step.length !== 1);
  const what = `the subject ${JSON.stringify(certificate.subject)}`;
  if (several) refuse('bad-structure', `${what} has several attributes in one step`);
  return nameOf(steps.flat(), what);
}

/** Whether a certificate was issued by another one: by name, and by its signature. */
export function isIssuedBy(child: SigningCertificate, parent: SigningCertificate): boolean {
  try {
    return (
      child.openssl.issuer === parent.openssl.subject &&
      child.openssl.verify(parent.openssl.publicKey)
    );
  } catch {
    return false;
  }
}

/** Whether both are the same bytes. */
export function isSameCertificate(one: SigningCertificate, other: SigningCertificate): boolean {
  return Buffer.compare(one.der, other.der) === 0;
}

function validity(
  openssl: X509Certificate,
): Pick<SigningCertificate, 'key' | 'subject' | 'notBefore' | 'notAfter' | 'openssl'> {
  return {
    openssl,
    key: openssl.publicKey,
    subject: openssl.subject.replaceAll('\n', ', '),
    notBefore: microsOf(openssl.validFromDate),
    notAfter: microsOf(openssl.validToDate),
  };
}

function microsOf(date: Date): Micros {
  const time = date.getTime() * 1000;
  if (!Number.isSafeInteger(time)) throw new Error('a validity that is no date');
  return time;
}

function signatureOf(
  openssl: X509Certificate,
  parsed: x509.X509Certificate,
): Pick<SigningCertificate, 'signatureOid' | 'pssHash'> {
  const signatureOid = openssl.signatureAlgorithmOid ?? '';
  if (signatureOid !== PSS) return { signatureOid };
  return { signatureOid, pssHash: parsed.signatureAlgorithm.hash.name };
}

type Extensions = Pick<
  SigningCertificate,
  'basicConstraints' | 'keyUsage' | 'extendedKeyUsage' | 'isRevocable'
>;

function extensionsOf(parsed: x509.X509Certificate): Extensions {
  const types = parsed.extensions.map(({ type }) => type);
  if (new Set(types).size < types.length) throw new Error('an extension stands twice');
  const basic = parsed.getExtension(x509.BasicConstraintsExtension);
  const usage = parsed.getExtension(x509.KeyUsagesExtension);
  const extended = parsed.getExtension(x509.ExtendedKeyUsageExtension);
  return {
    ...(basic !== null && { basicConstraints: constraintsOf(basic) }),
    ...(usage !== null && { keyUsage: { critical: usage.critical, bits: usage.usages } }),
    ...(extended !== null && { extendedKeyUsage: extended.usages.map(String) }),
    isRevocable: tellsRevocation(parsed),
  };
}

function constraintsOf(
  basic: x509.BasicConstraintsExtension,
): NonNullable<SigningCertificate['basicConstraints']> {
  const { critical, ca, pathLength } = basic;
  return { critical, isAuthority: ca, ...(pathLength !== undefined && { pathLength }) };
}

function tellsRevocation(parsed: x509.X509Certificate): boolean {
  const lists = parsed.getExtension(x509.CRLDistributionPointsExtension);
  const access = parsed.getExtension(x509.AuthorityInfoAccessExtension);
  return lists !== null || (access?.ocsp.length ?? 0) > 0;
}

/** The steps of the subject's name, each with its attributes by short type. */
function subjectSteps(parsed: x509.X509Certificate): readonly (readonly NameAttribute[])[] {
  const steps = parsed.subjectName.toJSON();
  return steps.map((step) =>
    Object.entries(step).flatMap(([type, values]) =>
      values.map((value) => ({ type: attributeType(type), value })),
    ),
  );
}
