/**
 * A signature with everything that came beside it (certificate, log entries, signed timestamps),
 * whatever it was packed in: cosign's layers and sigstore's bundles are both made into this, so
 * that there is one place where the parts are bound to each other. All of them are over the same
 * bytes, by the same key, at a time when that key counted; what is beside and does not fit, fails.
 */
import { createHash, type KeyObject, X509Certificate as NodeCertificate } from 'node:crypto';
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { X509Certificate } from '@sigstore/core';
import { type SignedEntity, VerificationError, Verifier } from '@sigstore/verify';
import { formatTime, type Micros } from '../domain/time.ts';
import { requireIdentity } from './signer-identity.ts';
import { requireStanding } from './key-standing.ts';
import { requireEntryOf, requireKnownKind } from './log-entry-binding.ts';
import { knownPkixKey } from './pkix-key-memory.ts';
import { errorText, refuse, type RefusalCode } from './refusal.ts';
import { readSigstoreTimestamp, type SigstoreTimestamp } from './sigstore-timestamp.ts';
import { needsOf, type SigstoreTrust } from './sigstore-trust.ts';
import { usualAlgorithm } from './usual-algorithm.ts';
import { trustedPkixKey } from './verify-pkix-attestation.ts';
import { type PkixKey, verifyPkixSignature } from './verify-pkix.ts';

/** A signature and what stands beside it; nothing of it is verified yet. */
export interface SignedMaterial {
  /** The bytes that the signature is over. */
  readonly signed: Uint8Array;
  /** What a log of envelopes hashes: the payload of one; otherwise the signed bytes. */
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The signer's certificate, DER. */
  readonly certificate?: Uint8Array;
  readonly logEntries: readonly TransparencyLogEntry[];
  /** RFC 3161 responses, DER. */
  readonly timestamps: readonly Uint8Array[];
  /** What those are over; absent: the signature. */
  readonly timestamped?: Uint8Array;
}

/** Who signed, and since when that is known. */
export interface MaterialProof {
  readonly signer: string;
  readonly checked: readonly string[];
  readonly trustedTime?: Micros;
}

/** As the advisories of sigstore's own libraries settled it (GHSA-cq38-jh5f-37mq). */
const MOST = 32;
const MOST_BYTES = 64 * 1024;
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

const STEPS: Readonly<Record<string, RefusalCode>> = {
  TIMESTAMP_ERROR: 'timestamp',
  CERTIFICATE_ERROR: 'certificate',
  SIGNATURE_ERROR: 'bad-signature',
  PUBLIC_KEY_ERROR: 'wrong-key',
  TLOG_BODY_ERROR: 'log-body',
};

/** Verifies a signature and all beside it; throws a refusal that names the step. */
export function verifyMaterial(material: SignedMaterial, trust: SigstoreTrust): MaterialProof {
  refuseTooMuch(material);
  return trust.by.kind === 'key' ? byKey(material, trust) : byCertificate(material, trust);
}

function refuseTooMuch({ logEntries, timestamps, certificate }: SignedMaterial): void {
  const counts = { 'log entries': logEntries.length, timestamps: timestamps.length };
  for (const [what, count] of Object.entries(counts)) {
    if (count > MOST) refuse('too-large', `${count} ${what}; at most ${MOST} are looked at`);
  }
  const sizes = [...timestamps, certificate ?? new Uint8Array()].map(({ length }) => length);
  if (Math.max(...sizes) <= MOST_BYTES) return;
  refuse('too-large', `a timestamp or certificate has more than ${MOST_BYTES} bytes`);
}

function byKey(material: SignedMaterial, trust: SigstoreTrust): MaterialProof {
  if (trust.by.kind !== 'key') return refuse('unsupported', 'no key was given');
  const { algorithm, key } = trustedPkixKey(trust.by.key);
  requireSignature(material, key);
  const { checked, trustedTime } = verifyBesideKey(material, trust, key);
  const standing = trust.standings?.[key.id];
  if (standing !== undefined) requireStanding(key.id, standing, trustedTime);
  return {
    signer: key.id,
    checked: [`${algorithm} signature by ${key.id}`, ...checked],
    ...(trustedTime === undefined ? {} : { trustedTime }),
  };
}

