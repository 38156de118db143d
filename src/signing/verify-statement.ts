/** What every verifier of a signed in-toto statement asks, once its envelope's signature holds. */
import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  parseStatement,
  requireAnnotations,
  requirePredicateType,
  requireSubjectDigest,
  SIGNATURE_PREDICATE,
} from './in-toto-statement.ts';
import type { Proof } from './proof.ts';
import { type SignedMaterial, timeChecked, verifyMaterial } from './signed-material.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';

/** An envelope's payload and type, and the material that its signature is part of. */
export interface SignedStatement {
  readonly kind: string;
  readonly payloadType: string;
  readonly material: SignedMaterial;
}

/** Verifies signature, then statement; throws a refusal that names the step. */
export function verifyStatement(
  subject: Digest,
  { kind, payloadType, material }: SignedStatement,
  trust: SigstoreTrust,
): Proof {
  const proof = verifyMaterial(material, trust);
  const statement: JsonObject = parseStatement(payloadType, material.payload);
  const wanted = trust.predicateType ?? SIGNATURE_PREDICATE;
  requirePredicateType(statement, wanted);
  requireAnnotations(requireSubjectDigest(statement, subject)['annotations'], trust.annotations);
  const { signer, trustedTime } = proof;
  return {
    kind,
    grade: 'verified',
    subject,
    checked: [
      ...proof.checked,
      ...timeChecked(proof),
      `the signed statement is a ${wanted}`,
      'a subject of it has this digest',
    ],
    signer,
    statement,
    ...(trustedTime === undefined ? {} : { trustedTime }),
  };
}
