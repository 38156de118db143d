/**
 * The ways in which real verifiers were got past, as far as attestations go, by the classes of our
 * list of bypasses: 10 errors that become "allowed", 11 signatures that are bound to something
 * else, 13 PGP data that differ from what is read, 20 replay of what was good once, 21 a body that
 * ends the process. Each row must be refused by the step that it is about.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attestor, AttestorKey } from '../domain/attestor.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { type Digest, parseDigest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { isProof } from './proof.ts';
import { readPkixKey } from './verify-pkix.ts';
import { createSignaturePayload } from './signature-payload.ts';
import { NOW, readFixture, readFixtureText } from './testdata/fixtures.ts';
import { type AttestationQuestion, verifyAttestation } from './verify-attestation.ts';

const digest = parseDigest(
  'sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3',
);
const older = parseDigest(`sha256:${'0'.repeat(64)}`);
const image = { name: 'gcr.io/demo-proj/sample-k8s-app', digest };
const fingerprint = '32DD429B97ACFFB1F5A04CF3D9C9B4A0BB90D91F';
const pgpKey = { id: fingerprint, asciiArmoredPgpPublicKey: readFixtureText('rsa.pub.asc') };

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicKeyPem = String(pair.publicKey.export({ type: 'spki', format: 'pem' }));
const pkixPublicKey = { publicKeyPem, signatureAlgorithm: 'ECDSA_P256_SHA256' };
const pkixKey: AttestorKey = { id: 'k', pkixPublicKey };
const { id: pkixName } = readPkixKey(publicKeyPem, 'ECDSA_P256_SHA256');

function attestor(more: Partial<Attestor> = {}): Attestor {
  const names = { name: 'projects/p/attestors/a', noteReference: 'projects/p/notes/n' };
  return { ...names, publicKeys: [pgpKey, pkixKey], updateTime: NOW, etag: '', ...more };
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

function signedFor(asked: { name: string; digest: Digest }): JsonObject {
  const payload = Buffer.from(createSignaturePayload(asked));
  return signedBytes(payload);
}

function signedBytes(payload: Uint8Array): JsonObject {
  const signature = encodeBase64(sign('sha256', payload, pair.privateKey));
  return {
    serializedPayload: encodeBase64(payload),
    signatures: [{ signature, publicKeyId: 'k' }],
  };
}

function pgp(signature: string | Uint8Array, beside?: Uint8Array): JsonObject {
  const bytes = typeof signature === 'string' ? Buffer.from(signature) : signature;
  return {
    ...(beside === undefined ? {} : { serializedPayload: encodeBase64(beside) }),
    signatures: [{ signature: encodeBase64(bytes), publicKeyId: fingerprint }],
  };
}

function envelope(statement: unknown): JsonObject {
  const type = 'application/vnd.in-toto+json';
  const bytes = Buffer.from(JSON.stringify(statement));
  const head = `DSSEv1 ${type.length} ${type} ${bytes.length} `;
  const sig = sign('sha256', Buffer.concat([Buffer.from(head), bytes]), pair.privateKey);
  const payload = encodeBase64(bytes);
  return { payloadType: type, payload, signatures: [{ sig: encodeBase64(sig) }] };
}

const good = signedFor(image);
const clear = readFixtureText('rsa.clearsigned.asc');
const attached = readFixtureText('rsa.armored.asc');
const other = Buffer.from(createSignaturePayload({ name: image.name, digest: older }));

interface Row extends Partial<AttestationQuestion> {
  readonly detail?: JsonObject;
  readonly more?: Partial<Occurrence>;
}

const broken = (): Promise<never> => Promise.reject(new TypeError('undefined is not a function'));
const noPem = { ...pkixKey, pkixPublicKey: { ...pkixPublicKey, publicKeyPem: 'x' } };
const standings = { [pkixName]: { revokedFrom: 100 } };
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: image.name, digest: { sha256: older.slice(7) } }],
  predicateType: 'https://slsa.dev/provenance/v1',
  predicate: {},
};

const ROWS: readonly [number, string, Row, string][] = [
  [10, 'a key reader that throws', { detail: pgp(clear), readKey: broken }, 'bad-signature'],
  [10, 'a key that cannot be read', { attestor: attestor({ publicKeys: [noPem] }) }, 'bad-key'],
  [10, 'a key of no kind', { attestor: attestor({ publicKeys: [{ id: 'k' }] }) }, 'unsupported'],
  [10, 'an attestor without keys', { attestor: attestor({ publicKeys: [] }) }, 'unknown-key'],
  [10, 'no signature at all', { detail: { serializedPayload: 'AAAA' } }, 'no-signature'],
  [
    10,
    'a statement of another type in a good envelope',
    { detail: {}, more: { envelope: envelope({ ...statement, _type: 'x' }) } },
    'payload-type',
  ],
  [
    11,
    'a signature for another digest',
    { detail: signedFor({ ...image, digest: older }) },
    'payload-digest',
  ],
  [
    11,
    'a signature for another name',
    { detail: signedFor({ ...image, name: 'gcr.io/x/y' }) },
    'payload-name',
  ],
  [
    11,
    'a good signature under a foreign image',
    { more: { resourceUri: `gcr.io/x/y@${digest}` } },
    'resource',
  ],
  [
    11,
    'a good signature under a foreign note',
    { more: { noteName: 'projects/q/notes/n' } },
    'note',
  ],
  [
    11,
    'a statement about another digest',
    { detail: {}, more: { envelope: envelope(statement) } },
    'payload-digest',
  ],
  [
    11,
    'a digest in optional, which is not read',
    {
      detail: signedBytes(
        Buffer.from(
          JSON.stringify({
            ...(JSON.parse(other.toString()) as JsonObject),
            optional: { 'docker-manifest-digest': digest },
          }),
        ),
      ),
    },
    'payload-digest',
  ],
  [
    11,
    'a payload that says two digests',
    {
      detail: signedBytes(
        Buffer.from(
          createSignaturePayload(image).replace(
            '"docker-manifest-digest"',
            `"docker-manifest-digest": "${older}", "docker-manifest-digest"`,
          ),
        ),
      ),
    },
    'bad-payload',
  ],
  [
    13,
    'another payload beside the attached one',
    { detail: pgp(readFixture('rsa.armored.asc'), other) },
    'bad-payload',
  ],
  [13, 'text before the clearsigned message', { detail: pgp(`x\n${clear}`) }, 'bad-cleartext'],
  [
    13,
    'a header smuggled into the clearsigned message',
    { detail: pgp(clear.replace('Hash: ', 'Comment: x\nHash: ')) },
    'bad-cleartext',
  ],
  [
    13,
    'a second message behind the first',
    { detail: pgp(`${attached}\n${attached}`) },
    'bad-armor',
  ],
  [
    13,
    'two signatures in one message',
    { detail: pgp(readFixture('two.asc')) },
    'several-signatures',
  ],
  [
    13,
    'a detached signature over other bytes',
    { detail: pgp(readFixture('rsa.detached.asc'), other) },
    'bad-signature',
  ],
  [
    20,
    'a signature that was good for an older image',
    { detail: signedFor({ ...image, digest: older }) },
    'payload-digest',
  ],
  [
    20,
    'a revoked key, received after its end',
    { attestor: attestor({ standings }), received: 100 },
    'key-revoked',
  ],
  [
    20,
    'a revoked key, received nobody knows when',
    { attestor: attestor({ standings }) },
    'no-trusted-time',
  ],
  [
    20,
    'a revoked key in an occurrence that says it is old',
    { attestor: attestor({ standings }), more: { createTime: 1, updateTime: 1 } },
    'no-trusted-time',
  ],
  [
    21,
    'a token that names no key, of an attestor with many',
    {
      attestor: attestor({
        publicKeys: Array.from({ length: 9 }, (_, id) => ({ ...pkixKey, id: `k${id}` })),
      }),
      detail: { jwts: [{ compactJwt: 'e30.e30.AA' }] },
    },
    'unknown-key',
  ],
  [21, 'signatures that are no list', { detail: { signatures: {} } }, 'bad-structure'],
  [
    21,
    'a hundred thousand signatures',
    { detail: { signatures: Array(100_000).fill({}) } },
    'too-large',
  ],
  [
    21,
    'an envelope that is null',
    { detail: {}, more: { envelope: null as never } },
    'bad-structure',
  ],
];

async function steps({ detail = good, more, ...asked }: Row): Promise<readonly string[]> {
  const question = { attestor: attestor(), image, now: NOW, ...asked };
  const answers = await verifyAttestation({ ...question, occurrence: occurrence(detail, more) });
  return answers.map(({ answer }) => (isProof(answer) ? 'proof' : answer.step));
}

describe('an attestation', () => {
  it('of which nothing is wrong is a proof', async () => {
    expect(await steps({})).toEqual(['proof']);
    expect(await steps({ detail: pgp(clear) })).toEqual(['proof']);
    expect(await steps({ attestor: attestor({ standings }), received: 99 })).toEqual(['proof']);
  });

  it.each(ROWS)('class %i: %s', async (_class, _name, row, step) => {
    expect(await steps(row)).toEqual([step]);
  });

  it('whatever its bytes and shapes are ends in answers, never in a proof (property)', async () => {
    const value = fc.jsonValue({ maxDepth: 4 });
    const detail = fc.record(
      { serializedPayload: value, signatures: value, jwts: value, envelope: value },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(detail, value, async (made, beside) => {
        const found = await steps({
          detail: made as JsonObject,
          more: { kind: 'DSSE_ATTESTATION', envelope: beside as JsonObject },
        });
        return found.length > 0 && !found.includes('proof');
      }),
    );
  });

  it('with one byte of its signature changed is no proof (property)', async () => {
    const [one] = good['signatures'] as readonly { readonly signature: string }[];
    const raw = Buffer.from(one?.signature ?? '', 'base64');
    await fc.assert(
      fc.asyncProperty(fc.nat(raw.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(raw);
        changed[at] = (changed[at] ?? 0) ^ by;
        const signatures = [{ ...one, signature: encodeBase64(changed) }];
        return !(await steps({ detail: { ...good, signatures } })).includes('proof');
      }),
    );
  });
});
