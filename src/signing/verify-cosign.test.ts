/**
 * cosign's classic signatures and attestations: what proves, and for each way to be wrong the step
 * that refuses it. Classes 10, 11, 12 and 14 of the ways in which verifiers were broken are rows.
 */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attestationLayer,
  signatureLayer,
  simplePayload,
  statementOf,
} from '../../test/support/cosign-artifacts.ts';
import {
  hashedEntry,
  keySigner,
  publicPem,
  signBytes,
  startSigstore,
  type SigstoreServices,
  type TestSigner,
} from '../../test/support/sigstore-services.ts';
import { parseDigest } from '../domain/digest.ts';
import type { CosignLayer } from './cosign-layer.ts';
import { isProof, type Proof, type Refusal } from './proof.ts';
import { parseSigstoreRoot } from './sigstore-root.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';
import { verifyCosignAttestation } from './verify-cosign-attestation.ts';
import { verifyCosign } from './verify-cosign.ts';
import { trustedPkixKey } from './verify-pkix-attestation.ts';

const DIGEST = parseDigest(`sha256:${'a'.repeat(64)}`);
const OTHER = parseDigest(`sha256:${'b'.repeat(64)}`);
const HOLDER = { subject: 'https://ci.test/shop/app', issuer: 'https://accounts.test' };

let services: SigstoreServices;
let others: SigstoreServices;
let holder: TestSigner;
const signer = keySigner();

beforeAll(async () => {
  services = await startSigstore();
  others = await startSigstore();
  holder = await services.issue(HOLDER);
});

function byKey(of: TestSigner = signer, more: Partial<SigstoreTrust> = {}): SigstoreTrust {
  const pkixPublicKey = { publicKeyPem: publicPem(of), signatureAlgorithm: 'ECDSA_P256_SHA256' };
  return { by: { kind: 'key', key: { id: 'ci', pkixPublicKey } }, ...more };
}

function byHolder(more: Partial<SigstoreTrust> = {}): SigstoreTrust {
  const identity = { subject: { exact: HOLDER.subject }, issuer: { exact: HOLDER.issuer } };
  const root = parseSigstoreRoot(services.trustedRoot);
  return { by: { kind: 'certificate', identities: [identity] }, root, ...more };
}

function identified(subject: string, issuer: string): SigstoreTrust {
  const identity = { subject: { pattern: subject }, issuer: { pattern: issuer } };
  return byHolder({ by: { kind: 'certificate', identities: [identity] } });
}

function outcome(answer: Proof | Refusal): string {
  return isProof(answer) ? answer.grade : `${answer.outcome}: ${answer.step}`;
}

function withAnnotation(layer: CosignLayer, name: string, value: string): CosignLayer {
  return { ...layer, annotations: { ...layer.annotations, [name]: value } };
}

describe('a signature proves', () => {
  it('by key, and says what was signed', async () => {
    const layer = await signatureLayer({ signer, digest: DIGEST });
    const answer = await verifyCosign(DIGEST, layer, byKey());
    expect(answer).toMatchObject({ kind: 'cosign', grade: 'verified', subject: DIGEST });
    expect(isProof(answer) && answer.checked.join('; ')).toContain('registry.test/shop/app (not');
  });

  it('by key with a log entry and a timestamp, at the earliest trusted time', async () => {
    const layer = await signatureLayer({ signer, digest: DIGEST, services, timestamp: true });
    const root = parseSigstoreRoot(services.trustedRoot);
    const needs = { logEntries: 1, times: 2 };
    const answer = await verifyCosign(DIGEST, layer, byKey(signer, { root, needs }));
    expect(outcome(answer)).toBe('verified');
    expect(isProof(answer) && answer.trustedTime).toBeGreaterThan(0);
  });

  it('by certificate and identity, and names the holder', async () => {
    const layer = await signatureLayer({ signer: holder, digest: DIGEST, services });
    const answer = await verifyCosign(DIGEST, layer, byHolder());
    expect(answer).toMatchObject({ grade: 'verified', signer: HOLDER.subject });
  });

  it('by certificate and a signed timestamp without a log, where that is asked', async () => {
    const whole = await signatureLayer({
      signer: holder,
      digest: DIGEST,
      services,
      timestamp: true,
    });
    const layer = withAnnotation(whole, 'dev.sigstore.cosign/bundle', '');
    const answer = await verifyCosign(DIGEST, layer, byHolder({ needs: { logEntries: 0 } }));
    expect(outcome(answer)).toBe('verified');
  });
});

