/** Notation's trust policy and trust store, read from files for one image. */
import { parseImageReference } from '../domain/image-reference.ts';
import type { Micros } from '../domain/time.ts';
import { readNotationTrust } from '../remote/read-notation-trust.ts';
import { findNotationPolicy } from '../signing/notation-policy.ts';
import type { NotationTrust } from '../signing/verify-notation.ts';
import { readPolicies } from './verify-notation-image.ts';

/** Where the trust is. */
export interface NotationPlaces {
  /** Path of a `trustpolicy.json`. */
  readonly policy: string;
  /** Path of the folder with `x509/`, or of Notation's own folder. */
  readonly trustStore: string;
}

/** Reads what an image's signatures are verified by; without a policy of it none verifies. */
export async function openNotationTrust(
  { policy, trustStore }: NotationPlaces,
  { image, now }: { readonly image: string; readonly now: Micros },
): Promise<NotationTrust> {
  const { name: repository } = parseImageReference(image);
  const policies = await readPolicies(policy);
  const named = findNotationPolicy(policies, repository)?.trustStores ?? [];
  return { policies, repository, stores: await readNotationTrust(trustStore, named), now };
}
