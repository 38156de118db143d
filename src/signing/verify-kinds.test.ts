/** What each kind of attestation proves and how it is refused: all by the one verifier interface. */
import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  sign,
  type SignKeyObjectInput,
} from 'node:crypto';
import fc from 'fast-check';
import { CompactSign } from 'jose';
import { describe, expect, it } from 'vitest';
import type { AttestorKey } from '../domain/attestor.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { parseDigest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { KeyTrust } from './key-trust.ts';
import { isProof, type Proof, type Refusal } from './proof.ts';
import { createSignaturePayload } from './signature-payload.ts';
import { NOW, readFixture, readFixtureText } from './testdata/fixtures.ts';
import { verifyDsseAttestation } from './verify-dsse-attestation.ts';
import { STATEMENT_MEDIA_TYPE as STATEMENT_PAYLOAD } from './in-toto-statement.ts';
import { JWT_AUDIENCE, verifyJwtAttestation } from './verify-jwt-attestation.ts';
import { verifyPgpAttestation } from './verify-pgp-attestation.ts';
import { verifyPkixAttestation } from './verify-pkix-attestation.ts';
import { readPkixKey } from './verify-pkix.ts';

const digest = parseDigest(
  'sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3',
);
const foreign = parseDigest(`sha256:${'0'.repeat(64)}`);
const imageName = 'gcr.io/demo-proj/sample-k8s-app';
const payload = Buffer.from(createSignaturePayload({ name: imageName, digest }));

interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const rsa = (modulusLength: number): Pair => generateKeyPairSync('rsa', { modulusLength });
const PAIRS = {
  rsa2048: rsa(2048),
  rsa3072: rsa(3072),
  rsa4096: rsa(4096),
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed25519: generateKeyPairSync('ed25519'),
};
const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: -1 };
const PKCS1 = { padding: constants.RSA_PKCS1_PADDING };

/** Every name of Binary Authorization's enumeration, and ours. */
const ALGORITHMS: readonly [string, keyof typeof PAIRS, string | null, object, string][] = [
  ['RSA_PSS_2048_SHA256', 'rsa2048', 'sha256', PSS, 'PS256'],
  ['RSA_SIGN_PSS_2048_SHA256', 'rsa2048', 'sha256', PSS, 'PS256'],
  ['RSA_PSS_3072_SHA256', 'rsa3072', 'sha256', PSS, 'PS256'],
  ['RSA_SIGN_PSS_3072_SHA256', 'rsa3072', 'sha256', PSS, 'PS256'],
  ['RSA_PSS_4096_SHA256', 'rsa4096', 'sha256', PSS, 'PS256'],
  ['RSA_SIGN_PSS_4096_SHA256', 'rsa4096', 'sha256', PSS, 'PS256'],
  ['RSA_PSS_4096_SHA512', 'rsa4096', 'sha512', PSS, 'PS512'],
  ['RSA_SIGN_PSS_4096_SHA512', 'rsa4096', 'sha512', PSS, 'PS512'],
  ['RSA_SIGN_PKCS1_2048_SHA256', 'rsa2048', 'sha256', PKCS1, 'RS256'],
  ['RSA_SIGN_PKCS1_3072_SHA256', 'rsa3072', 'sha256', PKCS1, 'RS256'],
  ['RSA_SIGN_PKCS1_4096_SHA256', 'rsa4096', 'sha256', PKCS1, 'RS256'],
  ['RSA_SIGN_PKCS1_4096_SHA512', 'rsa4096', 'sha512', PKCS1, 'RS512'],
  ['ECDSA_P256_SHA256', 'p256', 'sha256', {}, 'ES256'],
  ['EC_SIGN_P256_SHA256', 'p256', 'sha256', {}, 'ES256'],
  ['ECDSA_P384_SHA384', 'p384', 'sha384', {}, 'ES384'],
  ['EC_SIGN_P384_SHA384', 'p384', 'sha384', {}, 'ES384'],
  ['ECDSA_P521_SHA512', 'p521', 'sha512', {}, 'ES512'],
  ['EC_SIGN_P521_SHA512', 'p521', 'sha512', {}, 'ES512'],
  ['ED25519', 'ed25519', null, {}, 'EdDSA'],
];

function pemOf(pair: Pair): string {
  return String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
}

function trustIn(pair: Pair, signatureAlgorithm: string, more: Partial<KeyTrust> = {}): KeyTrust {
  const pkixPublicKey = { publicKeyPem: pemOf(pair), signatureAlgorithm };
  const key: AttestorKey = { id: 'k', pkixPublicKey };
  return { key, imageName, now: NOW, ...more };
}

const P256 = trustIn(PAIRS.p256, 'ECDSA_P256_SHA256');

