/**
 * Signatures in cosign's classic form: a layer of the tag `sha256-….sig` whose bytes are signed,
 * and annotations that say by whom. Annotations are nobody's word: they are only material to
 * verify.
 */
import { layerMaterial, layerSignature, type CosignLayer } from './cosign-layer.ts';
import { requireAnnotations } from './in-toto-statement.ts';
import { refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';
import { timeChecked, verifyMaterial } from './signed-material.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';
import { parseSimpleSigning, SIMPLE_SIGNING_MEDIA_TYPE } from './simple-signing.ts';

const KIND = 'cosign';

/** Verifies one layer: signature first, then what the signed bytes say, and nothing else. */
export const verifyCosign: VerifyEvidence<CosignLayer, SigstoreTrust> = async (
  subject,
  layer,
  trust,
) => {
  try {
    if (layer.mediaType !== SIMPLE_SIGNING_MEDIA_TYPE) {
      const found = JSON.stringify(layer.mediaType.slice(0, 100));
      refuse('no-signature', `the layer is ${found}; wanted ${SIMPLE_SIGNING_MEDIA_TYPE}`);
    }
    const material = layerMaterial(layer);
    const signature = layerSignature(layer);
    const proof = verifyMaterial(
      { signed: layer.bytes, payload: layer.bytes, signature, ...material },
      trust,
    );
    const { digest, reference, optional, json } = parseSimpleSigning(layer.bytes);
    if (digest !== subject) {
      const found = JSON.stringify(digest.slice(0, 160));
      refuse('payload-digest', `signed for the digest ${found}; wanted ${subject}`);
    }
    requireAnnotations(optional, trust.annotations);
    const { signer, trustedTime } = proof;
    return {
      kind: KIND,
      grade: 'verified',
      subject,
      checked: [
        ...proof.checked,
        ...timeChecked(proof),
        'the signed payload names this digest',
        ...(reference === '' ? [] : [`the signer called it ${reference} (not relied on)`]),
      ],
      signer,
      statement: json,
      ...(trustedTime === undefined ? {} : { trustedTime }),
    };
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};