describe('a signature by key is refused', () => {
  const cases: readonly [string, string, () => Promise<CosignLayer>, (() => SigstoreTrust)?][] = [
    ['of another image', 'wrong: payload-digest', () => signatureLayer({ signer, digest: OTHER })],
    [
      'of a config digest',
      'wrong: payload-digest',
      () => signatureLayer({ signer, digest: `sha256:${'c'.repeat(64)}` }),
    ],
    [
      'by another key',
      'wrong: bad-signature',
      () => signatureLayer({ signer: keySigner(), digest: DIGEST }),
    ],
    [
      'with another type of payload',
      'wrong: payload-kind',
      () =>
        signatureLayer({ signer, digest: DIGEST, payload: simplePayload(DIGEST, null, 'atomic') }),
    ],
    [
      'with the digest twice in the payload',
      'wrong: bad-payload',
      () => {
        const text = simplePayload(DIGEST).toString();
        const twice = text.replace('"image":', '"image":{"docker-manifest-digest":"x"},"image":');
        return signatureLayer({ signer, digest: DIGEST, payload: Buffer.from(twice) });
      },
    ],
    [
      'over a payload that is no JSON',
      'wrong: bad-payload',
      () => signatureLayer({ signer, digest: DIGEST, payload: Buffer.from('{') }),
    ],
    [
      'over a payload of 64 KiB and more (class 14)',
      'wrong: too-large',
      () =>
        signatureLayer({
          signer,
          digest: DIGEST,
          payload: simplePayload(DIGEST, { much: 'x'.repeat(65_536) }),
        }),
    ],
    [
      'without a signature',
      'nothing-found: no-signature',
      async () => ({ ...(await signatureLayer({ signer, digest: DIGEST })), annotations: {} }),
    ],
    [
      'as a layer of another type',
      'nothing-found: no-signature',
      async () => ({
        ...(await signatureLayer({ signer, digest: DIGEST })),
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
      }),
    ],
    [
      'without an annotation that is asked',
      'wrong: annotation',
      () => signatureLayer({ signer, digest: DIGEST }),
      () => byKey(signer, { annotations: { env: 'test' } }),
    ],
    [
      'without the log entry that is asked',
      'wrong: log-entry',
      () => signatureLayer({ signer, digest: DIGEST }),
      () =>
        byKey(signer, {
          root: parseSigstoreRoot(services.trustedRoot),
          needs: { logEntries: 1 },
        }),
    ],
    [
      'where a log is asked and no root is given',
      'could-not-check: trust-root',
      () => signatureLayer({ signer, digest: DIGEST, services }),
      () => byKey(signer, { needs: { logEntries: 1 } }),
    ],
    [
      'of a revoked key without trusted time',
      'wrong: no-trusted-time',
      () => signatureLayer({ signer, digest: DIGEST, services }),
      () => byKey(signer, { standings: standing(1) }),
    ],
    [
      'of a key that was revoked before the log saw it',
      'wrong: key-revoked',
      () => signatureLayer({ signer, digest: DIGEST, services }),
      () =>
        byKey(signer, {
          standings: standing(1),
          root: parseSigstoreRoot(services.trustedRoot),
        }),
    ],
  ];
  it.each(cases)('%s: %s', async (_name, wanted, make, trust = () => byKey()) => {
    expect(outcome(await verifyCosign(DIGEST, await make(), trust()))).toBe(wanted);
  });

  it('but not of a key that was revoked after the log saw it', async () => {
    const layer = await signatureLayer({ signer, digest: DIGEST, services });
    const root = parseSigstoreRoot(services.trustedRoot);
    const standings = standing(8_000_000_000_000_000);
    const answer = await verifyCosign(DIGEST, layer, byKey(signer, { standings, root }));
    expect(outcome(answer)).toBe('verified');
  });

  function standing(revokedFrom: number): Readonly<Record<string, { revokedFrom: number }>> {
    const key = readKeyId();
    return { [key]: { revokedFrom } };
  }
});

