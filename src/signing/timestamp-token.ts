/**
 * Timestamp tokens (RFC 3161, in CMS, RFC 5652): an authority's word that some bytes existed at a
 * time. The token's certificates may come in any order; the chain is built from the one that
 * signed up to a root that is trusted.
 */
import { createHash, verify } from 'node:crypto';
import { SECOND, type Micros } from '../domain/time.ts';
import { readTimestampToken, type TimestampToken } from './read-timestamp-token.ts';
import { refuse } from './refusal.ts';
import {
  isIssuedBy,
  isSameCertificate,
  readSigningCertificate,
  type SigningCertificate,
} from './signing-certificate.ts';
import { checkSigningChain, invalidAt, MAX_CHAIN, type SigningChain } from './signing-chain.ts';

/** A timestamp that is believed: the bytes existed between these two times. */
export interface VerifiedTimestamp {
  readonly earliest: Micros;
  readonly latest: Micros;
  /** Subject of the certificate that signed. */
  readonly authority: string;
  /** Whether a certificate below the root says where to ask for its revocation. */
  readonly isRevocable: boolean;
}

/** RFC 3628, section 5.2: this policy alone promises one second. */
const BASELINE_POLICY = '0.4.0.2023.1.1';

/** Verifies a token over some bytes; refuses (`timestamp`) with what is wrong. */
export function verifyTimestampToken(
  der: Uint8Array,
  stamped: Uint8Array,
  roots: readonly SigningCertificate[],
): VerifiedTimestamp {
  const token = readTimestampToken(der);
  const { hash, imprint } = token.info;
  if (!createHash(hash).update(stamped).digest().equals(imprint)) {
    refuse('timestamp', 'the timestamp is about other bytes than this signature');
  }
  const certificates = token.certificates.map((one) =>
    readSigningCertificate(one, 'a certificate of the timestamp'),
  );
  const signer = findSigner(token, certificates);
  checkSignature(token, signer);
  const chain = buildChain(signer, certificates, roots);
  checkSigningChain(chain, 'timeStamping');
  const invalid = invalidAt(chain, token.info.time);
  if (invalid !== undefined) refuse('timestamp', invalid);
  return { ...rangeOf(token), authority: signer.subject, isRevocable: isRevocable(chain) };
}

/** The signed attributes name the signer's certificate by its hash (RFC 5035, section 3). */
function findSigner(
  { signingCertificate: { hash, value } }: TimestampToken,
  certificates: readonly SigningCertificate[],
): SigningCertificate {
  const found = certificates.find(({ der }) => createHash(hash).update(der).digest().equals(value));
  return (
    found ?? refuse('timestamp', 'the timestamp does not bring the certificate that signed it')
  );
}

function checkSignature(token: TimestampToken, { key }: SigningCertificate): void {
  const { content, digest, hash, signature, signedAttributes } = token;
  if (!createHash(hash).update(content).digest().equals(digest)) {
    refuse('timestamp', 'the content of the timestamp is not what was signed');
  }
  if (key.asymmetricKeyType !== token.keyType) {
    refuse(
      'timestamp',
      `the timestamp is signed by ${key.asymmetricKeyType}, not ${token.keyType}`,
    );
  }
  if (verify(hash, signedAttributes, { key, dsaEncoding: 'der' }, signature)) return;
  refuse('timestamp', 'the signature of the timestamp does not fit its certificate');
}

function buildChain(
  signer: SigningCertificate,
  certificates: readonly SigningCertificate[],
  roots: readonly SigningCertificate[],
): SigningChain {
  const chain: [SigningCertificate, ...SigningCertificate[]] = [signer];
  for (let last = signer; chain.length <= MAX_CHAIN;) {
    if (isIssuedBy(last, last)) break;
    const from = [...roots, ...certificates];
    const parent = from.find((one) => !isSameCertificate(one, last) && isIssuedBy(last, one));
    if (parent === undefined) break;
    chain.push(parent);
    last = parent;
  }
  const root = chain.at(-1) ?? signer;
  if (roots.some((one) => isSameCertificate(one, root))) return chain;
  const wanted = 'a certificate of the trust stores tsa:… of the trust policy';
  return refuse(
    'timestamp',
    `the chain of the timestamp ends at "${root.subject}", not at ${wanted}`,
  );
}

function rangeOf({ info }: TimestampToken): Pick<VerifiedTimestamp, 'earliest' | 'latest'> {
  const { time, policy } = info;
  const accuracy = info.accuracy ?? (policy === BASELINE_POLICY ? SECOND : 0);
  return { earliest: time - accuracy, latest: time + accuracy };
}

function isRevocable(chain: SigningChain): boolean {
  return chain.slice(0, -1).some((one) => one.isRevocable);
}
