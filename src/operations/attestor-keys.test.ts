/** Thresholds and ends of keys outlast whatever is done to an attestor by either API. */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { parseDigest } from '../domain/digest.ts';
import { SECOND } from '../domain/time.ts';
import { attestorFromJson, attestorToJson } from '../google/attestor-message.ts';
import { readPgpKey } from '../signing/read-pgp-key.ts';
import { createSignaturePayload } from '../signing/signature-payload.ts';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import { addAttestorKeys } from './add-attestor-keys.ts';
import { createAttestation } from './create-attestation.ts';
import { removeAttestorKey, retireAttestorKey, revokeAttestorKey } from './end-attestor-key.ts';
import { getAttestor } from './get-attestor.ts';
import { createProofMemory } from './proof-memory.ts';
import { setAttestorThreshold } from './set-attestor-threshold.ts';
import { startAttestor } from './start-attestor.ts';
import { updateAttestor } from './update-attestor.ts';
import { updateOccurrence } from './update-occurrence.ts';
import { verifyImage } from './verify-image.ts';

const caller: Caller = { name: 'test', grants: [{ role: 'admin' }] };
const digest = parseDigest(`sha256:${'ab'.repeat(32)}`);
const image = `registry.example/app@${digest}`;
const payload = Buffer.from(createSignaturePayload({ name: 'registry.example/app', digest }));

interface Key {
  readonly text: string;
  readonly privateKey: KeyObject;
}

function makeKey(): Key {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { text: String(publicKey.export({ type: 'spki', format: 'pem' })), privateKey };
}

let fake: FakeDeps;
let clock = NOW;
let count = 0;
let which = { caller, project: 'shop', name: '' };
let keys: readonly Key[] = [];
let ids: readonly string[] = [];

beforeAll(async () => {
  const checkAttestation = createProofMemory(100, readPgpKey);
  fake = await openFakeDeps({ now: () => clock, checkAttestation });
});
afterAll(() => fake.close());

beforeEach(async () => {
  count += 1;
  clock = NOW + count * 1000 * SECOND;
  which = { ...which, name: `a${count}` };
  keys = [makeKey(), makeKey()];
  const made = await startAttestor(fake.deps, {
    ...which,
    keys: keys.map(({ text }) => ({ text })),
  });
  ids = made.keys.map(({ id }) => id);
});

const resource = (): string => `projects/shop/attestors/${which.name}`;

async function attest(index: number, publicKeyId = ids[index] ?? ''): Promise<string> {
  const key = keys[index]?.privateKey ?? makeKey().privateKey;
  const made = await createAttestation(fake.deps, {
    caller,
    project: 'shop',
    attestor: resource(),
    image,
    payload: encodeBase64(payload),
    signature: encodeBase64(sign('sha256', payload, key)),
    publicKeyId,
  });
  return made.occurrence;
}

async function outcome(): Promise<string> {
  const asked = { caller, project: 'shop', image, attestor: resource() };
  const { outcome: answer, refusals } = await verifyImage(fake.deps, asked);
  return answer === 'allow' ? 'allow' : `${answer} ${refusals[0]?.step ?? ''}`.trim();
}

async function updateByGoogle(): Promise<void> {
  const known = await getAttestor(fake.deps, { caller, name: resource() });
  const { noteReference, publicKeys } = known;
  const attestor = { noteReference, publicKeys, description: 'said by gcloud' };
  await updateAttestor(fake.deps, { caller, name: resource(), attestor });
}

describe('an Ed25519 key', () => {
  it('comes by Google’s messages without an algorithm, and goes so', async () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const publicKeyPem = String(publicKey.export({ type: 'spki', format: 'pem' }));
    const { noteReference } = await getAttestor(fake.deps, { caller, name: resource() });
    const publicKeys = [{ pkixPublicKey: { publicKeyPem } }];
    const given = { userOwnedGrafeasNote: { noteReference, publicKeys } };
    const attestor = attestorFromJson('v1', given);
    const made = await updateAttestor(fake.deps, { caller, name: resource(), attestor });
    expect(made.publicKeys[0]?.pkixPublicKey?.signatureAlgorithm).toBe('ED25519');
    const printed = attestorToJson('v1', made)['userOwnedGrafeasNote'];
    expect(printed).toMatchObject({ publicKeys: [{ pkixPublicKey: { publicKeyPem } }] });
    expect(JSON.stringify(printed)).not.toContain('signatureAlgorithm');
    const again = attestorFromJson('v1', attestorToJson('v1', made));
    const same = await updateAttestor(fake.deps, { caller, name: resource(), attestor: again });
    expect(same.publicKeys).toEqual(made.publicKeys);
  });
});

