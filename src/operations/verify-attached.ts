/**
 * What is attached to an image in its registry (cosign's tags, referrers, the fallback tag), and
 * what of it verifies by the keys or identities that are handed in. Nothing is kept: no server and
 * no data folder is needed. The bytes that were hashed are the bytes that are verified.
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import {
  parseImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from '../domain/image-reference.ts';
import type { Micros } from '../domain/time.ts';
import type { Outcome } from '../domain/verdict.ts';
import {
  type AttachedLayer,
  type Attachment,
  type Attachments,
  findAttachments,
  type LocationState,
} from '../remote/find-attachments.ts';
import { openRegistryClient, type RegistryClient } from '../remote/registry-client.ts';
import type { CosignLayer } from '../signing/cosign-layer.ts';
import { predicateTypeOf } from '../signing/in-toto-statement.ts';
import { isProof, type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import { type CertificateIdentity, checkIdentity } from '../signing/signer-identity.ts';
import { parseSigstoreRoot } from '../signing/sigstore-root.ts';
import type { SigstoreSigner, SigstoreTrust } from '../signing/sigstore-trust.ts';
import { SIMPLE_SIGNING_MEDIA_TYPE } from '../signing/simple-signing.ts';
import { DSSE_MEDIA_TYPE, verifyCosignAttestation } from '../signing/verify-cosign-attestation.ts';
import { verifyCosign } from '../signing/verify-cosign.ts';
import { BUNDLE_MEDIA_TYPES, verifySigstoreBundle } from '../signing/verify-sigstore-bundle.ts';
import { type ProvenanceRequirements, requireProvenance } from '../signing/slsa-provenance.ts';
import { type KeyText, readKeyText } from './add-attestor-keys.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';

/** Of which image, and whom to believe; nobody: what is there is only listed. */
export interface VerifyAttachedInput {
  readonly image: string;
  readonly keys?: readonly KeyText[];
  readonly identities?: readonly CertificateIdentity[];
  /** The bytes of a `trusted_root.json`. */
  readonly trustRoot?: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of attestations: a short name of a predicate, or its URI; absent: signatures of the image. */
  readonly type?: string;
  /** What SLSA provenance must say besides. */
  readonly provenance?: ProvenanceRequirements;
}

/** How the registry is reached, and what time it is. */
export interface AttachedAccess {
  readonly plainHttp: boolean;
  readonly now: Micros;
}

/** One layer of something attached, and what came of it. */
export interface CheckedAttachment {
  readonly location: Attachment['location'];
  /** Of the attached manifest. */
  readonly manifest: Digest;
  readonly mediaType: string;
  /** Absent: of a kind that is not verified here, or nobody to believe was given. */
  readonly answer?: Proof | Refusal;
}

/** What is attached to an image, and what it comes to. */
export interface VerifiedAttachments {
  readonly image: string;
  readonly outcome: Outcome;
  readonly found: string;
  readonly attachments: readonly CheckedAttachment[];
  readonly locations: readonly LocationState[];
}

/** What a layer is verified with. */
interface Question {
  readonly subject: Digest;
  readonly artifact: Uint8Array;
  /** One for each key, and one for all identities. */
  readonly trusts: readonly SigstoreTrust[];
  readonly provenance?: ProvenanceRequirements | undefined;
}

/** Reads and verifies all that is attached; throws where the image or the trust cannot be read. */
export async function verifyAttached(
  input: VerifyAttachedInput,
  { plainHttp, now }: AttachedAccess,
): Promise<VerifiedAttachments> {
  const trusts = await trustsOf(input, now);
  const client = openRegistryClient(plainHttp ? { plainHttp } : {});
  try {
    return await verifyWith(client, input, trusts);
  } finally {
    await client.close();
  }
}

async function verifyWith(
  client: RegistryClient,
  { image, provenance }: VerifyAttachedInput,
  trusts: readonly SigstoreTrust[],
): Promise<VerifiedAttachments> {
  const parsed = parseImageReference(image);
  refuseDigestLikeTag(parsed);
  const { domain, path, tag, digest, name } = withDefaultTag(parsed);
  const repository = { domain, path };
  const fetched = await client.manifest({ repository, target: digest ?? tag ?? 'latest' });
  const found = await findAttachments(client, { repository, digest: fetched.digest });
  const question = { subject: fetched.digest, artifact: fetched.bytes, trusts, provenance };
  const attachments: CheckedAttachment[] = [];
  for (const attachment of found.attachments) {
    for (const layer of attachment.layers) {
      attachments.push(await checkLayer(question, attachment, layer));
    }
  }
  return { image: `${name}@${fetched.digest}`, ...judge(attachments, found), attachments };
}

