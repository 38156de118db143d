import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Attestor, AttestorKey } from '../domain/attestor.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { parseDigest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { NOW, readFixture, readFixtureText } from './testdata/fixtures.ts';
import { toCheck, verifyAttestation } from './verify-attestation.ts';
import { readPkixKey } from './verify-pkix.ts';

const digest = parseDigest(
  'sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3',
);
const image = { name: 'gcr.io/demo-proj/sample-k8s-app', digest };
const payload = readFixture('payload.json');
const fingerprint = '32DD429B97ACFFB1F5A04CF3D9C9B4A0BB90D91F';
const pgpKey = { id: fingerprint, asciiArmoredPgpPublicKey: readFixtureText('rsa.pub.asc') };
const signature = encodeBase64(readFixture('rsa.armored.asc'));
const signatures = [{ signature, publicKeyId: fingerprint }];

function attestor(...publicKeys: readonly AttestorKey[]): Attestor {
  const names = { name: 'projects/p/attestors/a', noteReference: 'projects/p/notes/n' };
  return { ...names, publicKeys, updateTime: NOW, etag: '' };
}

function occurrence(detail: JsonObject, more: Partial<Occurrence> = {}): Occurrence {
  return {
    name: 'projects/p/occurrences/o',
    kind: 'ATTESTATION',
    resourceUri: `https://${image.name}@${digest}`,
    noteName: 'projects/p/notes/n',
    createTime: NOW,
    updateTime: NOW,
    detail,
    ...more,
  };
}

async function check(found: Occurrence, by = attestor(pgpKey), asked = image) {
  const question = { occurrence: found, attestor: by, image: asked, now: NOW };
  return (await verifyAttestation(question)).map((one) => toCheck(found.name, one));
}

describe('verifyAttestation by PGP', () => {
  it.each([
    ['attached', { serializedPayload: encodeBase64(payload), signatures }],
    ['without serializedPayload', { signatures }],
    ['a reformatted serializedPayload', { serializedPayload: reformatted(), signatures }],
    ['a fingerprint in lower case', { signatures: signedAs(fingerprint.toLowerCase()) }],
    ['the openpgp4fpr form of the id', { signatures: signedAs(`openpgp4fpr:${fingerprint}`) }],
    ['URL-safe base64', { signatures: [{ ...signatures[0], signature: urlSafe(signature) }] }],
    ['clearsigned', { signatures: withFile('rsa.clearsigned.asc') }],
    ['binary', { signatures: withFile('rsa.binary.gpg') }],
  ])('verifies: %s', async (_name, detail) => {
    const checks = await check(occurrence(detail));
    expect(checks).toMatchObject([{ result: 'verified', occurrence: 'projects/p/occurrences/o' }]);
  });

  it('reads a resource URI without scheme', async () => {
    const found = occurrence({ signatures }, { resourceUri: `${image.name}@${digest}` });
    expect(await check(found)).toMatchObject([{ result: 'verified' }]);
  });

  it.each([
    ['another note', occurrence({ signatures }, { noteName: 'projects/q/notes/n' }), /note/],
    ['another kind', occurrence({ signatures }, { kind: 'BUILD' }), /kind BUILD/],
    [
      'another resource',
      occurrence({ signatures }, { resourceUri: `evil.io/x@${digest}` }),
      /about/,
    ],
    ['a broken resource', occurrence({ signatures }, { resourceUri: 'https://' }), /./],
    ['no signatures', occurrence({ serializedPayload: 'e30=' }), /no signatures/],
    ['too many', occurrence({ signatures: Array<JsonObject>(33).fill({}) }), /33 signatures/],
    ['an unknown key', occurrence({ signatures: signedAs('AA') }), /unknown key/],
    ['a signature that is no object', occurrence({ signatures: [1] }), /unknown key/],
    ['broken base64', occurrence({ signatures: [{ ...signatures[0], signature: '*' }] }), /base64/],
    ['another payload beside it', occurrence({ serializedPayload: 'e30=', signatures }), /differs/],
    ['a payload that is not JSON', occurrence({ serializedPayload: 'AAAA', signatures }), /JSON/],
    ['a payload that is no text', occurrence({ serializedPayload: 1, signatures }), /base64/],
    ['a detached signature', occurrence({ signatures: withFile('rsa.detached.asc') }), /detached/],
    ['another text', occurrence({ signatures: withFile('rsa.awkward.asc') }), /not JSON/],
    [
      'a signature by another key',
      occurrence({ signatures: withFile('ed.armored.asc') }),
      /not by/,
    ],
  ])('refuses %s', async (_name, found, reason) => {
    expect(await check(found)).toMatchObject([
      { result: 'refused', reason: expect.stringMatching(reason) },
    ]);
  });

  it.each([
    ['digest', { ...image, digest: parseDigest(`sha256:${'0'.repeat(64)}`) }],
    ['name', { ...image, name: 'gcr.io/demo-proj/other' }],
  ])(
    'refuses what was signed for another %s, even under the right resource',
    async (_name, asked) => {
      const resourceUri = `${asked.name}@${asked.digest}`;
      const checks = await check(
        occurrence({ signatures }, { resourceUri }),
        attestor(pgpKey),
        asked,
      );
      expect(checks).toMatchObject([
        { result: 'refused', reason: expect.stringMatching(/signed for the/) },
      ]);
    },
  );

  it('refuses a key stored under an id that is not its own', async () => {
    const checks = await check(
      occurrence({ signatures: signedAs('AB') }),
      attestor({ ...pgpKey, id: 'AB' }),
    );
    expect(checks).toMatchObject([
      { result: 'refused', reason: expect.stringContaining(fingerprint) },
    ]);
  });

  it('answers for each signature by itself', async () => {
    const checks = await check(occurrence({ signatures: [...signedAs('AA'), ...signatures] }));
    expect(checks.map((one) => one.result)).toEqual(['refused', 'verified']);
  });

  it('is undecided about a key of no known kind', async () => {
    const checks = await check(occurrence({ signatures: signedAs('k') }), attestor({ id: 'k' }));
    expect(checks).toMatchObject([{ result: 'undecided' }]);
  });
});

