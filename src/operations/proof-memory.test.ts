/** A remembered proof answers only for exactly what was checked, and not for long. */
import { generateKey, sign, createMessage, readKey, readPrivateKey } from 'openpgp';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Attestor } from '../domain/attestor.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { parseDigest } from '../domain/digest.ts';
import type { Occurrence } from '../domain/note.ts';
import { HOUR, SECOND } from '../domain/time.ts';
import { readPgpKey } from '../signing/read-pgp-key.ts';
import { createSignaturePayload } from '../signing/signature-payload.ts';
import type { AttestationQuestion } from '../signing/verify-attestation.ts';
import { createProofMemory } from './proof-memory.ts';

const digest = parseDigest(`sha256:${'a'.repeat(64)}`);
const other = parseDigest(`sha256:${'b'.repeat(64)}`);
const image = { name: 'registry.example.com/app', digest };

let question: AttestationQuestion;

beforeAll(async () => {
  question = await signedQuestion({});
});

async function signedQuestion(options: {
  keyExpirationTime?: number;
}): Promise<AttestationQuestion> {
  const { publicKey, privateKey } = await generateKey({ userIDs: [{ name: 'Test' }], ...options });
  const id = (await readKey({ armoredKey: publicKey })).getFingerprint().toUpperCase();
  const binary = new TextEncoder().encode(createSignaturePayload(image));
  const message = await createMessage({ binary });
  const signingKeys = await readPrivateKey({ armoredKey: privateKey });
  const signature = encodeBase64(await sign({ message, signingKeys, format: 'binary' }));
  const names = { name: 'projects/p/attestors/a', noteReference: 'projects/p/notes/n' };
  const publicKeys = [{ id, asciiArmoredPgpPublicKey: publicKey }];
  const attestor: Attestor = { ...names, publicKeys, updateTime: 0, etag: '' };
  const occurrence: Occurrence = {
    name: 'projects/p/occurrences/o',
    kind: 'ATTESTATION',
    resourceUri: `https://${image.name}@${digest}`,
    noteName: names.noteReference,
    createTime: 0,
    updateTime: 0,
    detail: { signatures: [{ signature, publicKeyId: id }] },
  };
  return { occurrence, attestor, image, now: Date.now() * 1000 };
}

describe('createProofMemory', () => {
  it('answers a proven question from memory for at most an hour', async () => {
    const check = createProofMemory(10, readPgpKey);
    const first = await check(question);
    expect(first.checks).toMatchObject([{ result: 'verified' }]);
    expect(first.validUntil).toBeLessThanOrEqual(question.now + HOUR);
    expect(await check({ ...question, now: first.validUntil - 1 })).toBe(first);
    expect(await check({ ...question, now: first.validUntil })).not.toBe(first);
  });

  it.each([
    ['another image', () => ({ image: { ...image, digest: other } })],
    ['an attestor without keys', () => ({ attestor: { ...question.attestor, publicKeys: [] } })],
    [
      'another note',
      () => ({ attestor: { ...question.attestor, noteReference: 'projects/p/notes/m' } }),
    ],
    ['another signature', () => ({ occurrence: { ...question.occurrence, detail: {} } })],
  ])('checks anew for %s', async (_what, change) => {
    const check = createProofMemory(10, readPgpKey);
    await check(question);
    const { checks, validUntil } = await check({ ...question, ...change() });
    expect(checks.map(({ result }) => result)).toEqual(['refused']);
    expect(validUntil).toBeLessThanOrEqual(question.now + 60 * SECOND);
  });

  it('verifies once for a thousand who ask at the same time', async () => {
    let reads = 0;
    const check = createProofMemory(10, async (armored) => {
      reads += 1;
      return readPgpKey(armored);
    });
    const answers = await Promise.all(Array.from({ length: 1000 }, () => check(question)));
    expect(new Set(answers).size).toBe(1);
    expect(reads).toBe(1);
  });

  it.each([
    ['the key is revoked', { standings: true }, undefined],
    ['more keys are wanted', { threshold: 2 }, undefined],
    ['it was received anew', {}, 5],
  ])('checks anew when %s', async (_what, change, received) => {
    const check = createProofMemory(10, readPgpKey);
    const first = await check(question);
    const { publicKeys } = question.attestor;
    const standings = { [publicKeys[0]?.id ?? '']: { revokedFrom: 1 } };
    const changed = 'standings' in change ? { standings } : change;
    const attestor = { ...question.attestor, ...changed };
    const again = { ...question, attestor, ...(received === undefined ? {} : { received }) };
    expect(await check(again)).not.toBe(first);
  });

  it('ends with the key', async () => {
    const expiring = await signedQuestion({ keyExpirationTime: 600 });
    const { validUntil } = await createProofMemory(10, readPgpKey)(expiring);
    expect(validUntil).toBeLessThanOrEqual(Date.now() * 1000 + 600 * SECOND);
  });

  it('keeps no more than its capacity', async () => {
    const check = createProofMemory(1, readPgpKey);
    const first = await check(question);
    await check({ ...question, image: { ...image, digest: other } });
    expect(await check(question)).not.toBe(first);
  });
});
