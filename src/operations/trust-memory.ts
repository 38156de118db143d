/**
 * What verifying an image's signatures came to, remembered by all that was asked: the project, the
 * repository, the digest and the authorities as they are written. Never by a tag, except where tags
 * are what is signed. A thousand pods of one image cause one verification.
 */
import { formatImageReference } from '../domain/image-reference.ts';
import type { Json } from '../domain/json.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import { openSingleFlight } from '../remote/single-flight.ts';
import { contentDigest } from './content-digest.ts';
import type { AskedAuthority, CheckTrust, StandingTrust, TrustQuestion } from './trust-question.ts';

/** How much is kept, and how it is found out. */
export interface TrustMemoryParts {
  /** Characters of what is kept. */
  readonly capacity: number;
  readonly now: () => Micros;
  readonly verify: (question: TrustQuestion) => Promise<StandingTrust>;
}

interface Kept {
  readonly standing: StandingTrust;
  readonly size: number;
}

/** Makes a memory; the longest kept go first. */
export function createTrustMemory({ capacity, now, verify }: TrustMemoryParts): CheckTrust {
  const kept = new Map<string, Kept>();
  const flights = openSingleFlight<StandingTrust>();
  let total = 0;
  const drop = (key: string): void => {
    total -= kept.get(key)?.size ?? 0;
    kept.delete(key);
  };
  const keep = (key: string, standing: StandingTrust): void => {
    const size = key.length + JSON.stringify(standing).length;
    drop(key);
    if (size > capacity / 10) return;
    kept.set(key, { standing, size });
    total += size;
    for (const oldest of kept.keys()) {
      if (total <= capacity) break;
      drop(oldest);
    }
  };
  return async (question, signal) => {
    const key = keyOf(question);
    const known = kept.get(key)?.standing;
    if (known !== undefined && now() < known.validUntil) return known;
    return flights.share(key, signal, async () => {
      const standing = await verify(question);
      keep(key, standing);
      return standing;
    });
  };
}

function keyOf({ project, reference, authorities, secret }: TrustQuestion): string {
  const byTag = authorities.some(({ kind }) => kind === 'notary');
  const { tag: _tag, ...untagged } = reference;
  const image = formatImageReference(byTag ? reference : untagged);
  const read = [project, secret?.version ?? '', image, authorities.map(digestOfAuthority)];
  return contentDigest(JSON.stringify(read));
}

/** A policy's authorities stay while thousands of images are asked about. */
const DIGESTS = new WeakMap<AskedAuthority, string>();

function digestOfAuthority(authority: AskedAuthority): string {
  const known =
    DIGESTS.get(authority) ?? contentDigest(canonicalJson(authority as unknown as Json));
  DIGESTS.set(authority, known);
  return known;
}
