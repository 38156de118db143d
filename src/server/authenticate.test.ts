/** Whom a request is from, by what it shows; what is shown first counts, and nothing is lent. */
import { describe, expect, it } from 'vitest';
import { makeClientCertificate } from '../../test/support/client-certificate.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { MemberGrant } from '../domain/token-issuer.ts';
import { type Authenticator, authenticateCaller, authenticateWebhook } from './authenticate.ts';
import { makeAuthority } from './make-certificates.ts';

const authority = await makeAuthority(Date.now());
const CI = await certificateOf('CN=ci');
const TWO = await certificateOf('CN=ci, CN=root');
const CI_MEMBER = 'principal://assay/certificates/subject/ci';
const KNOWN: Caller = { name: 'token:t', grants: [{ role: 'viewer' }] };

async function certificateOf(subject: string): Promise<Uint8Array> {
  const { certificate } = await makeClientCertificate(authority, { subject });
  return Buffer.from(certificate.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
}

function authenticator(more: Partial<Authenticator> = {}): Authenticator {
  return {
    findToken: async (secret) => {
      if (secret === 'down') throw new AssayError('unavailable', 'keys cannot be had');
      return secret === 'good' ? KNOWN : undefined;
    },
    grants: () => [],
    openWebhook: false,
    ...more,
  };
}

const granted: MemberGrant = { members: [CI_MEMBER], roles: ['agent'], projects: ['shop'] };
const LOCAL = '127.0.0.1';

describe('a request of the API', () => {
  it.each<[string, Partial<Authenticator>, object, unknown]>([
    ['a token', {}, { authorization: 'Bearer good' }, KNOWN],
    ['a token in other letters', {}, { authorization: 'bEARER   good' }, KNOWN],
    ['a token beside a certificate', {}, { authorization: 'Bearer good', certificate: CI }, KNOWN],
    [
      'a certificate',
      { grants: () => [granted] },
      { certificate: CI },
      { member: CI_MEMBER, grants: [{ role: 'agent', project: 'shop' }] },
    ],
    ['a certificate without grants', {}, { certificate: CI }, { member: CI_MEMBER, grants: [] }],
    [
      'nothing, on loopback, where that has a role',
      { anonymousRole: 'viewer' },
      {},
      { name: 'anonymous', grants: [{ role: 'viewer' }] },
    ],
  ])('with %s', async (_what, setting, shown, wanted) => {
    const credentials = { authorization: undefined, address: LOCAL, ...shown };
    const caller = await authenticateCaller(authenticator(setting), credentials);
    expect(caller).toMatchObject(wanted as object);
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'unauthenticated'],
    ['an unknown token', { authorization: 'Bearer bad' }, 'unauthenticated'],
    [
      'an unknown token on a machine that lends a role',
      { authorization: 'Bearer x' },
      'unauthenticated',
    ],
    [
      'an unknown token beside a certificate',
      { authorization: 'Bearer x', certificate: CI },
      'unauthenticated',
    ],
    ['another scheme', { authorization: 'Basic Z29vZA==' }, 'unauthenticated'],
    ['an empty token', { authorization: 'Bearer ' }, 'unauthenticated'],
    ['a huge token', { authorization: `Bearer ${'a'.repeat(16_385)}` }, 'unauthenticated'],
    ['a certificate with two names', { certificate: TWO }, 'unauthenticated'],
    ['a token of which nobody can tell', { authorization: 'Bearer down' }, 'unavailable'],
    ['nothing from elsewhere', { address: '10.0.0.1' }, 'unauthenticated'],
  ])('with %s is refused', async (what, shown, code) => {
    const lends = what.includes('lends') || what.includes('elsewhere');
    const setting: Partial<Authenticator> = lends ? { anonymousRole: 'admin' } : {};
    const credentials = { authorization: undefined, address: LOCAL, ...shown };
    const asked = authenticateCaller(authenticator(setting), credentials);
    await expect(asked).rejects.toMatchObject({ code });
  });
});

describe('a review', () => {
  const ask = (setting: Partial<Authenticator>, shown: object): Promise<Caller> =>
    authenticateWebhook(authenticator(setting), {
      authorization: undefined,
      address: LOCAL,
      ...shown,
    });

  it('by a certificate may ask about everything, until a grant names a certificate', async () => {
    const open = await ask({}, { certificate: CI });
    expect(open).toMatchObject({ name: CI_MEMBER, grants: [{ role: 'agent' }] });
    const bound = await ask({ grants: () => [granted] }, { certificate: CI });
    expect(bound.grants).toEqual([{ role: 'agent', project: 'shop' }]);
    const other = { ...granted, members: ['principalSet://assay/certificates/organization/x'] };
    expect((await ask({ grants: () => [other] }, { certificate: CI })).grants).toEqual([]);
    const users = { ...granted, members: ['user:a@x.example'] };
    expect((await ask({ grants: () => [users] }, { certificate: CI })).grants).toEqual([
      { role: 'agent' },
    ]);
  });

  it('without identity is answered on loopback only, and only while it is open', async () => {
    expect(await ask({ openWebhook: true }, {})).toMatchObject({ name: 'loopback' });
    await expect(ask({}, {})).rejects.toMatchObject({ code: 'unauthenticated' });
    const far = ask({ openWebhook: true }, { address: '10.0.0.1' });
    await expect(far).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});
