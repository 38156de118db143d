/** IAM policies: which resources have one, which bindings are kept, and whom they serve. */
import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.ts';
import { MAX_MEMBERS, parseBindings, parseIamResource, policyGrants } from './iam-policy.ts';

const VERIFIER = 'roles/binaryauthorization.attestorsVerifier';

describe('parseIamResource', () => {
  it.each([
    ['projects/p/policy', 'policy', '', 'projects/p/policy'],
    ['projects/p/attestors/a', 'attestor', 'a', 'projects/p/attestors/a'],
    ['projects/p/notes/N', 'note', 'N', 'projects/p/notes/N'],
    ['projects/p/locations/eu/notes/N', 'note', 'N', 'projects/p/notes/N'],
    ['projects/p/occurrences/o', 'occurrence', 'o', 'projects/p/occurrences/o'],
  ])('%s', (text, kind, id, name) => {
    expect(parseIamResource(text)).toEqual({ project: 'p', kind, id, name });
  });

  it.each([
    '',
    'projects/p',
    'projects/p/policy/x',
    'projects/P/policy',
    'projects/p/clusters/c',
    'projects/p/attestors/a/b',
    'projects/p/toString/x',
    'organizations/1/policy',
  ])('refuses %j', (text) => {
    expect(() => parseIamResource(text)).toThrow(
      expect.objectContaining({ code: 'invalid-name' }) as Error,
    );
  });
});

describe('parseBindings', () => {
  it('keeps roles and members, addresses in lower case', () => {
    const given = [{ role: VERIFIER, members: ['user:Ada@Example.com', 'allUsers'] }];
    expect(parseBindings(given)).toEqual([
      { role: VERIFIER, members: ['user:ada@example.com', 'allUsers'] },
    ]);
  });

  const many = Array.from({ length: MAX_MEMBERS }, (_, index) => `user:u${index}@example.com`);

  it('keeps as many members as Google does', () => {
    expect(parseBindings([{ role: VERIFIER, members: many }])[0]?.members).toHaveLength(1500);
  });

  it.each<[string, { role: string; members: string[] }[], string]>([
    ['an unknown role', [{ role: 'roles/none', members: ['allUsers'] }], 'does not exist here'],
    ['a short name', [{ role: 'admin', members: ['allUsers'] }], 'is not a name like'],
    ['a bad member', [{ role: VERIFIER, members: ['ada'] }], 'member "ada"'],
    ['no member', [{ role: VERIFIER, members: [] }], 'has no member'],
    [
      'a member twice, in other letters',
      [{ role: VERIFIER, members: ['user:a@example.com', 'user:A@example.com'] }],
      'stands twice',
    ],
    [
      'a role twice',
      ['user:a@example.com', 'user:b@example.com'].map((one) => ({
        role: VERIFIER,
        members: [one],
      })),
      'has two bindings',
    ],
    ['too many', [{ role: VERIFIER, members: [...many, 'allUsers'] }], '1501 members'],
  ])('refuses %s', (_fact, given, message) => {
    expect(() => parseBindings(given)).toThrow(message);
  });
});

it('a policy gives what its roles hold to its members, and nothing else', () => {
  const bindings = parseBindings([{ role: VERIFIER, members: ['user:ada@example.com'] }]);
  const ada: Caller = { name: 'ada', grants: [], member: 'user:ada@example.com' };
  const asked = [
    'binaryauthorization.attestors.verifyImageAttested',
    'binaryauthorization.attestors.get',
    'binaryauthorization.attestors.update',
  ] as const;
  expect(asked.map((one) => policyGrants({ bindings }, ada, one))).toEqual([true, true, false]);
  const bob = { ...ada, member: 'user:bob@example.com' };
  expect(policyGrants({ bindings }, bob, asked[0])).toBe(false);
});