/** Without a trust root there is nobody to believe a log or a timestamp by: they count nothing. */
function verifyBesideKey(
  material: SignedMaterial,
  trust: SigstoreTrust,
  key: PkixKey,
): Pick<Beside, 'checked' | 'trustedTime'> {
  if (trust.root !== undefined) return verifyBeside(material, trust, key);
  const { logEntries, times } = needsOf(trust);
  if (logEntries + times === 0) return { checked: [] };
  return refuse('trust-root', 'log entries or times are asked for; give the trust root of them');
}

function byCertificate(material: SignedMaterial, trust: SigstoreTrust): MaterialProof {
  if (trust.by.kind !== 'certificate') return refuse('unsupported', 'no identity was given');
  if (trust.root === undefined) {
    return refuse('trust-root', 'a certificate is judged by a trust root; give --trust-root');
  }
  if (material.certificate === undefined) {
    return refuse('certificate', 'it was signed by a key: there is no certificate with it');
  }
  const certificate = readSigningCertificate(material.certificate);
  const pem = String(certificate.publicKey.export({ type: 'spki', format: 'pem' }));
  const key = knownPkixKey(pem, usualAlgorithm(pem));
  const { identity, checked, trustedTime } = verifyBeside(material, trust, key);
  const subject = identity?.subjectAlternativeName ?? '';
  const issuer = identity?.extensions?.issuer ?? '';
  requireIdentity(trust.by.identities, { subject, issuer });
  requireSignature(material, key);
  return {
    signer: subject,
    checked: [`a certificate of ${subject}, vouched for by ${issuer}`, ...checked],
    ...(trustedTime === undefined ? {} : { trustedTime }),
  };
}

function requireSignature({ signed, signature }: SignedMaterial, key: PkixKey): void {
  const answer = verifyPkixSignature({ key, payload: signed, signature });
  if (!answer.ok) refuse(answer.code, answer.reason);
}

/** A leaf that may sign code; what may issue certificates may not sign for anybody. */
function readSigningCertificate(der: Uint8Array): NodeCertificate {
  let certificate: NodeCertificate;
  try {
    certificate = new NodeCertificate(der);
  } catch (error) {
    return refuse('certificate', `the certificate cannot be read: ${errorText(error)}`);
  }
  if (certificate.ca) refuse('certificate', 'the certificate is of an authority, not of a signer');
  if (certificate.keyUsage?.includes(CODE_SIGNING)) return certificate;
  return refuse('certificate', 'the certificate is not for signing code (extended key usage)');
}

type Identity = ReturnType<Verifier['verify']>['identity'];

interface Beside {
  readonly identity: Identity;
  readonly checked: readonly string[];
  readonly trustedTime?: Micros;
}

/** Timestamps, chain, log entries and signature by the library; the entries' keys by us. */
function verifyBeside(material: SignedMaterial, trust: SigstoreTrust, key: PkixKey): Beside {
  const needs = needsOf(trust);
  const verifier = new Verifier(
    {
      certificateAuthorities: [],
      timestampAuthorities: [],
      tlogs: [],
      ctlogs: [],
      ...trust.root?.material,
      publicKey: () => ({ publicKey: key.key, validFor: () => true }),
    },
    {
      tlogThreshold: needs.logEntries,
      ctlogThreshold: needs.certificateLogs,
      timestampThreshold: needs.times,
    },
  );
  try {
    // The library would call a kind that it does not read wrong; it may be good.
    for (const entry of material.logEntries) requireKnownKind(entry);
    const stamps = material.timestamps.map(readSigstoreTimestamp);
    const entity = entityOf(material, stamps, trust, key);
    const { identity } = verifier.verify(entity);
    bindEntries(material, trust, key);
    return {
      identity,
      ...timesOf(entity, stamps),
      checked: besideChecked(material, needs.certificateLogs),
    };
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error;
    const step = Object.hasOwn(STEPS, error.code) ? STEPS[error.code] : undefined;
    return refuse(step ?? 'log-entry', errorText(error));
  }
}

