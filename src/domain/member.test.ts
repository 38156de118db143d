/** Members as IAM spells them, and whom they speak of. */
import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.ts';
import { isMember, parseMember } from './member.ts';

describe('parseMember', () => {
  it.each([
    ['user:Ada@Example.com', 'user:ada@example.com'],
    // The Kelvin sign is no k: folded, it would make one address of another's.
    ['user:\u212Aim@Example.com', 'user:\u212Aim@example.com'],
    ['serviceAccount:ci@shop.iam.gserviceaccount.com', undefined],
    ['serviceAccount:shop.svc.id.goog[build/ci]', undefined],
    ['group:devs@example.com', undefined],
    ['domain:Example.com', 'domain:example.com'],
    ['principal://assay/issuers/gh/subject/repo:shop/app:ref:refs/heads/Main', undefined],
    ['principalSet://assay/issuers/gh/group/Devs', undefined],
    ['allUsers', undefined],
    ['allAuthenticatedUsers', undefined],
  ])('reads %s', (text, read) => {
    expect(parseMember(text)).toBe(read ?? text);
  });

  it.each([
    '',
    'ada@example.com',
    'user:',
    'user:ada',
    'user:a@b@c',
    'user:a b@example.com',
    'USER:ada@example.com',
    'domain:localhost',
    'serviceAccount:pool[ns]',
    'principal:x',
    'principal://a b',
    'principal://\u0000',
    'projectOwner:shop',
    'deleted:user:ada@example.com?uid=1',
    'constructor:x',
    `user:${'a'.repeat(1100)}@example.com`,
  ])('refuses %j', (text) => {
    expect(() => parseMember(text)).toThrow('is not one that is known here');
  });
});

describe('isMember', () => {
  const ada: Caller = {
    name: 'ada',
    grants: [],
    member: 'user:ada@example.com',
    groups: ['principalSet://assay/issuers/corp/group/devs'],
  };
  const robot: Caller = { name: 'ci', grants: [], member: 'serviceAccount:ci@example.com' };
  const nobody: Caller = { name: 'anonymous', grants: [{ role: 'admin' }] };

  it.each<[string, Caller, boolean]>([
    ['user:ada@example.com', ada, true],
    ['user:bob@example.com', ada, false],
    ['serviceAccount:ada@example.com', ada, false],
    ['principalSet://assay/issuers/corp/group/devs', ada, true],
    ['principalSet://assay/issuers/corp/group/ops', ada, false],
    ['domain:example.com', ada, true],
    ['domain:ample.com', ada, false],
    ['domain:example.com', robot, false],
    ['allAuthenticatedUsers', robot, true],
    ['allAuthenticatedUsers', nobody, false],
    ['allUsers', nobody, true],
    ['user:ada@example.com', nobody, false],
  ])('%s speaks of %o: %s', (member, caller, spoken) => {
    expect(isMember(member, caller)).toBe(spoken);
  });
});
