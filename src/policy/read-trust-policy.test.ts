/** What a policy of trust must have: one row, one refusal. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readTrustPolicy } from './read-trust-policy.ts';

const SCHEMA = '../../docs/reference/schemas/image-trust-policy.schema.json';
const text = readFileSync(new URL(SCHEMA, import.meta.url), 'utf8');
const schema = z.fromJSONSchema(JSON.parse(text));

/** What the schema cannot say: what patterns mean, and what hangs on another field. */
const BEYOND_SCHEMA: ReadonlySet<string> = new Set([
  'a pattern that matches nothing',
  'a rule twice',
  'nobody to believe',
  'identities without a root',
]);

const RULE = {
  name: 'a',
  images: ['registry.example/shop/**'],
  require: [{ cosign: { keys: ['k'] } }],
};

function policy(rule: object = {}, more: object = {}): object {
  return { kind: 'ImageTrustPolicy', schemaVersion: 1, rules: [{ ...RULE, ...rule }], ...more };
}

describe('a policy of trust', () => {
  it('is read with its defaults', () => {
    expect(readTrustPolicy(policy())).toEqual({
      unmatched: 'deny',
      rules: [
        {
          name: 'a',
          images: ['registry.example/shop/**'],
          enforcement: 'enforce',
          require: [{ anyOf: [{ kind: 'cosign', keys: [{ text: 'k' }], identities: [] }] }],
        },
      ],
    });
  });

  it.each<[string, object, RegExp]>([
    ['another kind', policy({}, { kind: 'X' }), /kind is none of/],
    ['another version', policy({}, { schemaVersion: 2 }), /schemaVersion is not 1/],
    ['an unknown key', policy({}, { mode: 'x' }), /has the key "mode"/],
    ['an unknown key of a rule', policy({ requires: [] }), /rules\.0 has the key "requires"/],
    ['no pattern', policy({ images: [] }), /wanted at least one/],
    ['a pattern that matches nothing', policy({ images: ['nginx*'] }), /name pattern "nginx\*"/],
    ['no requirement list', policy({ require: undefined }), /require is missing/],
    ['a rule twice', { ...policy(), rules: [RULE, RULE] }, /the name "a" twice/],
    ['an empty anyOf', policy({ require: [{ anyOf: [] }] }), /empty anyOf/],
    ['two authorities in one', policy({ require: [{ cosign: {}, notary: {} }] }), /wants one of/],
    [
      'anyOf beside another',
      policy({ require: [{ anyOf: [], cosign: {} }] }),
      /has the key "cosign"/,
    ],
    ['an unknown authority', policy({ require: [{ gpg: {} }] }), /has the key "gpg"/],
    ['nobody to believe', policy({ require: [{ cosign: {} }] }), /no key and no identity/],
    [
      'identities without a root',
      policy({ require: [{ cosign: { identities: [{ issuer: 'i', subject: 's' }] } }] }),
      /trustRoot is missing/,
    ],
    [
      'an identity of both forms',
      policy({
        require: [{ cosign: { identities: [{ issuer: 'i', issuerPattern: 'i', subject: 's' }] } }],
      }),
      /either issuer or issuerPattern/,
    ],
    ['no attestor’s name', policy({ require: [{ attestor: 'a' }] }), /attestor/],
    ['a notary without a server', policy({ require: [{ notary: {} }] }), /server is no text/],
    ['no object', [], /is no object/],
  ])('is refused for %s, by its schema too', (name, value, message) => {
    expect(() => readTrustPolicy(value)).toThrow(message);
    const written: unknown = JSON.parse(JSON.stringify(value));
    expect(schema.safeParse(written).success).toBe(BEYOND_SCHEMA.has(name));
  });

  it('of every kind of authority is read, and is of its schema', () => {
    const identity = { issuerPattern: 'https://.*', subject: 's' };
    const require = [
      { cosign: { keys: ['k', { key: 'k', algorithm: 'A' }], predicateType: 'p' } },
      { cosign: { identities: [identity], trustRoot: {}, annotations: { env: 'prod' } } },
      { notation: { policy: {}, trustStores: { 'ca:a': ['c'] } } },
      { notary: { server: 's', roots: { r: 'b' }, signers: [{ name: 'n', key: 'k' }] } },
      { anyOf: [{ attestor: 'projects/p/attestors/a' }, { notary: { server: 's' } }] },
    ];
    const value = policy({ require, except: ['registry.example/shop/x'] }, { description: 'd' });
    expect(schema.parse(value)).toEqual(value);
    const [rule] = readTrustPolicy(value).rules;
    const kinds = rule?.require.map(({ anyOf }) => anyOf.map(({ kind }) => kind).join(' or '));
    expect(kinds).toEqual(['cosign', 'cosign', 'notation', 'notary', 'attestor or notary']);
  });
});
