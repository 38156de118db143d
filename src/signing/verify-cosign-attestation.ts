/**
 * Attestations in cosign's classic form: a layer of the tag `sha256-….att` is a DSSE envelope over
 * an in-toto statement. The layer's `predicateType` annotation is nobody's word and is not read.
 */
import type { Json } from '../domain/json.ts';
import { type CosignLayer, layerMaterial } from './cosign-layer.ts';
import { openDsseEnvelope } from './dsse-envelope.ts';
import { type Proof, type Refusal, refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';
import { verifyStatement } from './verify-statement.ts';

/** The media type of an envelope's layer. */
export const DSSE_MEDIA_TYPE = 'application/vnd.dsse.envelope.v1+json';

const KIND = 'cosign-attestation';
const LIMITS: StrictJsonLimits = { bytes: 32 * 1024 * 1024, depth: 8, containers: 100 };

/** Verifies one layer: one of the envelope's signatures must hold with all that is beside it. */
export const verifyCosignAttestation: VerifyEvidence<CosignLayer, SigstoreTrust> = async (
  subject,
  layer,
  trust,
) => {
  try {
    if (layer.mediaType !== DSSE_MEDIA_TYPE) {
      const found = JSON.stringify(layer.mediaType.slice(0, 100));
      refuse('no-signature', `the layer is ${found}; wanted ${DSSE_MEDIA_TYPE}`);
    }
    const envelope = openDsseEnvelope(readEnvelope(layer.bytes));
    const { payloadType, payload, signed } = envelope;
    const beside = layerMaterial(layer);
    const answers = envelope.signatures.map((signature): Proof | Refusal => {
      // cosign has the whole envelope timestamped here, and the signature alone in bundles.
      const material = { signed, payload, signature, ...beside, timestamped: layer.bytes };
      try {
        return verifyStatement(subject, { kind: KIND, payloadType, material }, trust);
      } catch (error) {
        return refusalOf(KIND, error, 'bad-signature');
      }
    });
    const proof = answers.find((answer) => 'grade' in answer);
    return proof ?? answers.at(-1) ?? refuse('no-signature', 'the envelope has no signature');
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};

function readEnvelope(bytes: Uint8Array): Json {
  return parseStrictJson(bytes, LIMITS);
}
