/** Signed tokens: whom they make of their bearer, and every way to forge one. */
import { exportSPKI, importSPKI, SignJWT } from 'jose';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import {
  type SigningKey,
  keySetOf,
  makeSigningKey,
  signToken,
} from '../../test/support/loopback-issuer.ts';
import type { MemberGrant, TokenIssuer } from '../domain/token-issuer.ts';
import { openKeySource } from '../remote/key-source.ts';
import { createCallerMemory } from './caller-memory.ts';
import { type Believed, authenticateBearer } from './authenticate-bearer.ts';

const ISSUER = 'https://issuer.example';
const CLUSTER = 'https://kubernetes.default.svc';
const now = (): number => Date.now() * 1000;
const seconds = (): number => Math.floor(Date.now() / 1000);

const CORP: TokenIssuer = {
  name: 'corp',
  issuer: ISSUER,
  audiences: ['assay', 'assay-old'],
  algorithms: ['RS256', 'ES256'],
  clockSkew: 30,
  member: 'user:{email}',
  groups: 'groups',
  groupMember: 'group:{group}@corp.example',
  kubernetes: false,
};
const PLAIN: TokenIssuer = { ...CORP, name: 'plain', issuer: 'https://plain.example' };
const PROD: TokenIssuer = { ...CORP, name: 'prod', issuer: CLUSTER, kubernetes: true };
const TEST: TokenIssuer = { ...PROD, name: 'test' };

const GRANTS: readonly MemberGrant[] = [
  { members: ['user:ada@example.com'], roles: ['editor'], projects: ['shop', 'web'] },
  { members: ['principalSet://assay/issuers/corp/group/ops'], roles: ['admin'] },
  { members: ['serviceAccount:prod[build/ci]'], roles: ['agent'], projects: ['shop'] },
];
const ADA = {
  iss: ISSUER,
  aud: 'assay',
  sub: '17',
  email: 'Ada@example.com',
  email_verified: true,
};
const CI = {
  iss: CLUSTER,
  aud: ['other', 'assay'],
  sub: 'system:serviceaccount:build:ci',
  'kubernetes.io': { namespace: 'build', serviceaccount: { name: 'ci', uid: 'u' } },
};

let fake: FakeDeps;
let believed: Believed;
let key: SigningKey;
let rsa: SigningKey;
let prod: SigningKey;
let stranger: SigningKey;

beforeAll(async () => {
  fake = await openFakeDeps({ now });
  [key, rsa, prod, stranger] = await Promise.all([
    makeSigningKey('a'),
    makeSigningKey('r', 'RS256'),
    makeSigningKey('p'),
    makeSigningKey('a'),
  ]);
  const test = await makeSigningKey('t');
  const { member: _member, groups: _groups, ...plain } = PLAIN;
  believed = {
    issuers: [
      believe(CORP, [key, rsa]),
      believe(plain, [key]),
      believe(PROD, [prod]),
      believe(TEST, [test]),
    ],
    grants: GRANTS,
    memory: createCallerMemory(100),
  };
});
afterAll(() => fake.close());

function believe(issuer: TokenIssuer, keys: readonly SigningKey[]) {
  const file = join(fake.folder, `${issuer.name}.json`);
  writeFileSync(file, keySetOf(keys));
  const place = { issuer: issuer.issuer, file, allowedHosts: [] };
  return { issuer, keys: openKeySource(place, now) };
}

const authenticate = (token: string) => authenticateBearer(fake.deps, believed, token);

describe('a signed token', () => {
  it('makes its bearer the member of its claim, with the grants of that member', async () => {
    const caller = await authenticate(await signToken(key, { ...ADA, groups: ['dev', 'x y'] }));
    expect(caller).toMatchObject({
      name: 'user:ada@example.com',
      member: 'user:ada@example.com',
      groups: [
        'principalSet://assay/issuers/corp/group/dev',
        'group:dev@corp.example',
        'principalSet://assay/issuers/corp/group/x%20y',
      ],
      grants: [
        { role: 'editor', project: 'shop' },
        { role: 'editor', project: 'web' },
      ],
    });
    expect(caller?.expireTime).toBeGreaterThan(now());
  });

  it('gives the roles of its groups, for all projects where the grant says so', async () => {
    const caller = await authenticate(
      await signToken(rsa, { ...ADA, email: 'b@x.example', groups: 'ops' }),
    );
    expect(caller?.grants).toEqual([{ role: 'admin' }]);
  });

  it('without grants is somebody without roles', async () => {
    const caller = await authenticate(await signToken(key, { ...ADA, email: 'eve@x.example' }));
    expect(caller).toMatchObject({ member: 'user:eve@x.example', grants: [] });
  });

  it('of an issuer without a template is a principal of that issuer', async () => {
    const claims = { ...ADA, iss: PLAIN.issuer, sub: 'repo:shop/app:ref:refs/heads/main' };
    const caller = await authenticate(await signToken(key, claims));
    expect(caller?.member).toBe(
      'principal://assay/issuers/plain/subject/repo:shop/app:ref:refs/heads/main',
    );
  });

  it('of a cluster is its service account, in the group of its namespace', async () => {
    const caller = await authenticate(await signToken(prod, CI));
    expect(caller).toMatchObject({
      member: 'serviceAccount:prod[build/ci]',
      groups: ['principalSet://assay/issuers/prod/namespace/build'],
      grants: [{ role: 'agent', project: 'shop' }],
    });
  });

  it('may be a little early or late, as far as clocks may differ', async () => {
    const late = await signToken(key, { ...ADA, exp: seconds() - 20, nbf: seconds() + 20 });
    expect(await authenticate(late)).toBeDefined();
  });
});

