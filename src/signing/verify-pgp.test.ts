import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTime } from '../domain/time.ts';
import { readArmor } from './pgp-armor.ts';
import { readPackets, writePacket } from './pgp-packets.ts';
import { readPgpKey } from './read-pgp-key.ts';
import type { PgpKey } from './read-pgp-key.ts';
import { NOW, readFixture, readFixtureText } from './testdata/fixtures.ts';
import { verifyPgpSignature } from './verify-pgp.ts';

const payload = readFixtureText('payload.json');
const clear = readFixtureText('rsa.clearsigned.asc');
const keys = new Map<string, PgpKey>();

beforeAll(async () => {
  for (const name of ['rsa', 'ed', 'ed-prolonged', 'nist', 'master', 'expired']) {
    keys.set(name, await readPgpKey(readFixtureText(`${name}.pub.asc`)));
  }
});

function keyOf(name: string): PgpKey {
  const key = keys.get(name);
  if (key === undefined) throw new Error(`no key ${name}`);
  return key;
}

async function verify(signature: Uint8Array | string, name = 'rsa', now = NOW): Promise<unknown> {
  const key = keyOf(name);
  const bytes = typeof signature === 'string' ? new TextEncoder().encode(signature) : signature;
  const result = await verifyPgpSignature({ signature: bytes, key, now });
  return result.ok ? Buffer.from(result.payload).toString('utf8') : result.code;
}

/** The packets of the uncompressed message: one-pass, literal, signature. */
function packets(): Uint8Array[] {
  const { bytes } = readArmor(readFixtureText('rsa.uncompressed.asc'));
  return readPackets(bytes, 9).map(writePacket);
}

function join(...parts: readonly (Uint8Array | undefined)[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts.map((part) => part ?? new Uint8Array())));
}

/** The packet with one octet of its body changed. */
function edit(packet: Uint8Array | undefined, at: number, value: number): Uint8Array {
  const copy = join(packet);
  copy[6 + at] = value;
  return copy;
}

function compressed(bytes: Uint8Array): Uint8Array {
  return writePacket({ tag: 8, body: join(Uint8Array.of(1), deflateRawSync(bytes)) });
}

describe('verifyPgpSignature: what the stock gpg makes', () => {
  it.each([
    ['binary', 'rsa.binary.gpg', 'rsa'],
    ['armored', 'rsa.armored.asc', 'rsa'],
    ['from standard input', 'rsa.stdin.asc', 'rsa'],
    ['uncompressed', 'rsa.uncompressed.asc', 'rsa'],
    ['by ZLIB', 'rsa.zlib.asc', 'rsa'],
    ['by BZIP2', 'rsa.bzip2.asc', 'rsa'],
    ['Ed25519', 'ed.armored.asc', 'ed'],
    ['Ed25519, key prolonged later', 'ed.armored.asc', 'ed-prolonged'],
    ['NIST P-384', 'nist.armored.asc', 'nist'],
    ['signed by a subkey', 'master.armored.asc', 'master'],
  ])('attached: %s', async (_name, file, key) => {
    expect(await verify(readFixture(file), key)).toBe(payload);
  });

  it('attached: a literal packet in parts', async () => {
    expect(await verify(readFixture('rsa.partial.asc'))).toBe(' '.repeat(3000) + payload);
  });

  it.each([
    ['text mode has CRLF', 'rsa.textmode.asc', 'rsa', payload.replaceAll('\n', '\r\n')],
    ['clearsigned', 'rsa.clearsigned.asc', 'rsa', payload.trimEnd().replaceAll('\n', '\r\n')],
    [
      'clearsigned by Ed25519',
      'ed.clearsigned.asc',
      'ed',
      payload.trimEnd().replaceAll('\n', '\r\n'),
    ],
    ['blanks at line ends', 'rsa.trailing.asc', 'rsa', payload.trimEnd().replaceAll('\n', '\r\n')],
    ['dashes', 'rsa.awkward.asc', 'rsa', '- dash\r\n-----BEGIN X\r\n trailing\r\nlast'],
  ])('text: %s', async (_name, file, key, text) => {
    expect(await verify(readFixture(file), key)).toBe(text);
  });

  it('clearsigned: with CRLF line ends', async () => {
    const text = payload.trimEnd().replaceAll('\n', '\r\n');
    expect(await verify(clear.replaceAll('\n', '\r\n'))).toBe(text);
  });
});

