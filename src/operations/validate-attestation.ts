/** Would this attestation convince this attestor? The same verification as admission's. */
import { type Caller, authorise } from '../domain/caller.ts';
import { parseDigest } from '../domain/digest.ts';
import type { Occurrence } from '../domain/note.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { parseResourceUrl } from '../domain/resource-url.ts';
import { verifyAttestation } from '../signing/verify-attestation.ts';
import type { NewOccurrence } from './create-occurrence.ts';
import type { Deps } from './deps.ts';
import { getAttestor } from './get-attestor.ts';

/** Undefined where it verifies, else the reason. Throws only where the attestor does not exist. */
export async function validateAttestation(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string; readonly occurrence: NewOccurrence },
): Promise<string | undefined> {
  const { project } = parseAttestorName(input.name);
  authorise(input.caller, 'binaryauthorization.attestors.verifyImageAttested', project);
  const attestor = await getAttestor(deps, input);
  const now = deps.now();
  const occurrence: Occurrence = {
    ...input.occurrence,
    name: 'the given attestation',
    createTime: now,
    updateTime: now,
  };
  const reference = parseImageReference(parseResourceUrl(occurrence.resourceUri).uri);
  const image = { name: reference.name, digest: parseDigest(reference.digest ?? '') };
  const checks = await verifyAttestation({ occurrence, attestor, image, now });
  if (checks.some((check) => check.result === 'verified')) return undefined;
  return checks.map((check) => check.reason).join('; ') || 'the attestation has no signature';
}