function bindEntries(material: SignedMaterial, { by }: SigstoreTrust, { key }: PkixKey): void {
  const spki = key.export({ type: 'spki', format: 'der' });
  const certificate = by.kind === 'certificate' ? material.certificate : undefined;
  for (const entry of material.logEntries) requireEntryOf(entry, { spki, certificate });
}

function besideChecked(
  { logEntries, timestamps }: SignedMaterial,
  certificateLogs: number,
): readonly string[] {
  return [
    ...(certificateLogs > 0 ? [`${certificateLogs} or more certificate logs have it`] : []),
    ...(logEntries.length > 0
      ? [`${logEntries.length} log entries are of this key, signature and payload`]
      : []),
    ...(timestamps.length > 0 ? [`${timestamps.length} signed timestamps are of it`] : []),
  ];
}

function entityOf(
  material: SignedMaterial,
  stamps: readonly SigstoreTimestamp[],
  ...[{ by }, key]: [SigstoreTrust, PkixKey]
): SignedEntity {
  const { certificate, logEntries } = material;
  return {
    signature: contentOf(material, key),
    key:
      by.kind === 'key' || certificate === undefined
        ? { $case: 'public-key', hint: '' }
        : { $case: 'certificate', certificate: X509Certificate.parse(Buffer.from(certificate)) },
    tlogEntries: [...logEntries],
    timestamps: [
      ...logEntries
        .filter(({ integratedTime }) => Number(integratedTime) > 0)
        .map((tlogEntry) => ({ $case: 'transparency-log', tlogEntry }) as const),
      ...stamps.map(
        ({ response: timestamp }) => ({ $case: 'timestamp-authority', timestamp }) as const,
      ),
    ],
  };
}

const HASHES: Readonly<Record<number, string>> = { 32: 'sha256', 48: 'sha384', 64: 'sha512' };

function contentOf(material: SignedMaterial, key: PkixKey): SignedEntity['signature'] {
  const { signed, payload } = material;
  const signature = Buffer.from(material.signature);
  return {
    // The library uses this field for timestamps only; it compares signatures by the function.
    signature: Buffer.from(material.timestamped ?? signature),
    compareSignature: (other) => signature.equals(other),
    compareDigest: (digest) => hasDigest(payload, digest),
    compareSignedDigest: (digest) => hasDigest(signed, digest),
    verifySignature: (by: KeyObject) =>
      by.equals(key.key) && verifyPkixSignature({ key, payload: signed, signature }).ok,
  };
}

function hasDigest(bytes: Uint8Array, digest: Buffer): boolean {
  const algorithm = HASHES[digest.length];
  return algorithm !== undefined && createHash(algorithm).update(bytes).digest().equals(digest);
}

/** The earliest time that somebody else than the signer vouches for; only after it was verified. */
function timesOf(
  { tlogEntries }: SignedEntity,
  stamps: readonly SigstoreTimestamp[],
): { readonly trustedTime?: Micros } {
  const logged = tlogEntries.flatMap(({ inclusionPromise, integratedTime }) => {
    const time = Number(integratedTime) * 1_000_000;
    return inclusionPromise === undefined || time === 0 ? [] : [time];
  });
  const times = [...logged, ...stamps.map(({ time }) => time)];
  return times.length === 0 ? {} : { trustedTime: Math.min(...times) };
}

/** A line for people about the trusted time. */
export function timeChecked({ trustedTime }: MaterialProof): readonly string[] {
  return trustedTime === undefined ? [] : [`it existed at ${formatTime(trustedTime)}`];
}
