/**
 * Certificate chains of signatures and timestamps (Notary Project, signature-specification.md,
 * "Certificate Requirements"): ordered from the signer to a self-signed root, each made by the
 * next, each for what it is used for. Whether the root is trusted is another question.
 */
import type { Micros } from '../domain/time.ts';
import { formatTime } from '../domain/time.ts';
import { refuse } from './refusal.ts';
import {
  isIssuedBy,
  readSigningCertificate,
  type SigningCertificate,
} from './signing-certificate.ts';

/** What the first certificate of a chain is for. */
export type ChainPurpose = 'codeSigning' | 'timeStamping';

/** A chain, the signer's certificate first. */
export type SigningChain = readonly [SigningCertificate, ...SigningCertificate[]];

/** Certificates of one chain that are read. */
export const MAX_CHAIN = 10;

/** Bits of `keyUsage` (RFC 5280, section 4.2.1.3), as they are numbered there. */
const DIGITAL_SIGNATURE = 1;
const CERT_SIGN = 32;
const FORBIDDEN_USAGES: Readonly<Record<string, number>> = {
  keyEncipherment: 4,
  dataEncipherment: 8,
  keyAgreement: 16,
  keyCertSign: CERT_SIGN,
  cRLSign: 64,
  encipherOnly: 128,
  decipherOnly: 256,
};

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const PURPOSES: Readonly<Record<string, string>> = {
  '2.5.29.37.0': 'anyExtendedKeyUsage',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
  [CODE_SIGNING]: 'codeSigning',
  [TIME_STAMPING]: 'timeStamping',
};
const OWN_PURPOSE: Readonly<Record<ChainPurpose, string>> = {
  codeSigning: CODE_SIGNING,
  timeStamping: TIME_STAMPING,
};

/** Signature algorithms of certificates that count: SHA-2 with RSA or ECDSA. */
const SIGNATURES: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.11',
  '1.2.840.113549.1.1.12',
  '1.2.840.113549.1.1.13',
  '1.2.840.10045.4.3.2',
  '1.2.840.10045.4.3.3',
  '1.2.840.10045.4.3.4',
]);
const PSS_HASHES: ReadonlySet<string | undefined> = new Set(['SHA-256', 'SHA-384', 'SHA-512']);
const PSS = '1.2.840.113549.1.1.10';
const SHA1: ReadonlySet<string> = new Set([
  '1.2.840.113549.1.1.5',
  '1.2.840.10045.4.1',
  '1.3.14.3.2.29',
]);
const LEAST_RSA_BITS = 2048;
const CURVES: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Reads the certificates of a chain; refuses none and more than {@link MAX_CHAIN}. */
export function readSigningChain(ders: readonly Uint8Array[]): SigningChain {
  if (ders.length > MAX_CHAIN) {
    refuse('too-large', `a chain of ${ders.length} certificates; at most ${MAX_CHAIN} are read`);
  }
  const [leaf, ...others] = ders.map((der, index) =>
    readSigningCertificate(der, `certificate ${index + 1} of the chain`),
  );
  if (leaf === undefined) return refuse('certificate-chain', 'there is no certificate');
  return [leaf, ...others];
}

/** Refuses (`certificate-chain`, `weak-key`, `weak-hash`) what the specification does not allow. */
export function checkSigningChain(chain: SigningChain, purpose: ChainPurpose): void {
  chain.forEach((certificate, index) => {
    checkAlgorithms(certificate);
    checkIssuer(chain, index);
    if (index === 0) checkLeaf(certificate, purpose);
    else checkAuthority(certificate, index - 1);
  });
}

/** The first certificate that is not valid at a time, in words; undefined where all are. */
export function invalidAt(chain: SigningChain, time: Micros): string | undefined {
  const odd = chain.find(({ notBefore, notAfter }) => time < notBefore || time > notAfter);
  if (odd === undefined) return undefined;
  const span = `${formatTime(odd.notBefore)} to ${formatTime(odd.notAfter)}`;
  return `${named(odd)} is valid from ${span}, not at ${formatTime(time)}`;
}

