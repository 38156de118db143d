/** Whether a kept VEX document counts now: its author and key are configured, its proof holds. */
import type { Micros } from '../domain/time.ts';
import type { KeptVexDocument, VexAuthor } from '../domain/vex-document.ts';

/** `counts`, or why it does not. */
export type VexStanding = 'counts' | 'key-removed' | 'signature-expired';

/** Tells of a document whether it counts; the authors are those of its project. */
export function vexStanding(
  { author, evidence }: KeptVexDocument,
  { authors, now }: { readonly authors: readonly VexAuthor[]; readonly now: Micros },
): VexStanding {
  const own = authors.find(({ name }) => name === author);
  const { keyId, validUntil = Number.MAX_SAFE_INTEGER } = evidence;
  if (own?.keys.some(({ id }) => id === keyId) !== true) return 'key-removed';
  return now < validUntil ? 'counts' : 'signature-expired';
}
