/**
 * What an index says of the images that it lists (BuildKit's attestations: in-toto statements that
 * nobody signed). Each is bound from the top: the index's bytes name the attestation's manifest for
 * exactly this image, that manifest's bytes name the statement's, and the statement's own subject
 * is the image. Unsigned it is the builder's word, `attested`; where the index was proven to be
 * somebody's, everything below its digest is that signer's word, `verified`.
 */
import type { Digest } from '../domain/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import {
  parseStatement,
  requireAnnotations,
  requirePredicateType,
  requireSubjectDigest,
  STATEMENT_MEDIA_TYPE,
} from './in-toto-statement.ts';
import { isProof, type Proof, refusalOf, type VerifyEvidence } from './proof.ts';
import { digestMatcher, proofOfChild } from './proof-over-index.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/** The bytes from the index down to one statement, each as received. */
export interface IndexStatement {
  readonly index: Uint8Array;
  /** Of the attestation's manifest. */
  readonly manifest: Uint8Array;
  readonly statement: Uint8Array;
}

/** Who vouches for the index, and what is asked of the statement. */
export interface IndexStatementTrust {
  /** A proof over the index's digest; absent: nobody signed it. */
  readonly indexProof?: Proof | undefined;
  /** Absent: whatever it is. */
  readonly predicateType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const KIND = 'index-attestation';
const LIMITS = { bytes: 4 * 1024 * 1024, depth: 16, containers: 20_000 };
const TYPE = 'vnd.docker.reference.type';
const SUBJECT = 'vnd.docker.reference.digest';

/** Verifies one statement of an index for an image that the index lists. */
export const verifyIndexAttestation: VerifyEvidence<IndexStatement, IndexStatementTrust> = async (
  subject,
  { index, manifest, statement },
  { indexProof, predicateType, annotations },
) => {
  try {
    const attestation = attestationOf(index, manifest, subject);
    requireStatementLayer(manifest, statement);
    const said = parseStatement(STATEMENT_MEDIA_TYPE, statement);
    if (predicateType !== undefined) requirePredicateType(said, predicateType);
    requireAnnotations(requireSubjectDigest(said, subject)['annotations'], annotations);
    const whose = vouched(indexProof, index, attestation);
    const type = JSON.stringify(said['predicateType'] ?? 'none').slice(0, 200);
    const lines = [`the statement in the index is a ${type}`, 'a subject of it has this digest'];
    const proof = { ...whose, subject, checked: [...whose.checked, ...lines], statement: said };
    return { ...proof, kind: KIND };
  } catch (error) {
    return refusalOf(KIND, error, 'bad-payload');
  }
};

type Whose = Pick<Proof, 'grade' | 'checked' | 'signer' | 'validUntil' | 'trustedTime'>;

/** Trust flows from the index to what it lists, and only where it is a verified proof. */
function vouched(proof: Proof | undefined, index: Uint8Array, attestation: Digest): Whose {
  if (proof === undefined || proof.grade !== 'verified') {
    const checked = ['the index lists it for this image; nobody signed the index'];
    return { grade: 'attested', checked, signer: 'nobody' };
  }
  const answer = proofOfChild(proof, index, attestation);
  if (!isProof(answer)) return refuse('index-child', answer.why);
  const { statement: _of, ...whose } = answer;
  return whose;
}

/** The digest under which the index lists the manifest as an attestation of the image. */
function attestationOf(index: Uint8Array, manifest: Uint8Array, subject: Digest): Digest {
  const entries = entriesOf(parseStrictJson(index, LIMITS), 'manifests');
  if (!entries.some((one) => one['digest'] === subject && !isAttachment(one))) {
    refuse('index-child', `the index does not list ${subject} as an image`);
  }
  const isItsDigest = digestMatcher(manifest);
  const named = entries.flatMap((one) => {
    const { digest } = one;
    return isAttachment(one) && isItsDigest(digest) ? [{ digest, about: aboutOf(one) }] : [];
  });
  const found = named.find(({ about }) => about === subject);
  if (found !== undefined) return found.digest;
  const about = named.map((one) => one.about).join(', ');
  const is = named.length === 0 ? 'is not in the index as such' : `is of ${about.slice(0, 200)}`;
  return refuse('index-child', `the attestation ${is}; wanted ${subject}`);
}

/** The layer must be what the manifest calls a statement, by its digest. */
function requireStatementLayer(manifest: Uint8Array, statement: Uint8Array): void {
  const layers = entriesOf(parseStrictJson(manifest, LIMITS), 'layers');
  const isItsDigest = digestMatcher(statement);
  const layer = layers.find(({ digest }) => isItsDigest(digest));
  if (layer === undefined) {
    return refuse('index-child', 'the statement is no layer of the attestation');
  }
  const { mediaType } = layer;
  if (mediaType === STATEMENT_MEDIA_TYPE) return;
  const found = JSON.stringify(mediaType ?? 'none').slice(0, 100);
  refuse('payload-type', `the layer is ${found}; wanted ${STATEMENT_MEDIA_TYPE}`);
}

function entriesOf(json: Json, name: 'manifests' | 'layers'): readonly JsonObject[] {
  const list = isJsonObject(json) ? json[name] : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

/** `unknown/unknown` alone is no platform: what a runtime would run is never an attachment. */
function isAttachment({ platform }: JsonObject): boolean {
  return (
    isJsonObject(platform) && platform['os'] === 'unknown' && platform['architecture'] === 'unknown'
  );
}

function aboutOf({ annotations }: JsonObject): string {
  const { [TYPE]: type, [SUBJECT]: about } = isJsonObject(annotations) ? annotations : {};
  return type === 'attestation-manifest' && typeof about === 'string' ? about : 'nothing';
}
