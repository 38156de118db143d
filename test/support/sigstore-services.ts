/**
 * A certificate authority, a certificate log, a signature log and a timestamp authority of a test's
 * own: what keyless signing needs, as `@sigstore/mock` makes them, with the trust root of exactly
 * these. Signatures of both of cosign's forms are made by them.
 */
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  type KeyPairKeyObjectResult,
  sign,
} from 'node:crypto';
import { initializeCA, initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';

const LOG_URL = 'https://rekor.test';
const OLD_ISSUER_OID = '1.3.6.1.4.1.57264.1.1';
const ISSUER_OID = '1.3.6.1.4.1.57264.1.8';
const SHA256_OID = '2.16.840.1.101.3.4.2.1';

/** Whom a certificate is issued to. */
export interface Holder {
  readonly subject: string;
  readonly issuer: string;
}

/** A key with a certificate of the authority, or one without. */
export interface TestSigner {
  readonly keys: KeyPairKeyObjectResult;
  /** DER. */
  readonly certificate?: Buffer;
}

/** An entry of the log, in the words of Rekor's answer. */
export interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly logIndex: number;
      readonly treeSize: number;
      readonly checkpoint: string;
      readonly rootHash: string;
    };
  };
}

/** Certificates and public keys of the services, PEM. */
export interface SigstorePems {
  readonly authority: string;
  readonly log: string;
  readonly certificateLog: string;
  /** Leaf first. */
  readonly stamps: string;
}

/** The services of one trust root. */
export interface SigstoreServices {
  /** `trusted_root.json` */
  readonly trustedRoot: Buffer;
  /** The same one by one, as `cosign trusted-root create` takes them. */
  readonly pems: SigstorePems;
  issue(holder: Holder): Promise<TestSigner>;
  /** A certificate for a key that somebody else has; SPKI and certificate in DER. */
  certify(key: Buffer<ArrayBuffer>, holder: Holder): Promise<Buffer>;
  log(entry: object): Promise<LoggedEntry>;
  /** An RFC 3161 response over the SHA-256 of these bytes. */
  timestamp(over: Uint8Array): Promise<Buffer>;
  /** The same over a SHA-256 that somebody else made. */
  timestampHash(artifactHash: Buffer<ArrayBuffer>): Promise<Buffer>;
}

/** Starts services that know nothing of any others; timestamps are of this part of a second. */
export async function startSigstore(stampMillis = 0): Promise<SigstoreServices> {
  const certificateLogKeys = keyPair();
  const authorityKeys = keyPair('P-384');
  const logKeys = keyPair();
  const stampKeys = keyPair();
  const certificateLog = await initializeCTLog(certificateLogKeys);
  const authority = await initializeCA(authorityKeys, certificateLog);
  const log = await initializeTLog(LOG_URL, logKeys);
  // Certificates begin now, and the mock's clock stands still.
  const stampTime = new Date((Math.floor(Date.now() / 1000) + 60) * 1000 + stampMillis);
  const stamps = await initializeTSA(stampKeys, stampTime);
  const stampChain = [stamps.intCertificate, stamps.rootCertificate].map(bytesOf);
  const timestampHash: SigstoreServices['timestampHash'] = async (artifactHash) => {
    const request = { artifactHash, hashAlgorithmOID: SHA256_OID, nonce: 1, policyOID: '1.2.3.4' };
    return bytesOf(await stamps.timestamp(request));
  };
  const certify: SigstoreServices['certify'] = async (publicKey, { subject, issuer }) => {
    // Fulcio names the issuer twice; cosign reads the older one of signatures in the classic form.
    const extensions = [
      { oid: OLD_ISSUER_OID, value: issuer, legacy: true },
      { oid: ISSUER_OID, value: issuer },
    ];
    const request = { publicKey, subjectAltName: subject, extensions };
    return bytesOf(await authority.issueCertificate(request));
  };
  return {
    trustedRoot: trustedRootOf({
      logs: [logKeys.publicKey, certificateLogKeys.publicKey],
      chains: [[bytesOf(authority.rootCertificate)], stampChain],
    }),
    pems: {
      authority: certificatePem(bytesOf(authority.rootCertificate)),
      log: keyPem(logKeys.publicKey),
      certificateLog: keyPem(certificateLogKeys.publicKey),
      stamps: stampChain.map(certificatePem).join(''),
    },
    certify,
    issue: async (holder) => {
      const keys = keyPair();
      return { keys, certificate: await certify(spki(keys.publicKey), holder) };
    },
    log: async (entry) => Object.values(await log.log(entry))[0] as unknown as LoggedEntry,
    timestamp: (over) => timestampHash(createHash('sha256').update(over).digest()),
    timestampHash,
  };
}

