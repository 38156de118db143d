/**
 * Signatures as Notation makes them (Notary Project, trust-store-trust-policy.md, "Signature
 * Verification"): an envelope over the descriptor of a manifest, a certificate chain, and a trust
 * policy that says which failures refuse and which are only told. Integrity always refuses.
 */
import { constants, verify } from 'node:crypto';
import type { Digest } from '../domain/digest.ts';
import { isJsonObject } from '../domain/json.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { isSubsetName } from './distinguished-name.ts';
import { checkSignedTime, type SignedTime } from './notation-time.ts';
import { type NotationEnvelope, readNotationEnvelope } from './notation-envelope.ts';
import type { NotationAction, NotationValidation } from './notation-level.ts';
import { findNotationPolicy, type NotationPolicy } from './notation-policy.ts';
import { type NotationTrustStores, trustedCertificates } from './notation-trust-store.ts';
import { checkKeys } from './policy-fields.ts';
import { type Proof, type Refusal, refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';
import { isSameCertificate, type SigningCertificate, subjectName } from './signing-certificate.ts';
import {
  checkSigningChain,
  invalidAt,
  readSigningChain,
  type SigningChain,
} from './signing-chain.ts';
import { parseStrictJson } from './strict-json.ts';

/** One signature as it lies in a registry, and what it must be about besides the digest. */
export interface NotationEvidence {
  /** Of the envelope, as the signature's manifest says. */
  readonly mediaType: string;
  readonly envelope: Uint8Array;
  /** Media type and bytes of the manifest of the subject, as it was received. */
  readonly subject: { readonly mediaType: string; readonly size: number };
}

/** Whom to believe. */
export interface NotationTrust {
  readonly policies: readonly NotationPolicy[];
  /** Full name of the repository of the image, which chooses the policy. */
  readonly repository: string;
  readonly stores: NotationTrustStores;
  readonly now: Micros;
}

/** What a validation found where it did not refuse. */
interface Finding {
  readonly told: string;
  readonly validUntil?: Micros;
  readonly trustedTime?: Micros;
}

interface Opened {
  readonly subject: Digest;
  readonly evidence: NotationEvidence;
  readonly envelope: NotationEnvelope;
  readonly chain: SigningChain;
  readonly policy: NotationPolicy;
  readonly trust: NotationTrust;
}

type Validated = Finding & { readonly validation: NotationValidation; readonly failed?: true };

const KIND = 'notation';

/** What is validated once the envelope is whole, in the specification's order. */
const VALIDATIONS: Readonly<
  Record<Exclude<NotationValidation, 'integrity'>, (opened: Opened) => Finding>
> = {
  authenticity: checkAuthenticity,
  expiry: checkExpiry,
  authenticTimestamp: checkAuthenticTimestamp,
  revocation: checkRevocation,
};

/** Verifies one envelope by the policy of its repository. */
export const verifyNotation: VerifyEvidence<NotationEvidence, NotationTrust> = async (
  subject,
  evidence,
  trust,
) => {
  try {
    const opened = open(subject, evidence, trust);
    const integrity = checkIntegrity(opened);
    const validated: Validated[] = [{ validation: 'integrity', ...integrity }];
    for (const validation of Object.keys(VALIDATIONS) as (keyof typeof VALIDATIONS)[]) {
      const found = validate(opened, validation);
      if ('outcome' in found) return found;
      validated.push(found);
    }
    return prove(opened, validated);
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};

function open(subject: Digest, evidence: NotationEvidence, trust: NotationTrust): Opened {
  const policy = findNotationPolicy(trust.policies, trust.repository);
  if (policy === undefined) {
    return refuse('trust-policy', `no trust policy has ${trust.repository} in its registryScopes`);
  }
  if (policy.level === 'skip') {
    refuse('policy-skip', `the trust policy ${quoted(policy)} verifies nothing of this repository`);
  }
  const envelope = readNotationEnvelope(evidence.mediaType, evidence.envelope);
  const chain = readSigningChain(envelope.chain);
  return { subject, evidence, envelope, chain, policy, trust };
}

/** The signature is of the first certificate, over exactly these bytes, about this subject. */
function checkIntegrity(opened: Opened): Finding {
  const { envelope, chain, subject } = opened;
  const { header, signed, signature } = envelope;
  const [leaf] = chain;
  const wanted = algorithmOf(leaf);
  if (header.algorithm !== wanted.name) {
    refuse(
      'algorithm',
      `alg is ${header.algorithm}; the key of the certificate wants ${wanted.name}`,
    );
  }
  if (!verify(wanted.hash, signed, { key: leaf.key, ...wanted.form }, signature)) {
    refuse('bad-signature', 'the signature does not fit the envelope and its certificate');
  }
  checkSigningChain(chain, 'codeSigning');
  const invalid = invalidAt(chain, header.signingTime);
  if (invalid !== undefined) refuse('certificate-chain', `at the signing time ${invalid}`);
  checkTarget(opened);
  return { told: `${wanted.name} signature over the envelope, about ${subject}` };
}

interface KeyAlgorithm {
  readonly name: string;
  readonly hash: string;
  readonly form: { readonly padding?: number; readonly saltLength?: number } | EcdsaForm;
}
interface EcdsaForm {
  readonly dsaEncoding: 'ieee-p1363';
}

const PSS = {
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
};
const ECDSA: EcdsaForm = { dsaEncoding: 'ieee-p1363' };
/** signature-specification.md, "Algorithm Selection": the key alone says which. */
const ALGORITHMS: Readonly<Record<string, KeyAlgorithm>> = {
  'rsa 2048': { name: 'PS256', hash: 'sha256', form: PSS },
  'rsa 3072': { name: 'PS384', hash: 'sha384', form: PSS },
  'rsa 4096': { name: 'PS512', hash: 'sha512', form: PSS },
  'ec prime256v1': { name: 'ES256', hash: 'sha256', form: ECDSA },
  'ec secp384r1': { name: 'ES384', hash: 'sha384', form: ECDSA },
  'ec secp521r1': { name: 'ES512', hash: 'sha512', form: ECDSA },
};

function algorithmOf({ key }: SigningCertificate): KeyAlgorithm {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const kind = `${key.asymmetricKeyType} ${namedCurve ?? modulusLength}`;
  const algorithm = Object.hasOwn(ALGORITHMS, kind) ? ALGORITHMS[kind] : undefined;
  const wanted = Object.keys(ALGORITHMS).join(', ');
  return algorithm ?? refuse('weak-key', `the signer's key is ${kind}; wanted ${wanted}`);
}

function checkTarget({ envelope, evidence, subject }: Opened): void {
  const payload = parseStrictJson(envelope.payload);
  if (!isJsonObject(payload)) return refuse('bad-payload', 'the payload is no JSON object');
  checkKeys(payload, ['targetArtifact'], 'the payload');
  const target = payload['targetArtifact'];
  if (!isJsonObject(target)) return refuse('bad-payload', 'the payload has no targetArtifact');
  const found = { digest: target['digest'], size: target['size'], mediaType: target['mediaType'] };
  const wanted = { digest: subject, ...evidence.subject };
  for (const field of ['digest', 'size', 'mediaType'] as const) {
    if (found[field] === wanted[field]) continue;
    const what = JSON.stringify(found[field] ?? null).slice(0, 100);
    refuse('payload-digest', `the signed ${field} is ${what}; wanted ${wanted[field]}`);
  }
}

function validate(opened: Opened, validation: keyof typeof VALIDATIONS): Validated | Refusal {
  const action: NotationAction = opened.policy.actions[validation];
  if (action === 'skip') return { validation, told: 'skipped, as the trust policy says' };
  try {
    return { validation, ...VALIDATIONS[validation](opened) };
  } catch (error) {
    const refusal = refusalOf(KIND, error, 'bad-signature');
    if (action === 'enforce') return refusal;
    const told = `FAILED and only logged, as the trust policy says: ${refusal.why}`;
    return { validation, told, failed: true };
  }
}

function checkAuthenticity({ chain, envelope, policy, trust }: Opened): Finding {
  const kind = envelope.header.scheme === 'notary.x509' ? 'ca' : 'signingAuthority';
  const trusted = trustedCertificates(trust.stores, policy.trustStores, kind);
  const stores = `the trust stores ${kind}:… of the trust policy ${quoted(policy)}`;
  if (trusted.length === 0) {
    refuse('trust-store', `${stores} have no certificate`);
  }
  const anchor = chain.findLast((one) => trusted.some((other) => isSameCertificate(one, other)));
  if (anchor === undefined) {
    const root = chain.at(-1)?.subject;
    return refuse('trust-store', `the chain ends at "${root}" and has no certificate of ${stores}`);
  }
  const { identities } = policy;
  if (identities !== '*') {
    const name = subjectName(chain[0]);
    if (!identities.some((identity) => isSubsetName(identity, name))) {
      const why = `is none of the trustedIdentities of the trust policy ${quoted(policy)}`;
      refuse('certificate-identity', `the signer "${chain[0].subject}" ${why}`);
    }
  }
  return { told: `signed by "${chain[0].subject}", trusted through "${anchor.subject}"` };
}

function checkExpiry({ envelope, trust }: Opened): Finding {
  const { expiry } = envelope.header;
  if (expiry === undefined) return { told: 'the signature has no expiry' };
  if (trust.now >= expiry) {
    refuse('signature-expired', `the signature has expired at ${formatTime(expiry)}`);
  }
  return { told: `the signature holds until ${formatTime(expiry)}`, validUntil: expiry };
}

function checkAuthenticTimestamp(opened: Opened): Finding {
  const { chain, envelope, policy, trust } = opened;
  const { scheme, signingTime } = envelope.header;
  if (scheme === 'notary.x509.signingAuthority') {
    const told = `the signing authority says that it signed at ${formatTime(signingTime)}`;
    return { told, trustedTime: signingTime };
  }
  const time: SignedTime | undefined = checkSignedTime({ chain, envelope, policy, trust });
  if (time !== undefined) return time;
  const invalid = invalidAt(chain, trust.now);
  if (invalid !== undefined) refuse('certificate-expired', invalid);
  const validUntil = Math.min(...chain.map(({ notAfter }) => notAfter));
  return { told: 'without a timestamp; every certificate is valid now', validUntil };
}

/** Lists and responders are on the network, which a verifier never asks. */
function checkRevocation({ chain }: Opened): Finding {
  const odd = chain.slice(0, -1).find(({ isRevocable }) => isRevocable);
  if (odd === undefined) return { told: 'no certificate says where to ask for its revocation' };
  return refuse(
    'revocation-unknown',
    `could not check whether "${odd.subject}" was revoked: its OCSP or CRL would be asked over ` +
      'the network; set the override {"revocation": "log"} or "skip" to do without',
  );
}

function prove({ chain, subject }: Opened, validated: readonly Validated[]): Proof {
  const isAuthentic = !validated.some((one) => one.validation === 'authenticity' && one.failed);
  const ends = validated.flatMap(({ validUntil }) => validUntil ?? []);
  const trustedTime = validated.find((one) => one.trustedTime !== undefined)?.trustedTime;
  return {
    kind: KIND,
    grade: isAuthentic ? 'verified' : 'attested',
    subject,
    checked: validated.map(({ validation, told }) => `${validation}: ${told}`),
    signer: chain[0].subject,
    ...(ends.length > 0 && { validUntil: Math.min(...ends) }),
    ...(trustedTime !== undefined && isAuthentic && { trustedTime }),
  };
}

function quoted({ name }: NotationPolicy): string {
  return JSON.stringify(name.slice(0, 80));
}
