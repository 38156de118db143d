/**
 * Checking what attests an image, newest first and only as far as the answer needs: as many
 * different keys as the attestor wants end the search. Whoever may attach attestations could
 * attach junk without end, so the search is bounded, and one that reaches its bound is undecided,
 * never a quiet denial.
 */
import type { Attestor } from '../domain/attestor.ts';
import { parseDigest } from '../domain/digest.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Micros } from '../domain/time.ts';
import { type AttestationCheck, signerOf } from '../domain/verdict.ts';
import { findAttestations } from '../store/occurrence-rows.ts';
import type { Deps } from './deps.ts';

/** Attestations that are read at once. */
const PAGE = 100;
/** Attestations of one image by one attestor that are looked at, at most. */
const MAX_ATTESTATIONS = 1000;
/** Signatures under ids of the attestor's keys that are verified, at most. */
const MAX_SIGNATURES = 200;
/** Checks that a decision keeps; the rest are counted. */
const KEPT_CHECKS = 100;

const RANKS = { verified: 0, undecided: 1, refused: 2 } as const;

/** Which attestations, and who wants to know when an answer may change. */
export interface AttestationSearch {
  readonly attestor: Attestor;
  /** With a digest. */
  readonly reference: ImageReference;
  /** Told of each time from which on the answer may be another. */
  readonly until: (time: Micros) => void;
}

/**
 * Checks the attestations of an image by an attestor until enough different keys have verified:
 * then one check of each of those, else all that was found.
 */
export async function checkAttestations(
  deps: Deps,
  search: AttestationSearch,
): Promise<readonly AttestationCheck[]> {
  const { threshold = 1 } = search.attestor;
  const proofs = new Map<string, AttestationCheck>();
  const checks: AttestationCheck[] = [];
  const looked = { attestations: 0, signatures: 0 };
  for await (const occurrence of attestationsOf(deps, search)) {
    if (looked.attestations >= MAX_ATTESTATIONS || looked.signatures >= MAX_SIGNATURES) {
      return [cutShort(looked), ...checks.slice(0, KEPT_CHECKS)];
    }
    const made = await checkOne(deps, search, occurrence);
    checks.push(...made);
    for (const one of made.filter(({ result }) => result === 'verified')) {
      proofs.set(signerOf(one), proofs.get(signerOf(one)) ?? one);
    }
    if (proofs.size >= threshold) return [...proofs.values()];
    looked.attestations += 1;
    looked.signatures += made.filter(({ step }) => step !== 'unknown-key').length;
  }
  return shorten(checks);
}

async function* attestationsOf(
  deps: Deps,
  { attestor, reference }: AttestationSearch,
): AsyncGenerator<Occurrence> {
  const resource = `${reference.name}@${reference.digest}`;
  let before: Occurrence | undefined;
  do {
    const key = { note: attestor.noteReference, resource, limit: PAGE, before };
    const page: readonly Occurrence[] = await findAttestations(deps.store, key);
    yield* page;
    before = page.length < PAGE ? undefined : page.at(-1);
  } while (before !== undefined);
}

async function checkOne(
  deps: Deps,
  { attestor, reference, until }: AttestationSearch,
  occurrence: Occurrence,
): Promise<readonly AttestationCheck[]> {
  const image = { name: reference.name, digest: parseDigest(reference.digest ?? '') };
  // What an occurrence holds now was received with its last change, not when it was created.
  const received = occurrence.updateTime;
  const question = { occurrence, attestor, image, received, now: deps.now() };
  const found = await deps.checkAttestation(question);
  until(found.validUntil);
  return found.checks;
}

function cutShort(looked: { attestations: number; signatures: number }): AttestationCheck {
  const { attestations, signatures } = looked;
  const reason =
    `the newest ${attestations} attestations with ${signatures} signatures of the attestor's ` +
    'keys were looked at, too few verify, and there are more: delete what is no use';
  return { occurrence: '', publicKeyId: '', result: 'undecided', reason };
}

/** What verifies is kept before what is open, and that before what was refused. */
function shorten(checks: readonly AttestationCheck[]): readonly AttestationCheck[] {
  if (checks.length <= KEPT_CHECKS) return checks;
  const sorted = checks.toSorted((a, b) => RANKS[a.result] - RANKS[b.result]);
  const reason = `${checks.length} signatures were looked at; ${KEPT_CHECKS} are shown`;
  const more: AttestationCheck = { occurrence: '', publicKeyId: '', result: 'refused', reason };
  return [...sorted.slice(0, KEPT_CHECKS), more];
}
