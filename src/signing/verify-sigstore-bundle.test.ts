/** Sigstore bundles: which prove, and for each malformed one the step that refuses it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE, messageBundle, statementBundle } from '../../test/support/cosign-artifacts.ts';
import {
  envelopeEntry,
  keySigner,
  publicPem,
  sha256,
  startSigstore,
  type SigstoreServices,
  type TestSigner,
} from '../../test/support/sigstore-services.ts';
import { parseDigest } from '../domain/digest.ts';
import { isProof, type Proof, type Refusal } from './proof.ts';
import { parseSigstoreRoot } from './sigstore-root.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';
import { verifySigstoreBundle } from './verify-sigstore-bundle.ts';

const MANIFEST = Buffer.from('{"schemaVersion":2}');
const DIGEST = parseDigest(`sha256:${sha256(MANIFEST)}`);
const OTHER = parseDigest(`sha256:${'b'.repeat(64)}`);
const HOLDER = { subject: 'https://ci.test/shop/app', issuer: 'https://accounts.test' };
const V01 = 'application/vnd.dev.sigstore.bundle+json;version=0.1';
const V02 = 'application/vnd.dev.sigstore.bundle+json;version=0.2';

let services: SigstoreServices;
let holder: TestSigner;
const signer = keySigner();

beforeAll(async () => {
  services = await startSigstore();
  holder = await services.issue(HOLDER);
});

function byKey(more: Partial<SigstoreTrust> = {}): SigstoreTrust {
  const publicKeyPem = publicPem(signer);
  const pkixPublicKey = { publicKeyPem, signatureAlgorithm: 'ECDSA_P256_SHA256' };
  return { by: { kind: 'key', key: { id: 'ci', pkixPublicKey } }, ...more };
}

function byHolder(more: Partial<SigstoreTrust> = {}): SigstoreTrust {
  const identity = { subject: { exact: HOLDER.subject }, issuer: { exact: HOLDER.issuer } };
  const root = parseSigstoreRoot(services.trustedRoot);
  return { by: { kind: 'certificate', identities: [identity] }, root, ...more };
}

function outcome(answer: Proof | Refusal): string {
  return isProof(answer) ? answer.grade : `${answer.outcome}: ${answer.step}`;
}

interface BundleJson {
  [key: string]: unknown;
  verificationMaterial: { [key: string]: unknown; tlogEntries: object[] };
  dsseEnvelope: { signatures: object[] };
}

async function changed(change: (bundle: BundleJson) => void): Promise<Buffer> {
  const whole = await statementBundle({ signer: holder, digest: DIGEST, services });
  const bundle = JSON.parse(whole.toString()) as BundleJson;
  change(bundle);
  return Buffer.from(JSON.stringify(bundle));
}

describe('a bundle proves', () => {
  it.each([V01, V02, BUNDLE])('keyless, as %s', async (mediaType) => {
    const parts = { signer: holder, digest: DIGEST, services, timestamp: true, mediaType };
    const bytes = await statementBundle(parts);
    const answer = await verifySigstoreBundle(DIGEST, { bytes }, byHolder());
    expect(answer).toMatchObject({ grade: 'verified', signer: HOLDER.subject });
  });

  it.each([5, 50, 120, 123, 500])('with a timestamp %d ms after a second', async (millis) => {
    const own = await startSigstore(millis);
    const parts = { signer: await own.issue(HOLDER), digest: DIGEST, timestamp: true };
    const bytes = await statementBundle({ ...parts, services: own });
    const needs = { times: 2 };
    const trust = byHolder({ root: parseSigstoreRoot(own.trustedRoot), needs });
    const answer = await verifySigstoreBundle(DIGEST, { bytes }, trust);
    expect(outcome(answer)).toBe('verified');
  });

  it('by key, without anything beside', async () => {
    const bytes = await statementBundle({ signer, digest: DIGEST });
    const trust = byKey({ annotations: { env: 'prod' } });
    expect(outcome(await verifySigstoreBundle(DIGEST, { bytes }, trust))).toBe('verified');
  });

  it('over the bytes of the manifest', async () => {
    const parts = { signer: holder, digest: DIGEST, services, artifact: MANIFEST };
    const bytes = await messageBundle(parts);
    const evidence = { bytes, artifact: MANIFEST };
    expect(outcome(await verifySigstoreBundle(DIGEST, evidence, byHolder()))).toBe('verified');
  });
});

describe('a bundle is refused', () => {
  const cases: readonly [string, string, () => Promise<Buffer>][] = [
    [
      'of an unknown version',
      'could-not-check: unsupported',
      () => changed((b) => (b['mediaType'] = V01.replace('0.1', '0.9'))),
    ],
    ['that is no JSON', 'wrong: bad-payload', async () => Buffer.from('[')],
    ['without anything in it', 'could-not-check: unsupported', async () => Buffer.from('{}')],
    [
      'with an envelope and a message',
      'wrong: bundle',
      () => changed((b) => (b['messageSignature'] = {})),
    ],
    [
      'without verification material',
      'wrong: bundle',
      () => changed((b) => Reflect.deleteProperty(b, 'verificationMaterial')),
    ],
    [
      'with two signatures',
      'wrong: bundle',
      () => changed((b) => b.dsseEnvelope.signatures.push({ sig: 'AA==' })),
    ],
    ['without signatures', 'wrong: bundle', () => changed((b) => (b.dsseEnvelope.signatures = []))],
    [
      'with a chain in 0.3',
      'wrong: bundle',
      () =>
        changed((b) => {
          const { certificate, ...rest } = b.verificationMaterial;
          b.verificationMaterial = {
            ...rest,
            x509CertificateChain: { certificates: [certificate] },
          };
        }),
    ],
    [
      'without its log entry',
      'wrong: timestamp',
      () => changed((b) => (b.verificationMaterial.tlogEntries = [])),
    ],
    [
      'with its log entry twice',
      'wrong: timestamp',
      () =>
        changed((b) =>
          b.verificationMaterial.tlogEntries.push(...b.verificationMaterial.tlogEntries),
        ),
    ],
    [
      'with 33 log entries (class 14)',
      'wrong: too-large',
      () =>
        changed((b) => {
          b.verificationMaterial.tlogEntries = Array.from(
            { length: 33 },
            () => b.verificationMaterial.tlogEntries[0] ?? {},
          );
        }),
    ],
    [
      'with 33 timestamps (class 14)',
      'wrong: too-large',
      () =>
        changed((b) => {
          const rfc3161Timestamps = Array.from({ length: 33 }, () => ({ signedTimestamp: 'AAAA' }));
          b.verificationMaterial['timestampVerificationData'] = { rfc3161Timestamps };
        }),
    ],
    [
      'with a timestamp that is none',
      'wrong: timestamp',
      () =>
        changed((b) => {
          b.verificationMaterial['timestampVerificationData'] = {
            rfc3161Timestamps: [{ signedTimestamp: 'AAAA' }],
          };
        }),
    ],
    [
      'with a certificate that is none',
      'wrong: certificate',
      () =>
        changed((b) => {
          b.verificationMaterial['certificate'] = { rawBytes: 'AAAA' };
        }),
    ],
    [
      'with a valid entry of another statement (class 11)',
      'wrong: log-body',
      async () => {
        const payload = Buffer.from('{}');
        const entry = await services.log(envelopeEntry(holder, payload, Buffer.from('other')));
        return statementBundle({ signer: holder, digest: DIGEST, services, entry });
      },
    ],
    [
      'of another image',
      'wrong: payload-digest',
      () => statementBundle({ signer: holder, digest: OTHER, services }),
    ],
    [
      'of another predicate (class 10)',
      'wrong: predicate-type',
      () =>
        statementBundle({
          signer: holder,
          digest: DIGEST,
          services,
          predicateType: 'https://slsa.dev/provenance/v1',
        }),
    ],
    [
      'by a key, where a certificate is asked',
      'wrong: certificate',
      () => statementBundle({ signer, digest: DIGEST, services }),
    ],
  ];
  it.each(cases)('%s: %s', async (_name, wanted, make) => {
    const answer = await verifySigstoreBundle(DIGEST, { bytes: await make() }, byHolder());
    expect(outcome(answer)).toBe(wanted);
  });

  it('over the bytes of another manifest', async () => {
    const artifact = Buffer.from('{"schemaVersion":2,"other":1}');
    const parts = { signer: holder, digest: DIGEST, services };
    const bytes = await messageBundle({ ...parts, artifact });
    const ours = { bytes, artifact: MANIFEST };
    expect(outcome(await verifySigstoreBundle(DIGEST, ours, byHolder()))).toBe(
      'wrong: payload-digest',
    );
    const theirs = { bytes, artifact };
    expect(outcome(await verifySigstoreBundle(DIGEST, theirs, byHolder()))).toBe(
      'wrong: payload-digest',
    );
  });
});
