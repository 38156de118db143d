/**
 * From an attestation occurrence to an answer: does it prove that this attestor vouches for this
 * image? The name and digest asked about come from the caller; an occurrence only ever confirms.
 */
import type { Attestor, AttestorKey } from '../domain/attestor.ts';
import type { Digest } from '../domain/digest.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Micros } from '../domain/time.ts';
import type { AttestationCheck } from '../domain/verdict.ts';
import type { KeyTrust } from './key-trust.ts';
import { isProof, type Proof, type Refusal, refusalOf } from './proof.ts';
import { readAttestation, type SignedPiece } from './read-attestation.ts';
import type { PgpKey } from './read-pgp-key.ts';
import { refuse } from './refusal.ts';

/** What is asked: does this occurrence prove that this attestor vouches for this image? */
export interface AttestationQuestion {
  readonly occurrence: Occurrence;
  readonly attestor: Attestor;
  /** `name` is normalised, without tag and digest. */
  readonly image: { readonly name: string; readonly digest: Digest };
  readonly now: Micros;
  /** When we received what the occurrence holds now; absent where only a file says so. */
  readonly received?: Micros;
  /** Reads an armored key; hand in one that remembers. */
  readonly readKey?: (armored: string) => Promise<PgpKey>;
}

/** What came of one signature. */
export interface SignatureAnswer {
  /** As the signature names it. */
  readonly publicKeyId: string;
  readonly answer: Proof | Refusal;
}

/** Keys that are tried for one occurrence, at most: envelopes need not name theirs. */
const MAX_TRIES = 128;

/**
 * Checks the signatures of an attestation until as many different keys as the attestor wants have
 * verified: one answer each, none thrown. An occurrence that does not concern the attestor's note
 * or the image, or holds no signature, gets one refusal.
 */
export async function verifyAttestation(
  question: AttestationQuestion,
): Promise<readonly SignatureAnswer[]> {
  try {
    requireConcern(question);
    const { occurrence, attestor } = question;
    return await verifyPieces(readAttestation(occurrence, attestor), question);
  } catch (error) {
    const answer = refusalOf('attestation', error, 'bad-payload');
    return [{ publicKeyId: '', answer }];
  }
}

/** The answer to a signature as decisions keep it. */
export function toCheck(
  occurrence: string,
  { publicKeyId, answer }: SignatureAnswer,
): AttestationCheck {
  const { kind } = answer;
  const which = { occurrence, publicKeyId, kind };
  if (isProof(answer)) {
    const { grade, signer, checked, trustedTime } = answer;
    const time = trustedTime === undefined ? {} : { trustedTime };
    return { ...which, result: 'verified', reason: checked.join('; '), grade, signer, ...time };
  }
  const { outcome, step, why } = answer;
  const result = outcome === 'could-not-check' ? 'undecided' : 'refused';
  return { ...which, result, reason: why, outcome, step };
}

function requireConcern({ occurrence, attestor, image }: AttestationQuestion): void {
  const { kind, noteName, resourceUri } = occurrence;
  if (kind !== 'ATTESTATION' && kind !== 'DSSE_ATTESTATION') {
    refuse('bad-structure', `occurrence is of kind ${kind}; wanted ATTESTATION`);
  }
  if (noteName !== attestor.noteReference) {
    refuse('note', `its note is ${noteName}; wanted ${attestor.noteReference}`);
  }
  const reference = parseImageReference(resourceUri.replace(/^https?:\/\//i, ''));
  if (reference.name === image.name && reference.digest === image.digest) return;
  const wanted = `${image.name}@${image.digest}`;
  refuse('resource', `it is about ${resourceUri.slice(0, 300)}; wanted ${wanted}`);
}

async function verifyPieces(
  pieces: readonly SignedPiece[],
  question: AttestationQuestion,
): Promise<readonly SignatureAnswer[]> {
  const { threshold = 1 } = question.attestor;
  const answers: SignatureAnswer[] = [];
  const signers = new Set<string>();
  const left = { tries: MAX_TRIES };
  for (const piece of pieces) {
    const answer = await tryKeys(piece, question, left);
    answers.push({ publicKeyId: piece.publicKeyId.slice(0, 300), answer });
    if (isProof(answer)) signers.add(answer.signer);
    if (signers.size >= threshold) break;
  }
  return answers;
}

/** Any of the keys may verify; the refusal is the last one's. */
async function tryKeys(
  piece: SignedPiece,
  question: AttestationQuestion,
  left: { tries: number },
): Promise<Proof | Refusal> {
  let last: Proof | Refusal = unknownKey(piece, question.attestor);
  for (const key of piece.keys) {
    if (left.tries === 0) return tooMany(piece);
    left.tries -= 1;
    last = await tryKey(piece, key, question);
    if (isProof(last)) break;
  }
  return last;
}

function unknownKey({ kind, publicKeyId }: SignedPiece, { name }: Attestor): Refusal {
  const id = JSON.stringify(publicKeyId.slice(0, 300));
  const why = `unknown key ${id}: ${name} has no key of that id`;
  return { kind, outcome: 'wrong', step: 'unknown-key', why };
}

function tooMany({ kind }: SignedPiece): Refusal {
  const why = `more than ${MAX_TRIES} keys would have to be tried; name the key that signed`;
  return { kind, outcome: 'could-not-check', step: 'too-large', why };
}

async function tryKey(
  piece: SignedPiece,
  key: AttestorKey,
  question: AttestationQuestion,
): Promise<Proof | Refusal> {
  const { kind } = piece;
  if (key.asciiArmoredPgpPublicKey === undefined && key.pkixPublicKey === undefined) {
    const why = `key ${key.id} is of a kind that is not supported`;
    return { kind, outcome: 'could-not-check', step: 'unsupported', why };
  }
  try {
    return await piece.verify(question.image.digest, trustIn(key, question));
  } catch (error) {
    return refusalOf(kind, error, 'bad-signature');
  }
}

function trustIn(key: AttestorKey, question: AttestationQuestion): KeyTrust {
  const { attestor, image, now, received, readKey } = question;
  const { standings } = attestor;
  return {
    key,
    imageName: image.name,
    now,
    ...(standings === undefined ? {} : { standings }),
    ...(received === undefined ? {} : { received }),
    ...(readKey === undefined ? {} : { readKey }),
  };
}