describe('verifyPgpSignature: what is refused by name', () => {
  it.each([
    ['a detached signature', 'rsa.detached.asc', 'rsa', 'detached-signature'],
    ['two signatures', 'two.asc', 'rsa', 'several-signatures'],
    ['SHA-1', 'rsa.sha1.asc', 'rsa', 'weak-hash'],
    ['SHA-1, clearsigned', 'rsa.sha1-clear.asc', 'rsa', 'weak-hash'],
    ['RIPEMD-160', 'rsa.ripemd.asc', 'rsa', 'weak-hash'],
    ['an expired signature', 'rsa.expires.asc', 'rsa', 'signature-expired'],
    ['an encrypted message', 'rsa.encrypted.asc', 'rsa', 'encrypted-message'],
    ['another key', 'ed.armored.asc', 'rsa', 'wrong-key'],
    ['an expired key', 'expired.armored.asc', 'expired', 'key-expired'],
    ['a public key', 'rsa.pub.asc', 'rsa', 'bad-structure'],
  ])('%s', async (_name, file, key, code) => {
    expect(await verify(readFixture(file), key)).toBe(code);
  });

  it('a date more than five minutes ahead', async () => {
    const signed = readFixture('rsa.armored.asc');
    expect(await verify(signed, 'rsa', parseTime('2026-11-02T11:54:59Z'))).toBe(
      'signature-from-future',
    );
    expect(await verify(signed, 'rsa', parseTime('2026-11-02T11:55:01Z'))).toBe(payload);
  });

  it('a subkey that is revoked meanwhile', async () => {
    const key = keys.get('master');
    const subkey = key?.key.subkeys[0]?.getFingerprint().toUpperCase() ?? '';
    if (key === undefined) throw new Error('no key');
    keys.set('half', { ...key, revokedSubkeys: new Set([subkey]) });
    expect(await verify(readFixture('master.armored.asc'), 'half')).toBe('key-revoked');
  });

  it.each([
    ['nothing', '', 'bad-structure'],
    ['text', 'hello', 'bad-armor'],
    ['text before an armor', `x\n${readFixtureText('rsa.armored.asc')}`, 'bad-armor'],
    ['text after an armor', `${readFixtureText('rsa.armored.asc')}x`, 'bad-armor'],
    ['text before clear text', `x\n${clear}`, 'bad-cleartext'],
    ['text after clear text', `${clear}x\n`, 'bad-armor'],
    ['two clear texts', clear + clear, 'bad-armor'],
    ['a second armor after clear text', clear + readFixtureText('rsa.armored.asc'), 'bad-armor'],
    ['another header', clear.replace('Hash: SHA512', 'Hash: SHA512\nComment: x'), 'bad-cleartext'],
    ['text among headers', clear.replace('Hash: SHA512', 'Hash: SHA512\n {}'), 'bad-cleartext'],
    ['text in the Hash header', clear.replace('SHA512', 'SHA512 {}'), 'bad-cleartext'],
    ['a blank in the empty line', clear.replace('\n\n', '\n \n'), 'bad-cleartext'],
    ['another hash in the header', clear.replace('SHA512', 'SHA256'), 'bad-cleartext'],
    ['an unescaped dash', clear.replace('{', '-{'), 'bad-cleartext'],
    ['changed clear text', clear.replace('1dd9', '1dd8'), 'bad-signature'],
    [
      'clear text without signature',
      clear.slice(0, clear.indexOf('-----BEGIN PGP SIGNATURE')),
      'bad-cleartext',
    ],
    ['a byte order mark', `\uFEFF${clear}`, 'bad-cleartext'],
  ])('%s', async (_name, text, code) => {
    expect(await verify(text)).toBe(code);
  });
});

