import fc from 'fast-check';
import { generateKey } from 'openpgp';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../domain/time.ts';
import { encodeBase64 } from '../domain/base64.ts';
import { isAssayError } from '../domain/error.ts';
import { readArmor } from './pgp-armor.ts';
import { checkPgpKey, readPgpKey } from './read-pgp-key.ts';
import { readFixtureText } from './testdata/fixtures.ts';

const rsa = readFixtureText('rsa.pub.asc');

async function refusalOf(armored: string): Promise<unknown> {
  return readPgpKey(armored).then(
    () => 'accepted',
    (error: unknown) => error,
  );
}

describe('readPgpKey', () => {
  it.each([
    ['RSA 2048', 'rsa', '32DD429B97ACFFB1F5A04CF3D9C9B4A0BB90D91F'],
    ['Ed25519', 'ed', 'C251A2235C1166C4136756D17CE65CD606C0D17B'],
    ['NIST P-384', 'nist', 'F2502242D5D2BE9FA20B2B43CC544C8FC4C03F07'],
    [
      'a certify-only key with a signing subkey',
      'master',
      '74581E37376EC629804F64788907C4DE637EEE5F',
    ],
  ])('recomputes the fingerprint of %s', async (_name, file, fingerprint) => {
    const key = await readPgpKey(readFixtureText(`${file}.pub.asc`));
    expect(key).toMatchObject({ fingerprint });
    expect(key.expiresAt).toBeUndefined();
  });

  it.each([
    ['RSA below 2048 bits', 'short', 'weak-key', /1024 bits/],
    ['DSA', 'dsa', 'weak-key', /DSA/],
    ['secp256k1', 'k1', 'weak-key', /secp256k1/],
    ['a self-signature by SHA-1', 'sha1', 'weak-hash', /SHA-1/],
    ['a revoked key', 'revoked', 'key-revoked', /revoked/],
    [
      'a key whose only signing subkey is revoked',
      'master-subkey-revoked',
      'key-revoked',
      /subkeys/,
    ],
    ['a key that may only certify', 'nosign', 'key-may-not-sign', /may sign/],
  ])('refuses %s by name', async (_name, file, refusal, message) => {
    expect(await refusalOf(readFixtureText(`${file}.pub.asc`))).toMatchObject({
      code: 'invalid-key',
      message: expect.stringMatching(message),
      details: { refusal },
    });
  });

  it.each([
    ['no armor', 'hello', 'bad-armor'],
    ['nothing', '', 'bad-armor'],
    ['two blocks', rsa + readFixtureText('ed.pub.asc'), 'bad-armor'],
    ['text before', `x\n${rsa}`, 'bad-armor'],
    ['a signature', readFixtureText('rsa.detached.asc'), 'bad-key'],
    ['a damaged block', rsa.replace(/[a-z]{2}(?=\n)/, 'QQ'), 'bad-armor'],
    ['too much text', rsa + '\n'.repeat(300_000), 'too-large'],
  ])('refuses %s', async (_name, text, refusal) => {
    expect(await refusalOf(text)).toMatchObject({ code: 'invalid-key', details: { refusal } });
  });

  it('refuses a private key and says what to do, without repeating any of it', async () => {
    const { privateKey } = await generateKey({ userIDs: { name: 'a' }, type: 'ecc' });
    const error = await refusalOf(privateKey);
    expect(error).toMatchObject({ details: { refusal: 'private-key' } });
    expect(String(error)).toContain('export the public one');
    const disguised = privateKey.replaceAll('PRIVATE', 'PUBLIC');
    expect(await refusalOf(disguised)).toMatchObject({ details: { refusal: 'private-key' } });
  });
});

describe('readPgpKey on changed keys', () => {
  it('accepts them or refuses them as invalid-key, and throws nothing else', async () => {
    const change = fc.record({
      at: fc.nat(),
      length: fc.nat(3),
      put: fc.uint8Array({ maxLength: 3 }),
    });
    const { bytes } = readArmor(readFixtureText('master.pub.asc'));
    await fc.assert(
      fc.asyncProperty(change, async ({ at, length, put }) => {
        const from = at % bytes.length;
        const parts = [bytes.subarray(0, from), put, bytes.subarray(from + length)];
        const outcome = await refusalOf(armored(Buffer.concat(parts)));
        expect(outcome === 'accepted' || isAssayError(outcome, 'invalid-key')).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

function armored(bytes: Uint8Array): string {
  const label = 'PGP PUBLIC KEY BLOCK-----';
  return `-----BEGIN ${label}\n\n${encodeBase64(bytes)}\n-----END ${label}\n`;
}

describe('checkPgpKey', () => {
  it('names the date from which a key is expired', async () => {
    const key = await readPgpKey(readFixtureText('expired.pub.asc'));
    expect(checkPgpKey(key, parseTime('2026-11-05T11:59:59Z'))).toBeUndefined();
    expect(checkPgpKey(key, parseTime('2026-11-05T12:00:00Z'))).toMatchObject({
      code: 'key-expired',
      reason: expect.stringContaining('2026-11-05T12:00:00.000000Z'),
    });
  });
});