function checkIssuer(chain: SigningChain, index: number): void {
  const certificate = chain[index] ?? chain[0];
  const parent = chain[index + 1];
  const isSelfSigned = isIssuedBy(certificate, certificate);
  if (parent === undefined) {
    if (!isSelfSigned) bad(`${named(certificate)} ends the chain and is no self-signed root`);
    return;
  }
  if (isSelfSigned) bad(`${named(certificate)} is self-signed and does not end the chain`);
  if (!isIssuedBy(certificate, parent)) {
    bad(`${named(certificate)} was not issued by the next one, ${named(parent)}`);
  }
}

function checkAuthority(certificate: SigningCertificate, below: number): void {
  const { basicConstraints: basic, keyUsage } = certificate;
  if (basic === undefined || !basic.critical || !basic.isAuthority) {
    bad(`${named(certificate)} is no authority (basicConstraints, critical, with cA)`);
  }
  if (basic?.pathLength !== undefined && basic.pathLength < below) {
    bad(`${named(certificate)} allows ${basic.pathLength} authorities below it; found ${below}`);
  }
  if (keyUsage === undefined || !keyUsage.critical || (keyUsage.bits & CERT_SIGN) === 0) {
    bad(`${named(certificate)} may not sign certificates (keyUsage, critical, keyCertSign)`);
  }
}

function checkLeaf(certificate: SigningCertificate, purpose: ChainPurpose): void {
  const { basicConstraints, keyUsage } = certificate;
  if (basicConstraints?.isAuthority === true) {
    bad(`${named(certificate)} is an authority, which signs certificates only`);
  }
  if (keyUsage === undefined || !keyUsage.critical) {
    return bad(`${named(certificate)} has no critical keyUsage`);
  }
  if ((keyUsage.bits & DIGITAL_SIGNATURE) === 0) {
    bad(`${named(certificate)} may not sign (keyUsage without digitalSignature)`);
  }
  const odd = Object.entries(FORBIDDEN_USAGES).find(([, bit]) => (keyUsage.bits & bit) !== 0);
  if (odd !== undefined) bad(`${named(certificate)} has the keyUsage ${odd[0]} besides signing`);
  checkPurpose(certificate, purpose);
}

function checkPurpose(certificate: SigningCertificate, purpose: ChainPurpose): void {
  const { extendedKeyUsage: usages } = certificate;
  const own = OWN_PURPOSE[purpose];
  if (purpose === 'timeStamping' && usages?.includes(own) !== true) {
    bad(`${named(certificate)} is not for timestamps (extendedKeyUsage timeStamping)`);
  }
  const odd = usages?.find((usage) => usage !== own && Object.hasOwn(PURPOSES, usage));
  if (odd === undefined) return;
  bad(`${named(certificate)} is for ${PURPOSES[odd]}; wanted ${PURPOSES[own]} only`);
}

function checkAlgorithms(certificate: SigningCertificate): void {
  const { signatureOid: oid, pssHash } = certificate;
  if (SHA1.has(oid) || (oid === PSS && pssHash === 'SHA-1')) {
    refuse('weak-hash', `${named(certificate)} is signed with SHA-1; wanted SHA-256 or better`);
  }
  if (!SIGNATURES.has(oid) && !(oid === PSS && PSS_HASHES.has(pssHash))) {
    bad(`${named(certificate)} is signed with ${oid}; wanted RSA or ECDSA with SHA-2`);
  }
  checkKeySize(certificate);
}

function checkKeySize(certificate: SigningCertificate): void {
  const { key } = certificate;
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  const isStrong =
    key.asymmetricKeyType === 'rsa' ? modulusLength >= LEAST_RSA_BITS : CURVES.has(namedCurve);
  if (isStrong) return;
  const found = `${key.asymmetricKeyType} ${namedCurve ?? modulusLength}`;
  refuse(
    'weak-key',
    `${named(certificate)} has a key ${found}; wanted RSA of ${LEAST_RSA_BITS} bits or more, or ` +
      'ECDSA on P-256, P-384 or P-521',
  );
}

function named({ subject }: SigningCertificate): string {
  return `the certificate ${JSON.stringify(subject.slice(0, 120))}`;
}

function bad(reason: string): never {
  return refuse('certificate-chain', reason);
}