describe('a caller that is remembered', () => {
  let clock = 0;
  const keys = { keys: [] };
  const other = { keys: [] };
  const caller = { name: 'a', grants: [] };

  it('is so for the keys that verified it, and until its token ends', () => {
    const memory = createCallerMemory(2);
    memory.remember('a', { keys, caller, until: 10 });
    expect(memory.recall('a', keys, 9)).toBe(caller);
    expect(memory.recall('a', keys, 10)).toBeUndefined();
    expect(memory.recall('a', other, 9)).toBeUndefined();
    expect(memory.recall('b', keys, 9)).toBeUndefined();
    for (const token of ['b', 'c']) memory.remember(token, { keys, caller, until: 10 });
    expect(memory.recall('a', keys, 9)).toBeUndefined();
  });

  it('is nobody once the issuer has withdrawn the key', async () => {
    clock = now();
    const file = join(fake.folder, 'rotated.json');
    writeFileSync(file, keySetOf([key]));
    const place = { issuer: ISSUER, file, allowedHosts: [] };
    const issuers = [{ issuer: CORP, keys: openKeySource(place, () => clock) }];
    const rotating = { issuers, grants: [], memory: createCallerMemory(10) };
    const token = await signToken(key, ADA);
    const ask = () => authenticateBearer(fake.deps, rotating, token);
    expect(await ask()).toBe(await ask());
    writeFileSync(file, keySetOf([rsa]));
    expect(await ask()).toBeDefined();
    clock += 601_000_000;
    await expect(ask()).rejects.toThrow('its issuer has no key of that id');
  });
});