function signed(pair: Pair, hash: string | null, bytes: Uint8Array, how: object = {}): Buffer {
  return sign(hash, bytes, { key: pair.privateKey, ...how } as SignKeyObjectInput);
}

function idOf(pair: Pair): string {
  const der = pair.publicKey.export({ type: 'spki', format: 'der' });
  return `ni:///sha-256;${createHash('sha256').update(der).digest('base64url')}`;
}

async function token(claims: JsonObject, pair: Pair = PAIRS.p256, header = {}): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(claims));
  return new CompactSign(bytes)
    .setProtectedHeader({ alg: 'ES256', typ: 'JWT', ...header })
    .sign(pair.privateKey);
}

const { critical } = JSON.parse(payload.toString()) as { critical: JsonObject };
const CLAIMS: JsonObject = { sub: `container:digest:${digest}`, aud: JWT_AUDIENCE, critical };

const STATEMENT = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: imageName, digest: { sha256: digest.slice(7) } }],
  predicateType: 'https://example.com/tested/v1',
  predicate: { tests: 12 },
};

function envelope(
  statement: unknown,
  more: { type?: string; signedType?: string } = {},
): JsonObject {
  const { type = STATEMENT_PAYLOAD, signedType = type } = more;
  const bytes = Buffer.from(JSON.stringify(statement));
  const head = `DSSEv1 ${Buffer.byteLength(signedType)} ${signedType} ${bytes.length} `;
  const sig = signed(PAIRS.p256, 'sha256', Buffer.concat([Buffer.from(head), bytes]));
  return {
    payloadType: type,
    payload: encodeBase64(bytes),
    signatures: [{ keyid: 'k', sig: encodeBase64(sig) }],
  };
}

async function refusedStep(answer: Promise<Proof | Refusal>): Promise<string> {
  const found = await answer;
  return isProof(found) ? 'proof' : found.step;
}

describe('PKIX', () => {
  it.each(ALGORITHMS)('verifies %s and no other name', async (name, pair, hash, how) => {
    const evidence = { payload, signature: signed(PAIRS[pair], hash, payload, how) };
    const proof = await verifyPkixAttestation(digest, evidence, trustIn(PAIRS[pair], name));
    expect(proof).toMatchObject({ kind: 'pkix', grade: 'verified', subject: digest });
    expect(proof).toMatchObject({ signer: idOf(PAIRS[pair]) });
    for (const [other] of ALGORITHMS) {
      const asked = verifyPkixAttestation(digest, evidence, trustIn(PAIRS[pair], other));
      const same = other.replace('RSA_SIGN_PSS', 'RSA_PSS').replace('EC_SIGN', 'ECDSA');
      const isSame = same === name.replace('RSA_SIGN_PSS', 'RSA_PSS').replace('EC_SIGN', 'ECDSA');
      expect([other, isProof(await asked)]).toEqual([other, isSame]);
    }
  });

  const evidence = { payload, signature: signed(PAIRS.p256, 'sha256', payload) };

  it.each([
    ['another digest', foreign, {}, 'payload-digest'],
    ['another name', digest, { imageName: 'gcr.io/demo-proj/other' }, 'payload-name'],
  ])('is refused for %s', async (_name, subject, more, step) => {
    const trust = { ...P256, ...more };
    expect(await refusedStep(verifyPkixAttestation(subject, evidence, trust))).toBe(step);
  });

  it('is not proven by any change of one byte (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(payload.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, by) => {
          const changed = Buffer.from(payload);
          changed[at] = (changed[at] ?? 0) ^ by;
          const asked = { ...evidence, payload: changed };
          return !isProof(await verifyPkixAttestation(digest, asked, P256));
        },
      ),
    );
  });

  it.each<[string, () => string, string, RegExp]>([
    ['RSA of 1024 bits', () => pemOf(rsa(1024)), 'RSA_PSS_2048_SHA256', /RSA with 1024 bits/],
    [
      'RSA with the exponent 3',
      () => pemOf(generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })),
      'RSA_PSS_2048_SHA256',
      /exponent 3/,
    ],
    [
      'DSA',
      () => pemOf(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 })),
      'RSA_PSS_2048_SHA256',
      /DSA/,
    ],
    ['SHA-1', () => pemOf(PAIRS.rsa2048), 'RSA_SIGN_PKCS1_2048_SHA1', /SHA-1/],
    ['a size that is not the name’s', () => pemOf(PAIRS.rsa3072), 'RSA_PSS_2048_SHA256', /3072/],
    ['a curve that is not the name’s', () => pemOf(PAIRS.p384), 'ECDSA_P256_SHA256', /secp384r1/],
    ['P-256 as Ed25519', () => pemOf(PAIRS.p256), 'ED25519', /wanted ed25519/],
    ['Ed25519 as P-256', () => pemOf(PAIRS.ed25519), 'ECDSA_P256_SHA256', /ed25519/],
  ])('refuses by name %s', (_name, pem, algorithm, reason) => {
    expect(() => readPkixKey(pem(), algorithm)).toThrow(reason);
  });
});