describe('verifyAttestation by PKIX', () => {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const made = {
    ECDSA_P256_SHA256: [p256, sign('sha256', payload, p256.privateKey)],
    EC_SIGN_P256_SHA256: [p256, sign('sha256', payload, p256.privateKey)],
    RSA_SIGN_PKCS1_2048_SHA256: [rsa, sign('sha256', payload, rsa.privateKey)],
    RSA_PSS_2048_SHA256: [rsa, sign('sha256', payload, { key: rsa.privateKey, ...pss })],
  } as const;

  function key(signatureAlgorithm: keyof typeof made): AttestorKey {
    const publicKeyPem = made[signatureAlgorithm][0].publicKey.export({
      type: 'spki',
      format: 'pem',
    });
    return {
      id: 'ni:///k',
      pkixPublicKey: { publicKeyPem: String(publicKeyPem), signatureAlgorithm },
    };
  }

  function signed(raw: Uint8Array, bytes = payload): Occurrence {
    const one = { signature: encodeBase64(raw), publicKeyId: 'ni:///k' };
    return occurrence({ serializedPayload: encodeBase64(bytes), signatures: [one] });
  }

  it.each(Object.keys(made) as (keyof typeof made)[])('verifies %s', async (algorithm) => {
    const checks = await check(signed(made[algorithm][1]), attestor(key(algorithm)));
    expect(checks).toMatchObject([{ result: 'verified' }]);
  });

  it('refuses changed bytes, the padding of another algorithm, and no payload', async () => {
    const by = attestor(key('RSA_PSS_2048_SHA256'));
    const good = made.RSA_PSS_2048_SHA256[1];
    const refused = [{ result: 'refused', reason: expect.stringMatching(/does not fit/) }];
    const changed = Uint8Array.from([...payload, 10]);
    expect(await check(signed(good, changed), by)).toMatchObject(refused);
    expect(await check(signed(made.RSA_SIGN_PKCS1_2048_SHA256[1]), by)).toMatchObject(refused);
    expect(await check(signed(good, new Uint8Array()), by)).toMatchObject(refused);
  });

  it('computes the default id and refuses keys that do not fit', () => {
    const pem = String(p256.publicKey.export({ type: 'spki', format: 'pem' }));
    const secret = String(p256.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    expect(readPkixKey(pem, 'ECDSA_P256_SHA256').id).toMatch(/^ni:\/\/\/sha-256;[\w-]{43}$/);
    expect(() => readPkixKey(pem, 'ECDSA_P384_SHA384')).toThrow(/wants secp384r1/);
    expect(() => readPkixKey(pem, 'RSA_PSS_2048_SHA256')).toThrow(/wants rsa 2048/);
    expect(() => readPkixKey(pem, 'ECDSA_constructor')).toThrow(/unknown/);
    expect(() => readPkixKey(secret, 'ECDSA_P256_SHA256')).toThrow(/private key/);
    expect(() => readPkixKey(`${pem}${pem}`, 'ECDSA_P256_SHA256')).toThrow(/exactly one/);
  });
});

function reformatted(): string {
  return encodeBase64(Buffer.from(JSON.stringify(JSON.parse(Buffer.from(payload).toString()))));
}

function signedAs(publicKeyId: string): JsonObject[] {
  return [{ signature, publicKeyId }];
}

function withFile(file: string): JsonObject[] {
  return [{ signature: encodeBase64(readFixture(file)), publicKeyId: fingerprint }];
}

function urlSafe(text: string): string {
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
