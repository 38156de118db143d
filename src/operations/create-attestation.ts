/**
 * Writing an attestation that was signed elsewhere: it is kept only where it would convince its
 * attestor, so that whoever signs hears at once what is wrong, and not at the next deployment.
 */
import type { Caller } from '../domain/caller.ts';
import { isDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { createOccurrence, type NewOccurrence } from './create-occurrence.ts';
import type { Deps } from './deps.ts';
import { getAttestor } from './get-attestor.ts';

/** An attestation as it was signed. */
export interface CreateAttestationInput {
  readonly caller: Caller;
  /** Where the occurrence is kept. */
  readonly project: string;
  /** `projects/P/attestors/A`. */
  readonly attestor: string;
  /** By digest. */
  readonly image: string;
  /** In base64. */
  readonly payload: string;
  /** In base64. */
  readonly signature: string;
  readonly publicKeyId: string;
}

/** What was written, or was there already. */
export interface CreatedAttestation {
  readonly occurrence: string;
  readonly image: string;
  readonly keyId: string;
}

/** Creates it; throws `failed-precondition` with the step that refuses where it does not verify. */
export async function createAttestation(
  deps: Deps,
  input: CreateAttestationInput,
): Promise<CreatedAttestation> {
  const { caller, project, publicKeyId } = input;
  const attestor = await getAttestor(deps, { caller, name: input.attestor });
  const { name, digest = '' } = parseImageReference(input.image);
  if (!isDigest(digest)) {
    throw new AssayError('invalid-argument', `${name} has no digest; attest an image by digest`);
  }
  const occurrence: NewOccurrence = {
    kind: 'ATTESTATION',
    resourceUri: `https://${name}@${digest}`,
    noteName: attestor.noteReference,
    detail: {
      serializedPayload: input.payload,
      signatures: [{ signature: input.signature, publicKeyId }],
    },
  };
  const now = deps.now();
  const given = { ...occurrence, name: 'the given attestation', createTime: now, updateTime: now };
  const question = { attestor, image: { name, digest }, received: now, now, occurrence: given };
  const { checks } = await deps.checkAttestation(question);
  const refused = checks.find(({ result }) => result !== 'verified');
  if (refused !== undefined) {
    const why = `it would not verify [${refused.step}]: ${refused.reason}`;
    throw new AssayError('failed-precondition', `the attestation is not written, because ${why}`);
  }
  const made = await createOccurrence(deps, { caller, project, occurrence });
  return { occurrence: made.name, image: `${name}@${digest}`, keyId: publicKeyId };
}