describe('a threshold', () => {
  it('is met by different keys only, whatever ids they have', async () => {
    await setAttestorThreshold(fake.deps, { ...which, threshold: 2 });
    await attest(0);
    expect(await outcome()).toBe('deny');
    const known = await getAttestor(fake.deps, { caller, name: resource() });
    const { noteReference, publicKeys } = known;
    const again = { ...publicKeys[0], id: 'ni:///another' };
    const attestor = { noteReference, publicKeys: [...publicKeys, again] };
    await updateAttestor(fake.deps, { caller, name: resource(), attestor });
    await attest(0, 'ni:///another');
    expect(await outcome()).toBe('deny');
    await attest(1);
    expect(await outcome()).toBe('allow');
  });

  it('stays through an update by Google’s API', async () => {
    await setAttestorThreshold(fake.deps, { ...which, threshold: 2 });
    await updateByGoogle();
    await attest(0);
    expect(await outcome()).toBe('deny');
  });
});

describe('a key that is revoked', () => {
  it('counts where it was received before, and not from then on', async () => {
    await attest(0);
    clock += 10 * SECOND;
    await revokeAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '' });
    expect(await outcome()).toBe('allow');
    await revokeAttestorKey(fake.deps, {
      ...which,
      keyId: ids[0] ?? '',
      from: clock - 60 * SECOND,
    });
    expect(await outcome()).toBe('deny key-revoked');
    await expect(attest(0)).rejects.toThrow(/would not verify \[key-revoked\]/);
  });

  it('does not count in an old attestation that was changed since', async () => {
    const name = await attest(0);
    clock += 10 * SECOND;
    await revokeAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '' });
    clock += 10 * SECOND;
    await updateOccurrence(fake.deps, { caller, name, patch: (before) => before });
    expect(await outcome()).toBe('deny key-revoked');
  });

  it('stays revoked through updates, removal and another id', async () => {
    await attest(0);
    await revokeAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '', from: 0 });
    await updateByGoogle();
    expect(await outcome()).toBe('deny key-revoked');
    await removeAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '' });
    const text = keys[0]?.text ?? '';
    const adding = addAttestorKeys(fake.deps, { ...which, keys: [{ text }] });
    await expect(adding).rejects.toThrow(/is not added again/);
    const pkixPublicKey = { publicKeyPem: text, signatureAlgorithm: 'ECDSA_P256_SHA256' };
    const { noteReference } = await getAttestor(fake.deps, { caller, name: resource() });
    const attestor = { noteReference, publicKeys: [{ id: 'ni:///new', pkixPublicKey }] };
    const updating = updateAttestor(fake.deps, { caller, name: resource(), attestor });
    await expect(updating).rejects.toThrow(/is not added again/);
  });

  it('is never un-revoked', async () => {
    await revokeAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '', from: 10 });
    const later = revokeAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '', from: 11 });
    await expect(later).rejects.toThrow(/moved back in time/);
  });
});

describe('a key that is retired', () => {
  it('counts for what was received before only', async () => {
    await attest(0);
    clock += SECOND;
    await retireAttestorKey(fake.deps, { ...which, keyId: ids[0] ?? '' });
    expect(await outcome()).toBe('allow');
    clock += SECOND;
    await expect(attest(0)).rejects.toThrow(/would not verify \[key-retired\]/);
    await attest(1);
  });
});

describe('an image by a key in place of an attestor', () => {
  const byKey = async (key: Key | undefined): Promise<string> => {
    const given = [{ text: key?.text ?? '' }];
    const asked = { caller, project: 'shop', image, keys: given };
    return (await verifyImage(fake.deps, asked)).outcome;
  };

  it('is verified by attestations of whichever attestor', async () => {
    await attest(0);
    expect(await byKey(keys[0])).toBe('allow');
    expect(await byKey(makeKey())).toBe('deny');
  });

  it('is undecided where there is more than is looked at', async () => {
    for (let made = 0; made < 100; made += 1) await attest(0);
    expect(await byKey(makeKey())).toBe('undecided');
  });
});

describe('an attestation that would convince nobody', () => {
  it('is not written', async () => {
    await expect(attest(5)).rejects.toThrow(/unknown-key/);
    await expect(attest(5, ids[0])).rejects.toThrow(/bad-signature/);
    expect(await outcome()).toBe('deny');
  });
});