describe('a keyless signature is refused', () => {
  const plain = (): Promise<CosignLayer> =>
    signatureLayer({ signer: holder, digest: DIGEST, services });
  const cases: readonly [string, string, () => Promise<CosignLayer>, (() => SigstoreTrust)?][] = [
    [
      'of another issuer (class 12)',
      'wrong: certificate-identity',
      plain,
      () => identified('.*', 'https://accounts'),
    ],
    [
      'where the pattern matches a part only',
      'wrong: certificate-identity',
      plain,
      () => identified('https://ci.test/shop', '.*'),
    ],
    [
      'where alternatives match a part only',
      'wrong: certificate-identity',
      plain,
      () => identified('x|https://ci', '.*'),
    ],
    ['without a root', 'could-not-check: trust-root', plain, withoutRoot],
    [
      'by a holder of another authority',
      'wrong: certificate',
      async () => signatureLayer({ signer: await others.issue(HOLDER), digest: DIGEST, services }),
    ],
    [
      'with an entry of another log',
      'wrong: log-entry',
      () => signatureLayer({ signer: holder, digest: DIGEST, services: others }),
    ],
    [
      'with a valid entry of another signature (class 11)',
      'wrong: log-body',
      async () => {
        const payload = simplePayload(OTHER);
        const entry = await services.log(hashedEntry(holder, payload, signBytes(holder, payload)));
        return signatureLayer({ signer: holder, digest: DIGEST, services, entry });
      },
    ],
    [
      'with an entry of this signature by another key (class 11)',
      'wrong: log-body',
      async () => {
        const layer = await plain();
        const signature = Buffer.from(
          layer.annotations['dev.cosignproject.cosign/signature'] ?? '',
          'base64',
        );
        const stranger = await services.issue(HOLDER);
        const entry = await services.log(hashedEntry(stranger, layer.bytes, signature));
        const { verification, ...payload } = entry;
        const { signedEntryTimestamp: SignedEntryTimestamp } = verification;
        const text = JSON.stringify({ SignedEntryTimestamp, Payload: payload });
        return withAnnotation(layer, 'dev.sigstore.cosign/bundle', text);
      },
    ],
    [
      'with an entry of this key and signature over other bytes (class 11)',
      'wrong: log-body',
      async () => {
        const signature = signBytes(holder, simplePayload(DIGEST, { env: 'prod' }));
        const entry = await services.log(hashedEntry(holder, simplePayload(OTHER), signature));
        return signatureLayer({ signer: holder, digest: DIGEST, services, entry });
      },
    ],
    [
      'with an entry of a kind that is not read',
      'could-not-check: unsupported',
      async () => {
        const entry = await services.log({ apiVersion: '0.0.1', kind: 'intoto', spec: {} });
        return signatureLayer({ signer: holder, digest: DIGEST, services, entry });
      },
    ],
    [
      'with an entry whose time was changed',
      'wrong: log-entry',
      async () => {
        const layer = await plain();
        const text = layer.annotations['dev.sigstore.cosign/bundle'] ?? '';
        const moved = text.replace(
          /"integratedTime":(\d+)/,
          (_all, at) => `"integratedTime":${Number(at) + 1}`,
        );
        return withAnnotation(layer, 'dev.sigstore.cosign/bundle', moved);
      },
    ],
    [
      'without a log entry',
      'wrong: timestamp',
      async () => withAnnotation(await plain(), 'dev.sigstore.cosign/bundle', ''),
    ],
    [
      'with a timestamp of another signature',
      'wrong: timestamp',
      async () => {
        const stamp = await services.timestamp(Buffer.from('another'));
        const text = JSON.stringify({ SignedRFC3161Timestamp: stamp.toString('base64') });
        return withAnnotation(await plain(), 'dev.sigstore.cosign/rfc3161timestamp', text);
      },
    ],
    [
      'with a timestamp of another authority',
      'wrong: timestamp',
      async () => {
        const layer = await plain();
        const signature = layer.annotations['dev.cosignproject.cosign/signature'] ?? '';
        const stamp = await others.timestamp(Buffer.from(signature, 'base64'));
        const text = JSON.stringify({ SignedRFC3161Timestamp: stamp.toString('base64') });
        return withAnnotation(layer, 'dev.sigstore.cosign/rfc3161timestamp', text);
      },
    ],
    [
      'without its certificate',
      'wrong: certificate',
      async () => withAnnotation(await plain(), 'dev.sigstore.cosign/certificate', ''),
    ],
    [
      'with two certificates',
      'wrong: certificate',
      async () => {
        const layer = await plain();
        const one = layer.annotations['dev.sigstore.cosign/certificate'] ?? '';
        return withAnnotation(layer, 'dev.sigstore.cosign/certificate', one + one);
      },
    ],
  ];
  it.each(cases)('%s: %s', async (_name, wanted, make, trust = () => byHolder()) => {
    expect(outcome(await verifyCosign(DIGEST, await make(), trust()))).toBe(wanted);
  });

  function withoutRoot(): SigstoreTrust {
    return { by: byHolder().by };
  }
});