describe('is refused:', () => {
  const unsigned = (header: object, claims: object): string =>
    `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
  const later = (): object => ({ ...ADA, exp: seconds() + 300 });

  it.each<[string, () => Promise<string> | string, string]>([
    ['an expired token', () => signToken(key, { ...ADA, exp: seconds() - 60 }), 'it has expired'],
    ['a token without an end', () => signToken(key, { ...ADA, exp: undefined }), 'claim exp'],
    ['a token of tomorrow', () => signToken(key, { ...ADA, nbf: seconds() + 90 }), 'claim nbf'],
    [
      'a token for somebody else',
      () => signToken(key, { ...ADA, aud: 'vault' }),
      'claim aud is not',
    ],
    ['a token for nobody', () => signToken(key, { ...ADA, aud: undefined }), 'claim aud'],
    ['a token of nobody', () => signToken(key, { ...ADA, sub: undefined }), 'claim sub'],
    [
      'a token of an unknown issuer',
      () => signToken(key, { ...ADA, iss: 'https://evil.example' }),
      'issuer "https://evil.example", which is not believed here',
    ],
    [
      'an issuer with a slash more',
      () => signToken(key, { ...ADA, iss: `${ISSUER}/` }),
      'is not believed here',
    ],
    ['a stranger’s key under a known id', () => signToken(stranger, ADA), 'its signature is not'],
    [
      'a key of another issuer of ours',
      () => signToken(prod, ADA),
      'its issuer has no key of that id',
    ],
    [
      'algorithm none',
      () => unsigned({ alg: 'none', kid: 'a' }, later()),
      'its algorithm is none of RS256, ES256',
    ],
    [
      'algorithm nOnE',
      () => unsigned({ alg: 'nOnE', kid: 'a' }, later()),
      'its algorithm is none of',
    ],
    [
      'HMAC by the public key (alg confusion)',
      async () => {
        const pem = await exportSPKI(await importSPKI(await pemOf(rsa), 'RS256'));
        return new SignJWT({ ...later() })
          .setProtectedHeader({ alg: 'HS256', kid: 'r' })
          .sign(new TextEncoder().encode(pem));
      },
      'its algorithm is none of',
    ],
    [
      'another asymmetric algorithm than configured',
      async () => signToken(await makeSigningKey('e', 'EdDSA'), ADA),
      'its algorithm is none of',
    ],
    [
      'an algorithm of another key (RS256 by the id of an EC key)',
      () => signToken(rsa, ADA, { kid: 'a' }),
      'no key of that id and algorithm',
    ],
    [
      'a key that the token brings along (jwk)',
      () => signToken(stranger, ADA, { kid: 'x', jwk: stranger.publicJwk }),
      'no key of that id',
    ],
    [
      'an address of keys that the token brings along (jku)',
      () => signToken(stranger, ADA, { kid: 'x', jku: 'http://127.0.0.1:1/keys' }),
      'no key of that id',
    ],
    [
      'a key id that is a path',
      () => signToken(stranger, ADA, { kid: '../../../../dev/null' }),
      'no key of that id',
    ],
    [
      'a key id that is SQL',
      () => signToken(stranger, ADA, { kid: "a' or '1'='1" }),
      'no key of that id',
    ],
    ['an unknown critical header', () => signToken(key, ADA, { crit: ['x'], x: 1 }), 'malformed'],
    [
      'claims that were changed after signing',
      async () => {
        const [header, , signature] = (await signToken(key, ADA)).split('.');
        const claims = Buffer.from(JSON.stringify({ ...later(), email: 'root@x.example' }));
        return `${header}.${claims.toString('base64url')}.${signature}`;
      },
      'its signature is not',
    ],
    [
      'an unproved address',
      () => signToken(key, { ...ADA, email_verified: false }),
      'email_verified',
    ],
    [
      'an address of which nobody says that it is proved',
      () => signToken(key, { ...ADA, email_verified: undefined }),
      'email_verified',
    ],
    ['no address', () => signToken(key, { ...ADA, email: undefined }), 'has no claim email'],
    [
      'an address that is two',
      () => signToken(key, { ...ADA, email: 'root@a.example,user:ada@example.com' }),
      'makes no member',
    ],
    [
      'a cluster’s account by another issuer',
      () => signToken(key, { ...ADA, email: 'prod[build/ci]' }),
      'makes no member',
    ],
    [
      'a user of a cluster',
      () => signToken(prod, { ...CI, sub: 'system:admin' }),
      'not bound to a service account',
    ],
    [
      'an account whose namespace is another’s',
      () => signToken(prod, { ...CI, sub: 'system:serviceaccount:kube-system:ci' }),
      'not bound to a service account',
    ],
    [
      'a service account token of old, without binding',
      () => signToken(prod, { ...CI, 'kubernetes.io': undefined }),
      'not bound to a service account',
    ],
    [
      'a token of another cluster that has the same issuer',
      async () => signToken(await makeSigningKey('p'), CI),
      'cannot be believed',
    ],
  ])('%s', async (_attack, forge, why) => {
    const outcome = authenticate(await forge());
    await expect(outcome).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(outcome).rejects.toThrow(why);
  });

  it.each([
    ['nonsense', 'abc'],
    ['dots', '..'],
    ['JSON that is no object', `${Buffer.from('1').toString('base64url')}.MQ.`],
    ['a token of ours that does not exist', 'assay_AAAA'],
    ['a token of ours with dots', 'assay_e30.e30.AAAA'],
    ['a token without issuer', 'eyJhbGciOiJub25lIn0.e30.'],
  ])('%s, as a token of nobody', async (_what, token) => {
    expect(await authenticate(token)).toBeUndefined();
  });

  it('everything, where the keys cannot be had: as unavailable, not as nobody', async () => {
    const place = { issuer: ISSUER, file: join(fake.folder, 'none.json'), allowedHosts: [] };
    const broken = {
      issuers: [{ issuer: CORP, keys: openKeySource(place, now) }],
      grants: [],
      memory: createCallerMemory(1),
    };
    const outcome = authenticateBearer(fake.deps, broken, await signToken(key, ADA));
    await expect(outcome).rejects.toMatchObject({ code: 'unavailable' });
    await expect(outcome).rejects.toThrow('the keys of issuer https://issuer.example cannot be');
    // Strangers make tokens too: they hear nothing of our files.
    await expect(outcome).rejects.not.toThrow('none.json');
  });
});

async function pemOf({ publicJwk }: SigningKey): Promise<string> {
  const { createPublicKey } = await import('node:crypto');
  return String(
    createPublicKey({ key: publicJwk, format: 'jwk' } as never).export({
      type: 'spki',
      format: 'pem',
    }),
  );
}
