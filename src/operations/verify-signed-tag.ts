/** Is a tag signed for the image that it names, by Docker Content Trust? */
import { type Caller, authorise } from '../domain/caller.ts';
import { parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { formatImageReference, parseImageReference } from '../domain/image-reference.ts';
import { isProof, type Proof, type Refusal } from '../signing/proof.ts';
import { toCheck } from '../signing/verify-attestation.ts';
import type { NotarySigner } from '../signing/verify-notary.ts';
import { askSignedTag, refuseSigner } from './ask-signed-tag.ts';
import { findDigest } from './check-attested.ts';
import type { Deps } from './deps.ts';
import { withNotary } from './notary-server.ts';
import type { VerifiedImage } from './verify-image.ts';

/** What is asked. */
export interface VerifySignedTagInput {
  readonly caller: Caller;
  readonly project: string;
  /** With a tag; a digest beside it is what is deployed, else the registry says it. */
  readonly image: string;
  /** `https://HOST[:PORT]`. */
  readonly server: string;
  /** A root to trust, in base64; absent: the one that was approved for the repository. */
  readonly root?: string;
  /** Who must have signed, each in a role of his own; none: the release role. */
  readonly signers?: readonly NotarySigner[];
}

/** Verifies a tag; refuses an image without one. */
export async function verifySignedTag(
  deps: Deps,
  input: VerifySignedTagInput,
): Promise<VerifiedImage> {
  const { caller, project, server, root, signers = [] } = input;
  authorise(caller, 'binaryauthorization.attestors.verifyImageAttested', project);
  const { name: gun, tag, ...named } = parseImageReference(input.image);
  if (tag === undefined) {
    const why = 'Docker Content Trust signs tags; give IMAGE:TAG, or IMAGE:TAG@DIGEST';
    throw new AssayError('invalid-argument', `${input.image.slice(0, 300)} has no tag; ${why}`);
  }
  for (const { name } of signers) refuseSigner(name);
  // Whoever may have images fetched may have a server called.
  authorise(caller, 'assay.images.scan', project);
  const reference = await findDigest(deps, caller, {
    project,
    reference: { name: gun, tag, ...named },
  });
  const subject = parseDigest(reference.digest ?? '');
  const question = { project, gun, tag, subject, server, root, signers };
  const { answer } = await withNotary(deps, { caller, server }, (client) =>
    askSignedTag(deps, client, question),
  );
  return asVerified(formatImageReference(reference), answer);
}

const OUTCOMES = {
  'nothing-found': 'deny',
  wrong: 'deny',
  'could-not-check': 'undecided',
} as const;

function asVerified(image: string, answer: Proof | Refusal): VerifiedImage {
  const publicKeyId = isProof(answer) ? answer.signer : '';
  const check = toCheck('', { publicKeyId, answer });
  const base = { image, threshold: 1 };
  if (isProof(answer)) {
    const found = `signed by ${answer.signer}`;
    return { ...base, outcome: 'allow', found, proofs: [check], refusals: [] };
  }
  const { outcome, why } = answer;
  return { ...base, outcome: OUTCOMES[outcome], found: why, proofs: [], refusals: [check] };
}
