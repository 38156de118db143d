/**
 * What checking attestations came to, remembered by all that a check reads. Any new attestation
 * ends every standing verdict; it must not make each proof of the cluster be verified again.
 */
import { HOUR, type Micros, SECOND } from '../domain/time.ts';
import type { AttestationCheck } from '../domain/verdict.ts';
import type { AttestationQuestion } from '../signing/verify-attestation.ts';
import { contentDigest } from './content-digest.ts';
import type { ReadKey } from './key-cache.ts';

/** Proofs stand until they expire, at most so long. */
const LONGEST_PROOF = HOUR;
/** A refusal may end with the clock alone, as that of a signature dated ahead of it does. */
const LONGEST_REFUSAL = 60 * SECOND;

/** The checks of one attestation, and until when they may be used again. */
export interface StandingChecks {
  readonly checks: readonly AttestationCheck[];
  readonly validUntil: Micros;
}

/** Checks an attestation, or remembers what came of it. */
export type CheckAttestation = (
  question: Omit<AttestationQuestion, 'readKey' | 'onExpiry'>,
) => Promise<StandingChecks>;

/** Makes a memory of at most `capacity` attestations; the longest kept go first. */
export function createProofMemory(capacity: number, readKey: ReadKey): CheckAttestation {
  const proofs = new Map<string, StandingChecks>();
  return async (question) => {
    const key = contentDigest(textOf(question));
    const known = proofs.get(key);
    if (known !== undefined && question.now < known.validUntil) return known;
    const made = await check({ ...question, readKey });
    proofs.delete(key);
    proofs.set(key, made);
    const oldest = proofs.size > capacity ? proofs.keys().next() : undefined;
    if (oldest?.value !== undefined) proofs.delete(oldest.value);
    return made;
  };
}

async function check(question: AttestationQuestion): Promise<StandingChecks> {
  // Most commands check no proof: the library is loaded with the first one.
  const { verifyAttestation } = await import('../signing/verify-attestation.ts');
  const ends: Micros[] = [];
  const onExpiry = (time: Micros): void => void ends.push(time);
  const checks = await verifyAttestation({ ...question, onExpiry });
  const proven = checks.every(({ result }) => result === 'verified');
  const longest = question.now + (proven ? LONGEST_PROOF : LONGEST_REFUSAL);
  return { checks, validUntil: Math.min(longest, ...ends) };
}

/** Everything that a check reads but the time. */
function textOf({ occurrence, attestor, image }: AttestationQuestion): string {
  const { name, kind, noteName, resourceUri, detail } = occurrence;
  const asked = [attestor.name, attestor.noteReference, attestor.publicKeys, image];
  return JSON.stringify([name, kind, noteName, resourceUri, detail, ...asked]);
}
