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
  question: Omit<AttestationQuestion, 'readKey'>,
) => Promise<StandingChecks>;

/**
 * Makes a memory of at most `capacity` attestations; the longest kept go first. Who asks what is
 * being checked already waits for that answer.
 */
export function createProofMemory(capacity: number, readKey: ReadKey): CheckAttestation {
  const proofs = new Map<string, StandingChecks>();
  const running = new Map<string, Promise<StandingChecks>>();
  const verify = async (key: string, question: AttestationQuestion): Promise<StandingChecks> => {
    const made = await check(question);
    proofs.delete(key);
    proofs.set(key, made);
    const oldest = proofs.size > capacity ? proofs.keys().next() : undefined;
    if (oldest?.value !== undefined) proofs.delete(oldest.value);
    return made;
  };
  return async (question) => {
    const key = contentDigest(textOf(question));
    const known = proofs.get(key);
    if (known !== undefined && question.now < known.validUntil) return known;
    const started =
      running.get(key) ?? verify(key, { ...question, readKey }).finally(() => running.delete(key));
    running.set(key, started);
    return started;
  };
}

async function check(question: AttestationQuestion): Promise<StandingChecks> {
  // Most commands check no proof: the library is loaded with the first one.
  const { toCheck, verifyAttestation } = await import('../signing/verify-attestation.ts');
  const answers = await verifyAttestation(question);
  const checks = answers.map((one) => toCheck(question.occurrence.name, one));
  const ends = answers.flatMap(({ answer }) =>
    'validUntil' in answer && answer.validUntil !== undefined ? [answer.validUntil] : [],
  );
  const proven = checks.every(({ result }) => result === 'verified');
  const longest = question.now + (proven ? LONGEST_PROOF : LONGEST_REFUSAL);
  return { checks, validUntil: Math.min(longest, ...ends) };
}

/** Everything that a check reads but the time. */
function textOf({ occurrence, attestor, image, received }: AttestationQuestion): string {
  const { name, kind, noteName, resourceUri, detail, envelope } = occurrence;
  const { publicKeys, threshold, standings, noteReference } = attestor;
  const said = [name, kind, noteName, resourceUri, detail, envelope, received];
  return JSON.stringify([
    said,
    attestor.name,
    noteReference,
    publicKeys,
    threshold,
    standings,
    image,
  ]);
}