async function trustsOf(
  { keys = [], identities = [], ...input }: VerifyAttachedInput,
  now: Micros,
): Promise<readonly SigstoreTrust[]> {
  const given = await checkAttestorKeys(keys.flatMap(readKeyText), { kept: [], now });
  for (const identity of identities) checkIdentity(identity);
  const signers: readonly SigstoreSigner[] = [
    ...given.map((key) => ({ kind: 'key', key }) as const),
    ...(identities.length > 0 ? [{ kind: 'certificate', identities } as const] : []),
  ];
  const { trustRoot, annotations, type } = input;
  const root = trustRoot === undefined ? {} : { root: parseSigstoreRoot(trustRoot) };
  if (identities.length > 0 && trustRoot === undefined) {
    const wanted = 'give --trust-root FILE, a trusted_root.json';
    throw new AssayError('invalid-argument', `no trust root to judge certificates by; ${wanted}`);
  }
  return signers.map((by) => ({
    by,
    ...root,
    ...(annotations === undefined ? {} : { annotations }),
    ...(type === undefined ? {} : { predicateType: predicateTypeOf(type) }),
  }));
}

type Verify = (
  question: Question,
  layer: CosignLayer,
  trust: SigstoreTrust,
) => Promise<Proof | Refusal>;

const bundle: Verify = ({ subject, artifact }, { bytes }, trust) =>
  verifySigstoreBundle(subject, { bytes, artifact }, trust);

/** By the layer's media type; what answers another question than the one asked is left out. */
function verifierOf(mediaType: string, forSignature: boolean): Verify | undefined {
  if (BUNDLE_MEDIA_TYPES.has(mediaType)) return bundle;
  if (mediaType === SIMPLE_SIGNING_MEDIA_TYPE && forSignature) {
    return ({ subject }, layer, trust) => verifyCosign(subject, layer, trust);
  }
  if (mediaType !== DSSE_MEDIA_TYPE || forSignature) return undefined;
  return ({ subject }, layer, trust) => verifyCosignAttestation(subject, layer, trust);
}

async function checkLayer(
  question: Question,
  { location, digest: manifest }: Attachment,
  layer: AttachedLayer,
): Promise<CheckedAttachment> {
  const { mediaType, annotations = {} } = layer.descriptor;
  const place = { location, manifest, mediaType };
  const [first] = question.trusts;
  const verify = verifierOf(mediaType, first?.predicateType === undefined);
  if (first === undefined || verify === undefined) return place;
  try {
    const read = { mediaType, annotations, bytes: await layer.read() };
    return { ...place, answer: await verifyByAny(question, read, verify) };
  } catch (error) {
    const { why, kind } = refusalOf('attachment', error, 'unsupported');
    return { ...place, answer: { kind, outcome: 'could-not-check', step: 'unread', why } };
  }
}

async function verifyByAny(
  question: Question,
  layer: CosignLayer,
  verify: Verify,
): Promise<Proof | Refusal> {
  let last: Refusal | undefined;
  for (const trust of question.trusts) {
    const answer = requireSaid(await verify(question, layer, trust), question);
    if (isProof(answer)) return answer;
    last = answer;
  }
  return last ?? { kind: 'cosign', outcome: 'could-not-check', step: 'unread', why: 'no trust' };
}

function requireSaid(answer: Proof | Refusal, { provenance }: Question): Proof | Refusal {
  return provenance === undefined || !isProof(answer)
    ? answer
    : requireProvenance(answer, provenance);
}

/** What cannot be read or asked may be the proof: then nothing is known, rather than no. */
function judge(
  attachments: readonly CheckedAttachment[],
  { locations }: Attachments,
): Pick<VerifiedAttachments, 'outcome' | 'found' | 'locations'> {
  const answers = attachments.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const proofs = answers.filter(isProof);
  if (proofs.length > 0) return { outcome: 'allow', found: `${proofs.length} proofs`, locations };
  const unasked = locations.filter(({ problems }) => problems.length > 0);
  const unjudged = answers.filter((one) => 'outcome' in one && one.outcome === 'could-not-check');
  if (unasked.length + unjudged.length > 0) {
    const what = [...unasked.map(({ location }) => location), ...unjudged.map(({ kind }) => kind)];
    return { outcome: 'undecided', found: `could not check: ${what.join(', ')}`, locations };
  }
  const refused = `${answers.length} signatures, none of which proves it`;
  const found = answers.length === 0 ? 'nothing that is signed' : refused;
  return { outcome: 'deny', found, locations };
}
