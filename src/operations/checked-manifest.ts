/** What all that is attached to a manifest comes to: what cannot be read or asked is never a no. */
import type { Digest } from '../domain/digest.ts';
import type { Outcome } from '../domain/verdict.ts';
import type { LocationState } from '../remote/find-attachments.ts';
import { isProof, type Proof } from '../signing/proof.ts';
import {
  type AttachedTrust,
  checkAttached,
  type CheckedAttachment,
  type ImageToCheck,
} from './check-attached.ts';

/** What is attached to one manifest, and what it comes to. */
export interface CheckedManifest {
  readonly digest: Digest;
  readonly outcome: Outcome;
  readonly found: string;
  readonly attachments: readonly CheckedAttachment[];
  readonly locations: readonly LocationState[];
}

/** Verifies what was found beside a manifest, and judges it. */
export async function judgeManifest(
  image: ImageToCheck,
  trust: AttachedTrust,
): Promise<CheckedManifest> {
  const { locations } = image.found;
  const attachments = await checkAttached(image, trust);
  const judged = judgeAttachments(attachments, locations);
  return { digest: image.digest, ...judged, attachments, locations };
}

/** The proofs among what was checked. */
export function proofsOf(attachments: readonly CheckedAttachment[]): readonly Proof[] {
  return attachments.flatMap(({ answer }) =>
    answer !== undefined && isProof(answer) ? [answer] : [],
  );
}

/** What cannot be read or asked may be the proof: then nothing is known, rather than no. */
export function judgeAttachments(
  attachments: readonly CheckedAttachment[],
  locations: readonly LocationState[],
): Pick<CheckedManifest, 'outcome' | 'found'> {
  const answers = attachments.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const proofs = answers.filter(isProof);
  if (proofs.length > 0) return { outcome: 'allow', found: `${proofs.length} proofs` };
  const unasked = locations.filter(({ problems }) => problems.length > 0);
  const unjudged = answers.filter((one) => 'outcome' in one && one.outcome === 'could-not-check');
  if (unasked.length + unjudged.length > 0) {
    const what = [...unasked.map(({ location }) => location), ...unjudged.map(({ kind }) => kind)];
    return { outcome: 'undecided', found: `could not check: ${what.join(', ')}` };
  }
  const refused = `${answers.length} signatures, none of which proves it`;
  return { outcome: 'deny', found: answers.length === 0 ? 'nothing that is signed' : refused };
}
