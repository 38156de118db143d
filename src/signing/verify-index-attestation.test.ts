/** Statements in an index: what each of their three links is held against. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { statementOf } from '../../test/support/cosign-artifacts.ts';
import { sha256 } from '../../test/support/sigstore-services.ts';
import { parseDigest } from '../domain/digest.ts';
import type { Proof } from './proof.ts';
import { type IndexStatement, verifyIndexAttestation } from './verify-index-attestation.ts';

const IMAGE = parseDigest(`sha256:${'1'.repeat(64)}`);
const OTHER = parseDigest(`sha256:${'2'.repeat(64)}`);
const SPDX = 'https://spdx.dev/Document';
const NO_PLATFORM = { os: 'unknown', architecture: 'unknown' };
const TYPE = 'vnd.docker.reference.type';
const SUBJECT = 'vnd.docker.reference.digest';

interface Parts {
  readonly statement?: Uint8Array;
  readonly layer?: object;
  readonly entry?: object;
  readonly more?: readonly object[];
}

function evidenceOf({ statement = statementOf(IMAGE, SPDX), ...parts }: Parts): IndexStatement {
  const mediaType = 'application/vnd.in-toto+json';
  const layer = { mediaType, digest: `sha256:${sha256(statement)}`, ...parts.layer };
  const manifest = Buffer.from(JSON.stringify({ config: {}, layers: [layer] }));
  const entry = {
    digest: `sha256:${sha256(manifest)}`,
    platform: NO_PLATFORM,
    annotations: { [TYPE]: 'attestation-manifest', [SUBJECT]: IMAGE },
    ...parts.entry,
  };
  const image = { digest: IMAGE, platform: { os: 'linux', architecture: 'amd64' } };
  const manifests = [image, entry, ...(parts.more ?? [])];
  return { index: Buffer.from(JSON.stringify({ manifests })), manifest, statement };
}

function proofOver(bytes: Uint8Array, grade: Proof['grade'] = 'verified'): Proof {
  const subject = parseDigest(`sha256:${sha256(bytes)}`);
  return { kind: 'cosign', grade, subject, checked: ['signed'], signer: 'ci' };
}

describe('a statement in an index', () => {
  it('is attested where nobody signed the index, and says what it says', async () => {
    const answer = await verifyIndexAttestation(IMAGE, evidenceOf({}), { predicateType: SPDX });
    expect(answer).toMatchObject({ grade: 'attested', signer: 'nobody', subject: IMAGE });
    expect(answer).toMatchObject({ statement: { predicateType: SPDX } });
  });

  it('is the word of who signed the index', async () => {
    const evidence = evidenceOf({});
    const indexProof = proofOver(evidence.index);
    const answer = await verifyIndexAttestation(IMAGE, evidence, { indexProof });
    expect(answer).toMatchObject({ grade: 'verified', signer: 'ci', kind: 'index-attestation' });
  });

  it('is not raised by a proof that is itself less than verified', async () => {
    const evidence = evidenceOf({});
    const indexProof = proofOver(evidence.index, 'attested');
    const answer = await verifyIndexAttestation(IMAGE, evidence, { indexProof });
    expect(answer).toMatchObject({ grade: 'attested' });
  });

  it('is refused with the proof of another index', async () => {
    const indexProof = proofOver(Buffer.from('{"manifests":[]}'));
    const answer = await verifyIndexAttestation(IMAGE, evidenceOf({}), { indexProof });
    expect(answer).toMatchObject({ outcome: 'wrong', step: 'index-child' });
  });

  it('is found by a digest of another algorithm', async () => {
    const { manifest } = evidenceOf({});
    const digest = `sha512:${createHash('sha512').update(manifest).digest('hex')}`;
    const answer = await verifyIndexAttestation(IMAGE, evidenceOf({ entry: { digest } }), {});
    expect(answer).toMatchObject({ grade: 'attested' });
  });

  const amd = { os: 'linux', architecture: 'amd64' };
  it.each([
    ['of another image', { statement: statementOf(OTHER, SPDX) }, 'payload-digest'],
    ['of another kind', { statement: statementOf(IMAGE, 'https://x.test/y') }, 'predicate-type'],
    ['that is none', { statement: Buffer.from('{"_type":"x"}') }, 'payload-type'],
    ['that is no JSON', { statement: Buffer.from('<html>') }, 'bad-payload'],
    ['of another media type', { layer: { mediaType: 'text/plain' } }, 'payload-type'],
    ['that the manifest does not list', { layer: { digest: OTHER } }, 'index-child'],
    ['in a manifest that the index does not list', { entry: { digest: OTHER } }, 'index-child'],
    ['in a manifest that may run', { entry: { platform: amd } }, 'index-child'],
    ['in a manifest without a platform', { entry: { platform: undefined } }, 'index-child'],
    ['in a manifest for no image', { entry: { annotations: {} } }, 'index-child'],
    [
      'in a manifest for another image',
      {
        entry: { annotations: { [TYPE]: 'attestation-manifest', [SUBJECT]: OTHER } },
        more: [{ digest: OTHER, platform: amd }],
      },
      'index-child',
    ],
    [
      'in a manifest of another kind',
      { entry: { annotations: { [TYPE]: 'sbom', [SUBJECT]: IMAGE } } },
      'index-child',
    ],
  ] as const)('is refused %s', async (_fact, parts, step) => {
    const evidence = evidenceOf(parts);
    const trust = { predicateType: SPDX, indexProof: proofOver(evidence.index) };
    const answer = await verifyIndexAttestation(IMAGE, evidence, trust);
    expect(answer).toMatchObject({ outcome: 'wrong', step });
  });

  it('is refused of what the index does not list as an image', async () => {
    const evidence = evidenceOf({ statement: statementOf(OTHER, SPDX) });
    const answer = await verifyIndexAttestation(OTHER, evidence, {});
    expect(answer).toMatchObject({ outcome: 'wrong', step: 'index-child' });
  });
});