describe('verifyPgpSignature: messages put together by an attacker', () => {
  const [onePass, literal, signature] = packets();
  const forged = writePacket({
    tag: 11,
    body: join(Uint8Array.of(0x62, 0, 0, 0, 0, 0), Buffer.from('{}')),
  });
  const all = join(onePass, literal, signature);

  it('the parts as they are verify, also compressed once', async () => {
    expect(await verify(all)).toBe(payload);
    expect(await verify(compressed(all))).toBe(payload);
  });

  it.each([
    ['MD5', join(edit(onePass, 2, 1), literal, edit(signature, 3, 1)), 'weak-hash'],
    ['signature version 3', join(onePass, literal, edit(signature, 0, 3)), 'unsupported'],
    [
      'a certification as signature',
      join(edit(onePass, 1, 16), literal, edit(signature, 1, 16)),
      'bad-structure',
    ],
    [
      'a one-pass packet of another hash',
      join(edit(onePass, 2, 8), literal, signature),
      'bad-structure',
    ],
    ['other literal data', join(onePass, forged, signature), 'bad-signature'],
    ['a second literal before', join(onePass, forged, literal, signature), 'bad-structure'],
    ['a second literal after', join(onePass, literal, signature, forged), 'bad-structure'],
    ['a literal before the message', join(forged, all), 'bad-structure'],
    ['the message twice', join(all, all), 'several-signatures'],
    ['a literal after the compressed packet', join(compressed(all), forged), 'bad-structure'],
    ['two compressed packets', join(compressed(all), compressed(all)), 'bad-structure'],
    ['compression within compression', compressed(compressed(all)), 'bad-structure'],
    ['a detached signature, compressed', compressed(signature ?? all), 'detached-signature'],
    ['no one-pass packet', join(literal, signature), 'bad-structure'],
    ['a literal alone', literal ?? all, 'bad-structure'],
    [
      'a marker packet',
      join(writePacket({ tag: 10, body: Buffer.from('PGP') }), all),
      'bad-structure',
    ],
    ['bytes after it', join(all, Uint8Array.of(0)), 'bad-packet'],
    ['a cut end', all.subarray(0, -1), 'bad-packet'],
    ['many packets', join(...Array.from({ length: 20 }, () => literal)), 'too-large'],
    ['much data', new Uint8Array(300_000).fill(0xff), 'too-large'],
    ['a bomb', compressed(new Uint8Array(50_000_000)), 'too-large'],
    ['damaged compression', writePacket({ tag: 8, body: Uint8Array.of(1, 9, 9, 9) }), 'bad-packet'],
    ['unknown compression', writePacket({ tag: 8, body: Uint8Array.of(9, 9) }), 'unsupported'],
    ['damaged bzip2', writePacket({ tag: 8, body: Uint8Array.of(3, 9) }), 'bad-packet'],
  ])('%s', async (_name, bytes, code) => {
    expect(await verify(bytes)).toBe(code);
  });

  it('a random change never verifies other bytes, and never throws', async () => {
    const change = fc.record({
      at: fc.nat(),
      length: fc.nat(3),
      put: fc.uint8Array({ maxLength: 3 }),
    });
    const good = new Set([payload, payload.trimEnd().replaceAll('\n', '\r\n')]);
    const sources = [all, readFixture('rsa.binary.gpg'), readFixture('rsa.clearsigned.asc')];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...sources), change, async (source, { at, length, put }) => {
        const from = at % source.length;
        const changed = join(source.subarray(0, from), put, source.subarray(from + length));
        const result = String(await verify(changed));
        expect(good.has(result) || /^[a-z-]+$/.test(result)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('a proof says when it lapses', () => {
  const early = parseTime('2026-11-02T13:00:00Z');

  it.each([
    ['with the signature', 'rsa.expires.asc', 'rsa', '2026-11-03T12:00:00Z', 'signature-expired'],
    ['with the key', 'expired.armored.asc', 'expired', '2026-11-05T12:00:00Z', 'key-expired'],
  ])('%s', async (_name, file, name, end, code) => {
    const key = keyOf(name);
    const signature = new TextEncoder().encode(readFixtureText(file));
    const expiresAt = parseTime(end);
    const proof = await verifyPgpSignature({ signature, key, now: early });
    expect(proof).toMatchObject({ ok: true, expiresAt });
    expect(await verify(signature, name, expiresAt - 1)).toBe(payload);
    expect(await verify(signature, name, expiresAt)).toBe(code);
  });

  it('never, where nothing of it expires', async () => {
    const key = keyOf('ed');
    const signature = new TextEncoder().encode(readFixtureText('ed.armored.asc'));
    const proof = await verifyPgpSignature({ signature, key, now: NOW });
    expect(proof).toMatchObject({ ok: true });
    expect(proof).not.toHaveProperty('expiresAt');
  });
});
