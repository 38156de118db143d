/** What claims make of a caller: never more than the issuer may say, whatever stands in them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from './error.ts';
import { parseMember } from './member.ts';
import {
  type TokenIssuer,
  checkGroupTemplate,
  checkMemberTemplate,
  grantsOf,
  identityOfClaims,
} from './token-issuer.ts';

const ISSUER: TokenIssuer = {
  name: 'corp',
  issuer: 'https://issuer.example',
  audiences: ['assay'],
  algorithms: ['ES256'],
  clockSkew: 30,
  kubernetes: false,
};

describe('a member template', () => {
  it.each([
    'user:{email}',
    'serviceAccount:{sub}@ci.example',
    'principal://corp/{sub}',
    'principal://corp.example/ns/{https://claims.example/name}',
  ])('%s is taken', (template) => {
    expect(() => checkMemberTemplate(template)).not.toThrow();
  });

  it.each([
    'user:ada@example.com',
    '{sub}',
    'group:{sub}',
    'allUsers',
    'domain:{hd}',
    'principal://{sub}',
    'principal://assay/tokens/{sub}',
    'principalSet://corp/{sub}',
    'user:{a}{b}',
  ])('%s is refused', (template) => {
    expect(() => checkMemberTemplate(template)).toThrow('member template');
  });

  const prefixes = { 'user:{sub}': 'user:', 'serviceAccount:{sub}': 'serviceAccount:' };
  it.each([
    ...Object.entries(prefixes),
    ['principal://corp/{sub}', 'principal://corp/'],
    [undefined, 'principal://assay/issuers/corp/subject/'],
  ])('%s makes members of its own kind only, of any claim', (template, prefix) => {
    const issuer = template === undefined ? ISSUER : { ...ISSUER, member: template };
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hostile), (sub) => {
        const member = memberOf(issuer, sub) ?? prefix;
        const bracketed = !prefix.startsWith('principal') && member.includes('[');
        const whole = member === prefix ? member : parseMember(member);
        expect([member.startsWith(prefix), bracketed, whole]).toEqual([true, false, member]);
      }),
    );
  });
});

/** Claims that look like members, and pieces of them. */
const hostile = fc
  .array(
    fc.constantFrom('user:', 'serviceAccount:', 'allUsers', '@', 'a', '[', '/', ']', 'x.example'),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

function memberOf(issuer: TokenIssuer, sub: string): string | undefined {
  try {
    return identityOfClaims(issuer, { sub }).member;
  } catch (error) {
    if (isAssayError(error, 'unauthenticated')) return undefined;
    throw error;
  }
}

describe('groups', () => {
  const grouped = (groups: unknown, more: Partial<TokenIssuer> = {}) =>
    identityOfClaims({ ...ISSUER, groups: 'groups', ...more }, { sub: 's', groups } as never)
      .groups;

  it.each<[string, unknown, readonly string[]]>([
    ['a list', ['a', 'b'], ['a', 'b']],
    ['one', 'a', ['a']],
    ['blanks and slashes', ['a b/c'], ['a%20b/c']],
    ['what is no text', [1, null, '', { a: 1 }, 'a'], ['a']],
    ['none', undefined, []],
    ['an object', { a: 1 }, []],
  ])('%s', (_what, given, names) => {
    const wanted = names.map((name) => `principalSet://assay/issuers/corp/group/${name}`);
    expect(grouped(given)).toEqual(wanted);
  });

  it('are at most 500', () => {
    expect(grouped(Array.from({ length: 1000 }, (_, index) => `g${index}`))).toHaveLength(500);
  });

  it('are addresses besides where the template says so, and only what is one', () => {
    const groupMember = 'group:{group}@corp.example';
    expect(grouped(['Dev', 'a@b'], { groupMember })).toEqual([
      'principalSet://assay/issuers/corp/group/Dev',
      'group:dev@corp.example',
      'principalSet://assay/issuers/corp/group/a@b',
    ]);
    checkGroupTemplate(groupMember);
    for (const wrong of ['group:ops@corp.example', '{group}', 'user:{group}', 'group:{a}']) {
      expect(() => checkGroupTemplate(wrong)).toThrow('group template');
    }
  });
});

it('grants are those of the member and of its groups, on their projects', () => {
  const identity = { member: 'user:a@x.example', groups: ['group:ops@x.example'] };
  const roles = ['viewer', 'agent'] as const;
  expect(
    grantsOf(identity, [
      { members: ['user:a@x.example'], roles, projects: ['p', 'q'] },
      { members: ['user:b@x.example', 'group:ops@x.example'], roles: ['editor'], projects: ['r'] },
      { members: ['domain:x.example'], roles: ['admin'] },
      { members: ['user:b@x.example'], roles: ['admin'] },
    ]),
  ).toEqual([
    ...[...roles].flatMap((role) => ['p', 'q'].map((project) => ({ role, project }))),
    { role: 'editor', project: 'r' },
    { role: 'admin' },
  ]);
});
