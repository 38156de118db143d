/** Trust flows one way: which digests a proof reaches, and which it never does. */
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../test/support/sigstore-services.ts';
import { parseDigest } from '../domain/digest.ts';
import { isProof, type Proof } from './proof.ts';
import { proofOfChild } from './proof-over-index.ts';

const SIGNED = parseDigest(`sha256:${'1'.repeat(64)}`);
const UNSIGNED = parseDigest(`sha256:${'2'.repeat(64)}`);
const CONFIG = parseDigest(`sha256:${'3'.repeat(64)}`);
const INDEX = Buffer.from(
  JSON.stringify({ schemaVersion: 2, manifests: [{ digest: SIGNED }, { digest: UNSIGNED }] }),
);
const INDEX_DIGEST = parseDigest(`sha256:${sha256(INDEX)}`);
const IMAGE = Buffer.from(JSON.stringify({ config: { digest: CONFIG }, layers: [] }));
const IMAGE_DIGEST = parseDigest(`sha256:${sha256(IMAGE)}`);
const MIXED = Buffer.from(JSON.stringify({ manifests: [{ digest: SIGNED }], layers: [] }));

function proofOver(subject: Proof['subject']): Proof {
  return { kind: 'cosign', grade: 'verified', subject, checked: [], signer: 'ci' };
}

describe('a proof', () => {
  it('over an index reaches what the index lists', () => {
    const answer = proofOfChild(proofOver(INDEX_DIGEST), INDEX, UNSIGNED);
    expect(answer).toMatchObject({ grade: 'verified', subject: UNSIGNED });
  });

  it.each([
    ['over one child reaches no sibling', SIGNED, INDEX, UNSIGNED],
    ['over a child does not reach an index that lists it', SIGNED, INDEX, INDEX_DIGEST],
    ['over an index does not reach what another lists', INDEX_DIGEST, INDEX, CONFIG],
    ['over an index does not reach children by other bytes', INDEX_DIGEST, MIXED, SIGNED],
    ['over an image does not reach its config', IMAGE_DIGEST, IMAGE, CONFIG],
    [
      'over a document of two kinds reaches nothing',
      parseDigest(`sha256:${sha256(MIXED)}`),
      MIXED,
      SIGNED,
    ],
  ] as const)('%s', (_name, subject, bytes, child) => {
    const answer = proofOfChild(proofOver(subject), bytes, child);
    expect(isProof(answer)).toBe(false);
    expect(answer).toMatchObject({ outcome: 'wrong', step: 'index-child' });
  });
});
