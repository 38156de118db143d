/** Timestamp tokens, made by stock openssl: good ones, and what may be wrong with one. */
import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import { LEAF_EXTENSIONS, makeCertificate, makeRoot } from '../../test/support/notation-signer.ts';
import { realProgram } from '../../test/support/real.ts';
import {
  type AuthorityChange,
  makeTimestampAuthority,
  type TimestampAuthority,
} from '../../test/support/timestamp-authority.ts';
import { readTrustStoreFile } from './notation-trust-store.ts';
import type { SigningCertificate } from './signing-certificate.ts';
import { checkSigningChain, readSigningChain } from './signing-chain.ts';
import { type VerifiedTimestamp, verifyTimestampToken } from './timestamp-token.ts';

const openssl = realProgram('openssl');
const BYTES = Buffer.from('a signature');
const folders: string[] = [];

function authority(change: AuthorityChange = {}): TimestampAuthority {
  const folder = mkdtempSync(join(tmpdir(), 'assay-tsa-'));
  folders.push(folder);
  return makeTimestampAuthority(openssl ?? '', folder, change);
}

function rootsOf({ root }: TimestampAuthority): readonly SigningCertificate[] {
  return readTrustStoreFile(readFileSync(root), root);
}

describe.skipIf(!openssl)('a timestamp token (needs openssl)', () => {
  let good: TimestampAuthority;
  let token: Uint8Array;
  const verify = (der: Uint8Array, stamped: Uint8Array = BYTES): VerifiedTimestamp =>
    verifyTimestampToken(der, stamped, rootsOf(good));

  beforeAll(() => {
    good = authority();
    token = good.token(BYTES);
  });
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it('tells the time and how exact it is, and who says so', () => {
    const { earliest, latest, authority: by, isRevocable } = verify(token);
    expect(latest - earliest).toBe(2 * 1_500_100);
    expect(Math.abs(Date.now() * 1000 - latest)).toBeLessThan(120_000_000);
    expect([by, isRevocable]).toEqual(['C=US, ST=WA, O=Stamps, CN=stamps', false]);
  });

  it.each(['sha384', 'sha512'])('may hash the bytes with %s', (hash) => {
    expect(verify(good.token(BYTES, hash)).authority).toContain('CN=stamps');
  });

  it('is refused over other bytes', () => {
    expect(() => verify(token, Buffer.from('another'))).toThrow(/about other bytes/);
  });

  it('is refused where it hashes with SHA-1', () => {
    expect(() => verify(good.token(BYTES, 'sha1'))).toThrow(/wanted SHA-2/);
  });

  it('is refused from a root that is not trusted, though it has the same name', () => {
    expect(() => verify(authority().token(BYTES))).toThrow(/chain of the timestamp ends at/);
  });

  it('is refused where it names its certificate by SHA-1', () => {
    const other = authority({ certificateHash: 'sha1' });
    const verifyOther = (): unknown =>
      verifyTimestampToken(other.token(BYTES), BYTES, rootsOf(other));
    expect(verifyOther).toThrow(/SHA-2/);
  });

  it('is refused beyond a quarter of a mebibyte, and with bytes behind it', () => {
    expect(() => verify(new Uint8Array(256 * 1024 + 1))).toThrow(/at most/);
    expect(() => verify(Buffer.concat([token, Buffer.from([0])]))).toThrow(/no DER/);
  });

  it('tells no other time, whichever of its bytes is changed', () => {
    const { earliest, latest } = verify(token);
    const told = (der: Uint8Array): unknown => {
      try {
        const found = verify(der);
        return [found.earliest, found.latest];
      } catch (error) {
        return isAssayError(error) ? [earliest, latest] : error;
      }
    };
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Uint8Array.from(token);
        changed[at] = (changed[at] ?? 0) ^ by;
        expect(told(changed)).toEqual([earliest, latest]);
      }),
    );
  });

  it('is refused whatever bytes it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(() => verify(bytes)).toThrow(/timestamp/);
      }),
    );
  });
});

describe('a certificate for timestamps', () => {
  const [CODE, STAMPS, SERVERS] = ['3', '8', '1'].map((end) => `1.3.6.1.5.5.7.3.${end}`);
  const refusalOf = async (uses: readonly (string | undefined)[]): Promise<string> => {
    const root = await makeRoot();
    const usages = uses.flatMap((use) => use ?? []);
    const extended = usages.length > 0 ? [new x509.ExtendedKeyUsageExtension(usages)] : [];
    const extensions = [...LEAF_EXTENSIONS.slice(0, 1), ...extended];
    const chain = readSigningChain([(await makeCertificate({ extensions }, root)).der, root.der]);
    try {
      checkSigningChain(chain, 'timeStamping');
      return 'good';
    } catch (error) {
      return String(error);
    }
  };

  it.each<[string, readonly (string | undefined)[], RegExp]>([
    ['is good', [STAMPS], /^good$/],
    ['is for nothing else', [STAMPS, CODE], /is for codeSigning/],
    ['is not for servers', [STAMPS, SERVERS], /is for serverAuth/],
    ['is not for code', [CODE], /not for timestamps/],
    ['says that it is for them', [], /not for timestamps/],
  ])('%s', async (_name, uses, message) => {
    expect(await refusalOf(uses)).toMatch(message);
  });
});
