/** Trust policies: one row a rule of Notary Project's specification, and names as written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSubsetName, parseDistinguishedName } from './distinguished-name.ts';
import { findNotationPolicy, parseNotationPolicies } from './notation-policy.ts';

type Change = Readonly<Record<string, unknown>>;

const GOOD = {
  name: 'one',
  registryScopes: ['registry.example/shop/app'],
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: ['*'],
};

const parse = (json: unknown): ReturnType<typeof parseNotationPolicies> =>
  parseNotationPolicies(Buffer.from(JSON.stringify(json)));
const document = (...statements: readonly Change[]): object => ({
  version: '1.0',
  trustPolicies: statements.map((one) => ({ ...GOOD, ...one })),
});
const subject = (name: string): string => `x509.subject: ${name}`;

const REFUSED: Readonly<Record<string, readonly [unknown, RegExp]>> = {
  'a list': [[], /no JSON object/],
  'no version': [{ trustPolicies: [GOOD] }, /version null; wanted "1.0"/],
  'another version': [{ version: '2.0', trustPolicies: [GOOD] }, /version "2.0"/],
  'no statement': [{ version: '1.0', trustPolicies: [] }, /at least one/],
  'a key that is not known': [{ ...document({}), extra: 1 }, /"extra"/],
  'a statement’s key that is not known': [document({ trustStore: [] }), /"trustStore"/],
  'no name': [document({ name: '' }), /has no name/],
  'a name twice': [document({}, { registryScopes: ['*'] }), /name "one" stands twice/],
  'a scope twice': [
    document({}, { name: 'two' }),
    /scope "registry.example\/shop\/app" stands twice/,
  ],
  'a scope twice in one': [
    document({ registryScopes: ['r.example/a', 'r.example/a'] }),
    /stands twice/,
  ],
  'the global scope twice': [
    document({ registryScopes: ['*'] }, { name: 'two', registryScopes: ['*'] }),
    /"\*" stands twice/,
  ],
  'the global scope beside others': [document({ registryScopes: ['*', 'r.example/a'] }), /alone/],
  'no scope': [document({ registryScopes: [] }), /empty/],
  'a scope with a wildcard': [document({ registryScopes: ['r.example/*'] }), /wildcard/],
  'a scope with a tag': [document({ registryScopes: ['r.example/a:1'] }), /wanted a full/],
  'a scope with a scheme': [document({ registryScopes: ['https://r.example/a'] }), /scheme/],
  'a scope without a registry': [document({ registryScopes: ['app'] }), /wanted a full/],
  'a scope in upper case': [document({ registryScopes: ['r.example/App'] }), /wanted a full/],
  'no level': [document({ signatureVerification: {} }), /level null/],
  'an unknown level': [document({ signatureVerification: { level: 'loose' } }), /"loose"/],
  'a level of the prototype': [
    document({ signatureVerification: { level: 'toString' } }),
    /wanted strict/,
  ],
  'an override of integrity': [
    document({ signatureVerification: { level: 'strict', override: { integrity: 'log' } } }),
    /"integrity"/,
  ],
  'an override that skips expiry': [
    document({ signatureVerification: { level: 'strict', override: { expiry: 'skip' } } }),
    /"skip" for expiry; wanted enforce, log/,
  ],
  'an override of skip': [
    document({ signatureVerification: { level: 'skip', override: { expiry: 'log' } } }),
    /overrides the level skip/,
  ],
  'a skip that trusts': [
    document({ signatureVerification: { level: 'skip' } }),
    /remove its trust/,
  ],
  'a skip of everything': [
    document({
      signatureVerification: { level: 'skip' },
      registryScopes: ['*'],
      trustStores: undefined,
      trustedIdentities: undefined,
    }),
    /name the repositories/,
  ],
  'an unknown verifyTimestamp': [
    document({ signatureVerification: { level: 'strict', verifyTimestamp: 'never' } }),
    /always or afterCertExpiry/,
  ],
  'no trust store': [document({ trustStores: undefined }), /trustStores .* are empty/],
  'an unknown kind of store': [document({ trustStores: ['pgp:acme'] }), /"pgp:acme"/],
  'a store without a kind': [document({ trustStores: ['acme'] }), /wanted ca:NAME/],
  'a store above': [document({ trustStores: ['ca:..'] }), /wanted ca:NAME/],
  'a store with a path': [document({ trustStores: ['ca:a/b'] }), /wanted ca:NAME/],
  'no identity': [document({ trustedIdentities: [] }), /empty/],
  'anybody beside others': [
    document({ trustedIdentities: ['*', subject('C=US, ST=WA, O=A')] }),
    /alone/,
  ],
  'an identity of another kind': [document({ trustedIdentities: ['spiffe://a'] }), /"spiffe:/],
  'an identity without a country': [
    document({ trustedIdentities: [subject('ST=WA, O=A')] }),
    /no C/,
  ],
  'identities that overlap': [
    document({
      trustedIdentities: [subject('C=US, ST=WA, O=A'), subject('C=US, ST=WA, O=A, OU=B')],
    }),
    /overlap/,
  ],
  'an identity twice': [
    document({ trustedIdentities: [subject('C=US, ST=WA, O=A'), subject('C=US, ST=WA, O=A')] }),
    /overlap/,
  ],
};

describe('a trust policy is refused', () => {
  it.each(Object.entries(REFUSED))('with %s', (_name, [json, message]) => {
    expect(() => parse(json)).toThrow(message);
  });

  it('with a key that stands twice', () => {
    const twice = Buffer.from('{"version":"1.0","version":"1.0","trustPolicies":[]}');
    expect(() => parseNotationPolicies(twice)).toThrow(/twice/);
  });
});

describe('a trust policy', () => {
  it('of the repository itself goes before that of every other', () => {
    const policies = parse(document({ name: 'all', registryScopes: ['*'] }, {}));
    expect(findNotationPolicy(policies, 'registry.example/shop/app')?.name).toBe('one');
    expect(findNotationPolicy(policies, 'registry.example/shop/app2')?.name).toBe('all');
    expect(findNotationPolicy(policies, 'registry.example/shop')?.name).toBe('all');
    expect(findNotationPolicy(parse(document({})), 'registry.example/shop/b')).toBeUndefined();
  });

  it('says for each validation what its failure does', () => {
    const override = { revocation: 'skip', expiry: 'log' };
    const [policy] = parse(document({ signatureVerification: { level: 'strict', override } }));
    expect(policy?.actions).toEqual({
      integrity: 'enforce',
      authenticity: 'enforce',
      authenticTimestamp: 'enforce',
      expiry: 'log',
      revocation: 'skip',
    });
    expect(policy?.verifyTimestamp).toBe('always');
  });
});

describe('a distinguished name', () => {
  it.each([
    ['C=US, ST=WA, O=Acme', { C: 'US', ST: 'WA', O: 'Acme' }],
    [' c = US ,st=WA,o= Acme Corp ', { C: 'US', ST: 'WA', O: 'Acme Corp' }],
    ['C=US, S=WA, O=Acme', { C: 'US', ST: 'WA', O: 'Acme' }],
    [String.raw`C=US, ST=WA, O=Acme\, Inc.\;\\`, { C: 'US', ST: 'WA', O: 'Acme, Inc.;\\' }],
    [String.raw`C=US, ST=WA, O=\ Acme\ `, { C: 'US', ST: 'WA', O: ' Acme ' }],
    [String.raw`C=US, ST=WA, O=Z\C3\BCrich`, { C: 'US', ST: 'WA', O: 'Zürich' }],
    ['C=US, ST=WA, O=a=b', { C: 'US', ST: 'WA', O: 'a=b' }],
    ['C=CH, ST=ZH, O=Zürich 🏔', { C: 'CH', ST: 'ZH', O: 'Zürich 🏔' }],
  ])('%s', (text, name) => {
    expect(Object.fromEntries(parseDistinguishedName(text))).toEqual(name);
  });

  it.each([
    ['', /without TYPE=value/],
    ['C=US, ST=WA', /no O/],
    ['C=US, ST=WA, O=', /empty O/],
    ['C=US, ST=WA, O=A, O=B', /O twice/],
    ['C=US, ST=WA, S=WA, O=A', /ST twice/],
    ['C=US, ST=WA, O=A+CN=B', /several attributes/],
    ['C=US; ST=WA; O=A', /escape/],
    ['C=US, ST=WA, O=#0401', /hex/],
    [String.raw`C=US, ST=WA, O=\x`, /backslash/],
    ['C=US, ST=WA, O=A\\', /backslash/],
    ['C=US, ST=WA, O=A, XX=B', /"XX"/],
    ['C=US, ST=WA, O=A,', /without TYPE=value/],
    [`C=US, ST=WA, O=${'A'.repeat(1024)}`, /at most 1024/],
  ])('is refused: %s', (text, message) => {
    expect(() => parseDistinguishedName(text)).toThrow(message);
  });

  it('reads back whatever value was escaped', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }), (value) => {
        const escaped = value.replaceAll(/[ "#+,;<=>\\]/g, (one) => `\\${one}`);
        fc.pre(value === value.trim() && value.normalize() !== '');
        const name = parseDistinguishedName(`C=US, ST=WA, O=${escaped}`);
        expect(name.get('O')).toBe(value);
      }),
    );
  });

  it('is part of itself and of a longer one, and of no shorter one', () => {
    const short = parseDistinguishedName('C=US, ST=WA, O=A');
    const long = parseDistinguishedName('C=US, ST=WA, O=A, CN=B');
    expect([isSubsetName(short, short), isSubsetName(short, long)]).toEqual([true, true]);
    expect(isSubsetName(long, short)).toBe(false);
  });
});
