/**
 * What proves an image, and what was refused: each attestation with its steps. By an attestor it is
 * the verification of admission; by a key, of whichever attestations the project has of the image.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Attestor, AttestorKey } from '../domain/attestor.ts';
import { type Digest, parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import type { AttestationCheck, AttestationEvidence, Outcome } from '../domain/verdict.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import { judgeAttestor } from '../policy/judge-attestors.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { listOccurrences } from '../store/occurrence-rows.ts';
import { type KeyText, readKeyText } from './add-attestor-keys.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import { findDigest } from './check-attested.ts';
import type { Deps } from './deps.ts';
import { gatherEvidence } from './gather-evidence.ts';

/** What is asked: an image, and whom to believe. */
export interface VerifyImageInput {
  readonly caller: Caller;
  readonly project: string;
  /** A tag is looked up at its registry, which takes the right to scan. */
  readonly image: string;
  /** `projects/P/attestors/A`. */
  readonly attestor?: string;
  /** Keys to believe in place of an attestor. */
  readonly keys?: readonly KeyText[];
}

/** What came of it. */
export interface VerifiedImage {
  readonly image: string;
  readonly outcome: Outcome;
  /** What was found, in a sentence. */
  readonly found: string;
  /** How many different keys are wanted. */
  readonly threshold: number;
  readonly proofs: readonly AttestationCheck[];
  readonly refusals: readonly AttestationCheck[];
}

/** Attestations of one image that are looked at for a key, and signatures in them. */
const MAX_LOOKED_AT = 100;
const MAX_CHECKS = 200;
const GIVEN = 'the given key';

/** Verifies an image; refuses a question without anybody to believe. */
export async function verifyImage(deps: Deps, input: VerifyImageInput): Promise<VerifiedImage> {
  const { caller, project, attestor, keys } = input;
  const permission = 'binaryauthorization.attestors.verifyImageAttested';
  authorise(
    caller,
    permission,
    attestor === undefined ? project : parseAttestorName(attestor).project,
  );
  const reference = await findDigest(deps, caller, {
    project,
    reference: parseImageReference(input.image),
  });
  if (attestor !== undefined) {
    const wanted = { attestations: [{ attestor, reference }], tags: [] };
    const { evidence } = await gatherEvidence(deps, project, wanted);
    return answer(attestor, evidence.attestations[0]);
  }
  if (keys === undefined || keys.length === 0) {
    throw new AssayError('invalid-argument', 'nobody to believe; give an attestor or a key');
  }
  authorise(caller, 'containeranalysis.occurrences.list', project);
  const image = { name: reference.name, digest: parseDigest(reference.digest ?? '') };
  return answer(GIVEN, await gatherByKeys(deps, { project, keys, image }));
}

function answer(attestor: string, evidence: AttestationEvidence | undefined): VerifiedImage {
  const { outcome, found } = judgeAttestor(attestor, evidence);
  const checks = evidence?.checks ?? [];
  return {
    image: evidence?.image ?? '',
    outcome,
    found,
    threshold: evidence?.threshold ?? 1,
    proofs: checks.filter(({ result }) => result === 'verified'),
    refusals: checks.filter(({ result }) => result !== 'verified'),
  };
}

interface ByKeys {
  readonly project: string;
  readonly keys: readonly KeyText[];
  readonly image: { readonly name: string; readonly digest: Digest };
}

async function gatherByKeys(
  deps: Deps,
  { project, keys, image }: ByKeys,
): Promise<AttestationEvidence> {
  const now = deps.now();
  const given = await checkAttestorKeys(keys.flatMap(readKeyText), { kept: [], now });
  const base = { attestor: GIVEN, image: `${image.name}@${image.digest}` };
  const { occurrences, more } = await attestationsOf(deps, project, base.image);
  const checks: AttestationCheck[] = [];
  for (const occurrence of occurrences) {
    if (checks.length >= MAX_CHECKS) return { ...base, state: 'unreadable', checks };
    const attestor = attestorOf(occurrence, given);
    const received = occurrence.updateTime;
    const question = { occurrence, attestor, image, received, now };
    const found = await deps.checkAttestation(question);
    checks.push(...found.checks);
    if (found.checks.some(({ result }) => result === 'verified')) {
      return { ...base, state: 'known', checks };
    }
  }
  return { ...base, state: more ? 'unreadable' : 'known', checks };
}

async function attestationsOf(
  deps: Deps,
  project: string,
  image: string,
): Promise<{ readonly occurrences: readonly Occurrence[]; readonly more: boolean }> {
  const kinds = '(kind="ATTESTATION" OR kind="DSSE_ATTESTATION")';
  const filter = readOccurrenceFilter(`resourceUrl="https://${image}" AND ${kinds}`);
  const list = { filter, pageSize: MAX_LOOKED_AT };
  const { occurrences, nextPageToken } = await listOccurrences(deps.store, project, list);
  return { occurrences, more: nextPageToken !== undefined };
}

/** An attestor of the given keys and no other, under whatever ids the attestation calls them. */
function attestorOf(occurrence: Occurrence, keys: readonly AttestorKey[]): Attestor {
  const named = idsOf(occurrence.detail['signatures']);
  const publicKeys = keys.flatMap((key) =>
    key.pkixPublicKey === undefined ? [key] : [key, ...named.map((id) => ({ ...key, id }))],
  );
  const noteReference = occurrence.noteName;
  return { name: GIVEN, noteReference, publicKeys, updateTime: 0, etag: '' };
}

function idsOf(signatures: Json | undefined): readonly string[] {
  if (!Array.isArray(signatures)) return [];
  const ids = signatures.slice(0, 32).map((one: Json) => isJsonObject(one) && one['publicKeyId']);
  return [...new Set(ids.filter((id): id is string => typeof id === 'string'))];
}
