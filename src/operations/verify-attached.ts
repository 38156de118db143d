/**
 * What is attached to an image in its registry (cosign's tags, referrers, the fallback tag), and
 * what of it verifies by the keys or identities that are handed in. Nothing is kept: no server and
 * no data folder is needed.
 */
import { parseImageReference } from '../domain/image-reference.ts';
import type { Micros } from '../domain/time.ts';
import type { Outcome } from '../domain/verdict.ts';
import type { Attachments, LocationState } from '../remote/find-attachments.ts';
import { openRegistryClient } from '../remote/registry-client.ts';
import { isProof } from '../signing/proof.ts';
import type { ProvenanceRequirements } from '../signing/slsa-provenance.ts';
import { checkAttached, type CheckedAttachment } from './check-attached.ts';
import { readAttached } from './read-attached.ts';
import { type GivenSigners, readSigners } from './sigstore-signers.ts';

/** Of which image, and whom to believe; nobody: what is there is only listed. */
export interface VerifyAttachedInput extends GivenSigners {
  readonly image: string;
  /** What SLSA provenance must say besides. */
  readonly provenance?: ProvenanceRequirements;
}

/** How the registry is reached, and what time it is. */
export interface AttachedAccess {
  readonly plainHttp: boolean;
  readonly now: Micros;
}

/** What is attached to an image, and what it comes to. */
export interface VerifiedAttachments {
  readonly image: string;
  readonly outcome: Outcome;
  readonly found: string;
  readonly attachments: readonly CheckedAttachment[];
  readonly locations: readonly LocationState[];
}

/** Reads and verifies all that is attached; throws where the image or the trust cannot be read. */
export async function verifyAttached(
  input: VerifyAttachedInput,
  { plainHttp, now }: AttachedAccess,
): Promise<VerifiedAttachments> {
  const trusts = await readSigners(input, now);
  const client = openRegistryClient(plainHttp ? { plainHttp } : {});
  try {
    const image = await readAttached(client, parseImageReference(input.image));
    const attachments = await checkAttached(image, { trusts, provenance: input.provenance });
    const name = `${image.name}@${image.digest}`;
    return { image: name, ...judge(attachments, image.found), attachments };
  } finally {
    await client.close();
  }
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