describe('PGP', () => {
  const fingerprint = '32DD429B97ACFFB1F5A04CF3D9C9B4A0BB90D91F';
  const key = { id: fingerprint, asciiArmoredPgpPublicKey: readFixtureText('rsa.pub.asc') };
  const bytes = readFixture('payload.json');

  it.each([
    ['attached', 'rsa.armored.asc', new Uint8Array()],
    ['clearsigned', 'rsa.clearsigned.asc', bytes],
    ['detached', 'rsa.detached.asc', bytes],
  ])('verifies %s', async (_form, file, beside) => {
    const evidence = { signature: readFixture(file), payload: beside };
    const proof = await verifyPgpAttestation(digest, evidence, { key, imageName, now: NOW });
    expect(proof).toMatchObject({ kind: 'pgp', grade: 'verified', signer: fingerprint });
  });

  it.each([
    ['a detached one over other bytes', 'rsa.detached.asc', Buffer.from('{}'), 'bad-signature'],
    ['a detached one over nothing', 'rsa.detached.asc', new Uint8Array(), 'detached-signature'],
    ['an attached one beside another payload', 'rsa.armored.asc', Buffer.from('{}'), 'bad-payload'],
  ])('refuses %s', async (_name, file, beside, step) => {
    const evidence = { signature: readFixture(file), payload: beside };
    const answer = verifyPgpAttestation(digest, evidence, { key, imageName, now: NOW });
    expect(await refusedStep(answer)).toBe(step);
  });
});

describe('JWT', () => {
  it.each(ALGORITHMS)('verifies by a key for %s', async (name, pair, _hash, _how, alg) => {
    const compact = await token(CLAIMS, PAIRS[pair], { alg });
    const answer = await verifyJwtAttestation(digest, compact, trustIn(PAIRS[pair], name));
    expect(answer).toMatchObject({ kind: 'jwt', grade: 'verified', signer: idOf(PAIRS[pair]) });
  });

  it('holds until it expires', async () => {
    const seconds = Math.floor(NOW / 1e6);
    const compact = await token({ ...CLAIMS, iat: seconds, exp: seconds + 60 });
    const answer = await verifyJwtAttestation(digest, compact, P256);
    expect(answer).toMatchObject({ validUntil: (seconds + 60) * 1e6 });
  });

  const seconds = Math.floor(NOW / 1e6);
  it.each<[string, JsonObject, string]>([
    ['another digest', { ...CLAIMS, sub: `container:digest:${foreign}` }, 'payload-digest'],
    ['no subject', { aud: JWT_AUDIENCE, critical }, 'payload-digest'],
    ['no name', { sub: CLAIMS['sub'] ?? '', aud: JWT_AUDIENCE }, 'payload-name'],
    ['another audience', { ...CLAIMS, aud: 'x' }, 'bad-claims'],
    ['an unknown claim', { ...CLAIMS, admin: true }, 'bad-claims'],
    ['a time that is no number', { ...CLAIMS, exp: 'never' }, 'bad-claims'],
    ['a past end', { ...CLAIMS, exp: seconds - 1 }, 'signature-expired'],
    ['a start to come', { ...CLAIMS, nbf: seconds + 3600 }, 'signature-from-future'],
    ['an issue to come', { ...CLAIMS, iat: seconds + 3600 }, 'signature-from-future'],
    ['another payload in it', { ...CLAIMS, critical: {} }, 'bad-payload'],
  ])('refuses %s', async (_name, claims, step) => {
    expect(await refusedStep(verifyJwtAttestation(digest, await token(claims), P256))).toBe(step);
  });

  it.each<[string, (good: string) => string | Promise<string>, string]>([
    ['no algorithm', (good) => `${headed({ alg: 'none' })}.${good.split('.')[1]}.AA`, 'wrong-key'],
    ['another algorithm', (good) => replaced(good, { alg: 'HS256' }), 'wrong-key'],
    [
      'a key that it brings along',
      (good) => replaced(good, { alg: 'ES256', jwk: {} }),
      'bad-claims',
    ],
    ['crit', (good) => replaced(good, { alg: 'ES256', crit: ['b64'] }), 'bad-claims'],
    ['another type', (good) => replaced(good, { alg: 'ES256', typ: 'at+jwt' }), 'bad-structure'],
    [
      'another key',
      () => token(CLAIMS, generateKeyPairSync('ec', { namedCurve: 'P-256' })),
      'bad-signature',
    ],
    ['four parts', (good) => `${good}.x`, 'bad-structure'],
    ['no token', () => '', 'bad-structure'],
    ['endless data', () => 'a'.repeat(100_000), 'bad-structure'],
  ])('refuses %s', async (_name, change, step) => {
    const compact = await change(await token(CLAIMS));
    expect(await refusedStep(verifyJwtAttestation(digest, compact, P256))).toBe(step);
  });

  function headed(header: object): string {
    return Buffer.from(JSON.stringify(header)).toString('base64url');
  }
  function replaced(good: string, header: object): string {
    return [headed(header), ...good.split('.').slice(1)].join('.');
  }
});

