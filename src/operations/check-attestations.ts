/**
 * Checking what attests an image, newest first and only as far as the answer needs: one attestation
 * that verifies ends the search. Whoever may attach attestations could attach junk without end, so
 * the search is bounded, and one that reaches its bound is undecided, never a quiet denial.
 */
import type { Attestor } from '../domain/attestor.ts';
import { parseDigest } from '../domain/digest.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Micros } from '../domain/time.ts';
import type { AttestationCheck } from '../domain/verdict.ts';
import { sameKeyId } from '../signing/key-id.ts';
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

/** Which attestations, and who wants to know when an answer may change. */
export interface AttestationSearch {
  readonly attestor: Attestor;
  /** With a digest. */
  readonly reference: ImageReference;
  /** Told of each time from which on the answer may be another. */
  readonly until: (time: Micros) => void;
}

/** Checks the attestations of an image by an attestor up to the first that verifies. */
export async function checkAttestations(
  deps: Deps,
  search: AttestationSearch,
): Promise<readonly AttestationCheck[]> {
  const checks: AttestationCheck[] = [];
  const looked = { attestations: 0, signatures: 0 };
  for await (const occurrence of attestationsOf(deps, search)) {
    if (looked.attestations >= MAX_ATTESTATIONS || looked.signatures >= MAX_SIGNATURES) {
      return [cutShort(looked), ...checks.slice(0, KEPT_CHECKS)];
    }
    const made = await checkOne(deps, search, occurrence);
    checks.push(...made);
    const verified = made.find(({ result }) => result === 'verified');
    if (verified !== undefined) return [verified];
    looked.attestations += 1;
    looked.signatures += made.filter((one) => namesKey(search.attestor, one)).length;
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
  const found = await deps.checkAttestation({ occurrence, attestor, image, now: deps.now() });
  until(found.validUntil);
  return found.checks;
}

/** A signature of an unknown key costs nothing and is not counted. */
function namesKey({ publicKeys }: Attestor, { publicKeyId }: AttestationCheck): boolean {
  return publicKeys.some((key) => sameKeyId(key, publicKeyId));
}

function cutShort(looked: { attestations: number; signatures: number }): AttestationCheck {
  const { attestations, signatures } = looked;
  const reason =
    `the newest ${attestations} attestations with ${signatures} signatures of the attestor's ` +
    'keys were looked at, none verifies, and there are more: delete what is no use';
  return { occurrence: '', publicKeyId: '', result: 'undecided', reason };
}

/** What is open is kept before what was refused. */
function shorten(checks: readonly AttestationCheck[]): readonly AttestationCheck[] {
  if (checks.length <= KEPT_CHECKS) return checks;
  const open = checks.filter(({ result }) => result === 'undecided');
  const refused = checks.filter(({ result }) => result !== 'undecided');
  const reason = `${checks.length} signatures were looked at; ${KEPT_CHECKS} are shown`;
  const more: AttestationCheck = { occurrence: '', publicKeyId: '', result: 'refused', reason };
  return [...[...open, ...refused].slice(0, KEPT_CHECKS), more];
}
