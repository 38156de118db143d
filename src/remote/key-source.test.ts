/** Keys of issuers: where they may come from, how often they are asked for, and what is too much. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  type SigningKey,
  type TestIssuer,
  makeSigningKey,
  startIssuer,
} from '../../test/support/loopback-issuer.ts';
import { SECOND } from '../domain/time.ts';
import { type KeyPlace, type KeySource, openKeySource } from './key-source.ts';

const [a, b] = await Promise.all([makeSigningKey('a'), makeSigningKey('b')]);
const open: { close(): Promise<void> }[] = [];
let clock = 1_000_000 * SECOND;

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function issuerOf(...given: Parameters<typeof startIssuer>): Promise<TestIssuer> {
  const issuer = await startIssuer(...given);
  open.push(issuer);
  return issuer;
}

function source(place: Partial<KeyPlace> & { readonly issuer: string }): KeySource {
  const opened = openKeySource({ allowedHosts: [], ...place }, () => clock);
  open.push(opened);
  return opened;
}

const idsOf = async (keys: KeySource, kid?: string): Promise<unknown> =>
  (await keys.keysFor(kid)).keys.map((one) => one.kid);
const askedFor = ({ server }: TestIssuer): readonly string[] => server.seen.map(({ url }) => url);

describe('the keys of an issuer', () => {
  it('are discovered once, by all who wait, and kept', async () => {
    const issuer = await issuerOf([a]);
    const keys = source({ issuer: issuer.url });
    const found = await Promise.all([1, 2, 3].map(() => idsOf(keys, 'a')));
    expect(found).toEqual([['a'], ['a'], ['a']]);
    expect(askedFor(issuer)).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are asked for again for an unknown id, but only so often', async () => {
    const issuer = await issuerOf([a]);
    const keys = source({ issuer: 'https://issuer.example', url: `${issuer.url}/keys` });
    await keys.keysFor('a');
    issuer.serve([a, b]);
    expect(await idsOf(keys, 'b')).toEqual(['a']);
    clock += 11 * SECOND;
    expect(await idsOf(keys, 'b')).toEqual(['a', 'b']);
    for (let index = 0; index < 100; index += 1) await keys.keysFor(`flood-${index}`);
    expect(askedFor(issuer)).toHaveLength(2);
  });

  it('serve on while fresh though the issuer fails, and nobody is believed after that', async () => {
    const issuer = await issuerOf([a]);
    const keys = source({ issuer: 'https://issuer.example', url: `${issuer.url}/keys` });
    await keys.keysFor('a');
    issuer.serve('no keys');
    clock += 60 * SECOND;
    expect(await idsOf(keys, 'strange')).toEqual(['a']);
    expect(await idsOf(keys, 'a')).toEqual(['a']);
    clock += 600 * SECOND;
    await expect(keys.keysFor('a')).rejects.toMatchObject({ code: 'unavailable' });
    issuer.serve([b]);
    await expect(keys.keysFor('b')).rejects.toMatchObject({ code: 'unavailable' });
    clock += 11 * SECOND;
    expect(await idsOf(keys, 'b')).toEqual(['b']);
  });

  const set = (...keys: object[]): string => JSON.stringify({ keys });
  it.each<[string, readonly SigningKey[] | string, string]>([
    ['no set', '[]', 'holds no JWK set'],
    ['an empty set', set(), '0 keys'],
    ['a set of secrets only', set({ kty: 'oct', k: 'AAAA', kid: 'a' }), '0 of them public'],
    ['too many keys', set(...Array.from({ length: 101 }, () => a.publicJwk)), '101 keys'],
    ['too many bytes', `{"keys":[],"x":"${'x'.repeat(300_000)}"}`, 'larger'],
    ['bytes that are no UTF-8', '{"keys":"\u0000', 'holds no JWK set'],
  ])('are refused where they are %s', async (_what, answer, why) => {
    const issuer = await issuerOf([a]);
    issuer.serve(answer);
    const keys = source({ issuer: issuer.url });
    await expect(keys.keysFor('a')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(keys.keysFor('a')).rejects.toThrow(why);
  });

  it('leave out secrets that stand among them', async () => {
    const issuer = await issuerOf([a]);
    issuer.serve(set({ kty: 'oct', k: 'AAAA', kid: 's' }, a.publicJwk));
    expect(await idsOf(source({ issuer: issuer.url }))).toEqual(['a']);
  });
});

describe('nobody is called', () => {
  it.each<[string, Partial<KeyPlace>, string]>([
    ['in the clear', { url: 'http://issuer.example/keys' }, 'is no https URL'],
    ['at a metadata address', { url: 'https://169.254.169.254/keys' }, 'never called'],
    [
      'at a metadata address though it is allowed',
      { url: 'https://169.254.169.254/keys', allowedHosts: ['169.254.0.0/16'] },
      'never called',
    ],
    ['at a link-local address', { url: 'https://[fe80::1]/keys' }, 'never called'],
    ['in the own network', { url: 'https://10.0.0.1/keys' }, '--allow-issuer-host 10.0.0.1'],
    ['at what is no address', { url: 'keys' }, 'is no https URL'],
  ])('%s', async (_where, place, why) => {
    const keys = source({ issuer: 'https://issuer.example', ...place });
    await expect(keys.keysFor('a')).rejects.toThrow(why);
  });

  it.each<[string, (url: string) => object, string]>([
    ['another issuer’s name', (url) => ({ issuer: `${url}/x`, jwks_uri: `${url}/keys` }), 'names'],
    ['no keys', (url) => ({ issuer: url }), 'no jwks_uri'],
    [
      'keys at a metadata address',
      (url) => ({ issuer: url, jwks_uri: 'https://169.254.169.254/latest' }),
      'never called',
    ],
    [
      'keys in the own network',
      (url) => ({ issuer: url, jwks_uri: 'https://192.168.0.1/keys' }),
      'own network',
    ],
    [
      'keys at another port of this machine',
      (url) => ({ issuer: url, jwks_uri: 'http://127.0.0.1:1/keys' }),
      'own network',
    ],
    ['a file', (url) => ({ issuer: url, jwks_uri: 'file:///etc/passwd' }), 'https'],
  ])('for a discovery document with %s', async (_what, discovery, why) => {
    const issuer = await issuerOf([a], discovery);
    await expect(source({ issuer: issuer.url }).keysFor('a')).rejects.toThrow(why);
    expect(askedFor(issuer)).not.toContain('/keys');
  });
});