describe('DSSE', () => {
  it('verifies a statement and hands it on', async () => {
    const answer = await verifyDsseAttestation(digest, envelope(STATEMENT), P256);
    expect(answer).toMatchObject({ kind: 'dsse', grade: 'verified', statement: STATEMENT });
  });

  const subject = (name: unknown, sha256: unknown): object => ({
    ...STATEMENT,
    subject: [{ name, digest: { sha256 } }],
  });
  const hex = digest.slice(7);

  it.each<[string, unknown, object, string]>([
    ['another digest', subject(imageName, foreign.slice(7)), {}, 'payload-digest'],
    ['another name', subject('gcr.io/demo-proj/other', hex), {}, 'payload-name'],
    ['a name by tag', subject(`${imageName}:v1`, hex), {}, 'payload-name'],
    ['a subject without a name', subject(undefined, hex), {}, 'payload-name'],
    [
      'the digest under another name',
      {
        ...STATEMENT,
        subject: [
          { name: imageName, digest: { sha256: foreign.slice(7) } },
          { name: 'gcr.io/demo-proj/other', digest: { sha256: hex } },
        ],
      },
      {},
      'payload-digest',
    ],
    ['no subjects', { ...STATEMENT, subject: [] }, {}, 'bad-payload'],
    ['too many subjects', { ...STATEMENT, subject: Array(1025).fill({}) }, {}, 'bad-payload'],
    ['another statement', { ...STATEMENT, _type: 'x' }, {}, 'payload-type'],
    ['another payload type', STATEMENT, { type: 'text/plain' }, 'payload-type'],
    ['a type that is not signed', STATEMENT, { signedType: 'text/plain' }, 'bad-signature'],
  ])('refuses %s', async (_name, statement, more, step) => {
    const answer = verifyDsseAttestation(digest, envelope(statement, more), P256);
    expect(await refusedStep(answer)).toBe(step);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['no signatures', { payloadType: STATEMENT_PAYLOAD, payload: '', signatures: [] }],
    ['signatures without bytes', { ...envelope(STATEMENT), signatures: [{}] }],
  ])('refuses an envelope that is %s', async (_name, evidence) => {
    const answer = verifyDsseAttestation(digest, evidence as JsonObject, P256);
    expect(await refusedStep(answer)).toBe('bad-structure');
  });
});

describe('a key that is revoked or retired', () => {
  const evidence = { payload, signature: signed(PAIRS.p256, 'sha256', payload) };
  const ask = (more: Partial<KeyTrust>): Promise<string> =>
    refusedStep(verifyPkixAttestation(digest, evidence, { ...P256, ...more }));
  const id = idOf(PAIRS.p256);

  it.each<[string, Partial<KeyTrust>, string]>([
    [
      'later than receipt still verifies',
      { standings: { [id]: { revokedFrom: 20 } }, received: 10 },
      'proof',
    ],
    [
      'before receipt is refused',
      { standings: { [id]: { revokedFrom: 10 } }, received: 10 },
      'key-revoked',
    ],
    [
      'verifies nothing without a trusted time',
      { standings: { [id]: { revokedFrom: NOW * 2 } } },
      'no-trusted-time',
    ],
    [
      'retired before receipt is refused',
      { standings: { [id]: { retiredFrom: 5 } }, received: 10 },
      'key-retired',
    ],
    [
      'retired later still verifies',
      { standings: { [id]: { retiredFrom: 15 } }, received: 10 },
      'proof',
    ],
    [
      'by an id that was only given counts for nothing',
      { standings: { k: { revokedFrom: 1 } } },
      'proof',
    ],
    ['another key’s is no matter', { standings: { other: { revokedFrom: 1 } } }, 'proof'],
  ])('%s', async (_name, more, step) => {
    expect(await ask(more)).toBe(step);
  });

  it('is told in the proof, with the time that counted', async () => {
    const trust = { ...P256, standings: { [id]: { revokedFrom: 20 } }, received: 10 };
    const proof = await verifyPkixAttestation(digest, evidence, trust);
    const told = '1970-01-01T00:00:00.000010Z, before the end of the key';
    expect(proof).toMatchObject({ trustedTime: 10 });
    expect(isProof(proof) && proof.checked.at(-1)).toBe(`received at ${told}`);
  });
});