interface RootParts {
  /** Of signatures, and of certificates. */
  readonly logs: readonly [KeyObject, KeyObject];
  /** Of the authority that certifies, and of the one that stamps; DER, leaf first. */
  readonly chains: readonly [readonly Buffer[], readonly Buffer[]];
}

function trustedRootOf({ logs, chains }: RootParts): Buffer {
  const [tlogs, ctlogs] = logs.map((key) => [trustedLog(key)]);
  const [certificateAuthorities, timestampAuthorities] = chains.map((certificates) => [
    {
      certChain: { certificates: certificates.map((one) => ({ rawBytes: base64(one) })) },
      validFor: { start: '2020-01-01T00:00:00Z' },
    },
  ]);
  const mediaType = 'application/vnd.dev.sigstore.trustedroot+json;version=0.1';
  const root = { mediaType, tlogs, ctlogs, certificateAuthorities, timestampAuthorities };
  return Buffer.from(JSON.stringify(root));
}

/** A signer by key alone. */
export function keySigner(): TestSigner {
  return { keys: keyPair() };
}

/** The PEM of a signer's public key. */
export function publicPem({ keys }: TestSigner): string {
  return keyPem(keys.publicKey);
}

/** A SHA-256 signature (ECDSA, DER). */
export function signBytes({ keys }: TestSigner, bytes: Uint8Array): Buffer {
  return sign('sha256', bytes, keys.privateKey);
}

/** DSSE's pre-authentication encoding. */
export function envelopeBytes(type: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** What a log calls the signer: certificate or key, PEM in base64. */
export function verifierText(signer: TestSigner): string {
  if (signer.certificate === undefined) return base64(Buffer.from(publicPem(signer)));
  return base64(Buffer.from(certificatePem(signer.certificate)));
}

/** A certificate (DER) as PEM. */
export function certificatePem(der: Uint8Array): string {
  const lines = base64(der).replaceAll(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

/** The entry of a signature over bytes (Rekor's hashedrekord 0.0.1). */
export function hashedEntry(signer: TestSigner, bytes: Uint8Array, signature: Buffer): object {
  return {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: {
      data: { hash: { algorithm: 'sha256', value: sha256(bytes) } },
      signature: {
        content: base64(signature),
        publicKey: { content: verifierText(signer) },
      },
    },
  };
}

/** The entry of a signature over an envelope (Rekor's dsse 0.0.1). */
export function envelopeEntry(signer: TestSigner, payload: Uint8Array, signature: Buffer): object {
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(payload) },
      payloadHash: { algorithm: 'sha256', value: sha256(payload) },
      signatures: [{ signature: base64(signature), verifier: verifierText(signer) }],
    },
  };
}

/** The log's annotation of a cosign layer. */
export function logAnnotation({ verification, ...payload }: LoggedEntry): string {
  return JSON.stringify({
    SignedEntryTimestamp: verification.signedEntryTimestamp,
    Payload: payload,
  });
}

/** An entry in the words of a bundle. */
export function bundleEntry(entry: LoggedEntry): object {
  const { signedEntryTimestamp, inclusionProof } = entry.verification;
  const body = JSON.parse(Buffer.from(entry.body, 'base64').toString()) as {
    readonly kind: string;
    readonly apiVersion: string;
  };
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: Buffer.from(entry.logID, 'hex').toString('base64') },
    kindVersion: { kind: body.kind, version: body.apiVersion },
    integratedTime: String(entry.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(inclusionProof.logIndex),
      rootHash: Buffer.from(inclusionProof.rootHash, 'hex').toString('base64'),
      treeSize: String(inclusionProof.treeSize),
      hashes: [],
      checkpoint: { envelope: inclusionProof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}

/** Bytes in base64. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function keyPair(namedCurve = 'P-256'): KeyPairKeyObjectResult {
  return generateKeyPairSync('ec', { namedCurve });
}

function keyPem(key: KeyObject): string {
  return String(key.export({ type: 'spki', format: 'pem' }));
}

function spki(key: KeyObject): Buffer<ArrayBuffer> {
  return Buffer.from(key.export({ type: 'spki', format: 'der' }));
}

function bytesOf(view: ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function trustedLog(key: KeyObject): object {
  const der = spki(key);
  return {
    baseUrl: LOG_URL,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: base64(der),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: '2020-01-01T00:00:00Z' },
    },
    logId: { keyId: createHash('sha256').update(der).digest('base64') },
  };
}