describe('an attestation', () => {
  const TYPE = 'https://slsa.dev/provenance/v1';
  it('hands its statement on, of the type that was asked', async () => {
    const predicate = { buildDefinition: {} };
    const parts = { signer: holder, digest: DIGEST, services, predicateType: TYPE, predicate };
    const layer = await attestationLayer({ ...parts, timestamp: true });
    const answer = await verifyCosignAttestation(DIGEST, layer, byHolder({ predicateType: TYPE }));
    expect(answer).toMatchObject({ grade: 'verified', statement: { predicate } });
  });

  const cases: readonly [string, string, object, Partial<SigstoreTrust>][] = [
    [
      'of another predicate (class 10)',
      'wrong: predicate-type',
      { predicateType: 'https://spdx.dev/Document' },
      {},
    ],
    [
      'where a plain signature was asked',
      'wrong: predicate-type',
      { predicateType: TYPE },
      { predicateType: 'https://sigstore.dev/cosign/sign/v1' },
    ],
    ['of another image', 'wrong: payload-digest', { digest: OTHER, predicateType: TYPE }, {}],
    ['without subjects', 'wrong: bad-payload', { payload: subjects(0) }, {}],
    ['of 1,025 subjects (class 14)', 'wrong: bad-payload', { payload: subjects(1025) }, {}],
    ['that is no statement', 'wrong: payload-type', { payload: Buffer.from('{"subject":[]}') }, {}],
    ['with a log entry of another log', 'wrong: log-entry', { services: 'others' }, {}],
  ];
  it.each(cases)('%s is refused: %s', async (_name, wanted, parts, more) => {
    const from = 'services' in parts ? others : services;
    const base = { signer, digest: DIGEST, predicateType: TYPE, ...parts, services: from };
    const layer = await attestationLayer(base);
    const root = parseSigstoreRoot(services.trustedRoot);
    const trust = byKey(signer, { predicateType: TYPE, root, ...more });
    expect(outcome(await verifyCosignAttestation(DIGEST, layer, trust))).toBe(wanted);
  });

  function subjects(count: number): Buffer {
    const statement = JSON.parse(statementOf(DIGEST, TYPE).toString()) as { subject: object[] };
    const subject = Array.from({ length: count }, () => statement.subject[0]);
    return Buffer.from(JSON.stringify({ ...statement, subject }));
  }
});

describe('whatever is changed of a keyless signature', () => {
  it('no changed byte proves anything else, and nothing is thrown', async () => {
    const layer = await signatureLayer({ signer: holder, digest: DIGEST, services });
    const names = Object.keys(layer.annotations);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('bytes', ...names),
        fc.nat(),
        fc.nat(255),
        async (what, at, to) => {
          const changed = change(layer, what, { at, to });
          const answer = await verifyCosign(DIGEST, changed, byHolder());
          const holds = isProof(answer) && answer.subject + answer.signer;
          expect([false, DIGEST + HOLDER.subject]).toContain(holds);
          expect(outcome(await verifyCosign(OTHER, changed, byHolder()))).not.toBe('verified');
        },
      ),
    );
  });
});

function change(
  layer: CosignLayer,
  what: string,
  { at, to }: { readonly at: number; readonly to: number },
): CosignLayer {
  const put = (bytes: Buffer): Buffer => {
    bytes[at % bytes.length] = to;
    return bytes;
  };
  if (what === 'bytes') return { ...layer, bytes: put(Buffer.from(layer.bytes)) };
  const text = Buffer.from(layer.annotations[what] ?? '', 'latin1');
  return withAnnotation(layer, what, put(text).toString('latin1'));
}

function readKeyId(): string {
  const answer = byKey().by;
  return answer.kind === 'key' ? trustedPkixKey(answer.key).key.id : '';
}
