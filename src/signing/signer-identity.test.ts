/** Identities of certificates: what matches, and that half a match is none. */
import { describe, expect, it } from 'vitest';
import { checkIdentity, type IdentityMatch, requireIdentity } from './signer-identity.ts';

const ISSUER = 'https://token.ci.test';
const SUBJECT = 'https://git.test/shop/app/.ci/build.yml@refs/heads/main';

function asks(subject: IdentityMatch, issuer: IdentityMatch = { exact: ISSUER }): () => void {
  return () => requireIdentity([{ subject, issuer }], { subject: SUBJECT, issuer: ISSUER });
}

describe('an identity', () => {
  it.each<[string, IdentityMatch, IdentityMatch]>([
    ['exact', { exact: SUBJECT }, { exact: ISSUER }],
    ['pattern', { pattern: 'https://git\\.test/shop/.*@refs/heads/main' }, { exact: ISSUER }],
    ['patterns of both', { pattern: '.*' }, { pattern: 'https://[a-z.]+' }],
  ])('matches: %s', (_name, subject, issuer) => {
    expect(asks(subject, issuer)).not.toThrow(/identity|pattern/);
  });

  it.each<[string, IdentityMatch, IdentityMatch?]>([
    ['a part', { pattern: 'https://git\\.test/shop/' }],
    ['an alternative that is a part', { pattern: 'x|https://git\\.test' }],
    ['another issuer', { exact: SUBJECT }, { exact: `${ISSUER}.evil` }],
    ['another issuer by pattern', { exact: SUBJECT }, { pattern: 'https://token' }],
    ['another case', { exact: SUBJECT.toUpperCase() }],
    ['a pattern as exact text', { exact: '.*' }],
  ])('does not match: %s', (_name, subject, issuer) => {
    expect(asks(subject, issuer)).toThrow(/the certificate is of/);
  });

  it('does not match where a certificate says nothing, whatever is asked', () => {
    const any = { pattern: '.*' };
    const nobody = { subject: '', issuer: ISSUER };
    expect(() => requireIdentity([{ subject: any, issuer: any }], nobody)).toThrow(/wanted/);
    expect(() => requireIdentity([], { subject: SUBJECT, issuer: ISSUER })).toThrow(/nobody/);
  });

  it('ends in linear time, whatever the pattern (class 22)', () => {
    const subject = { pattern: '(a+)+$' };
    const found = { subject: `${'a'.repeat(4000)}!`, issuer: ISSUER };
    const wanted = [{ subject, issuer: { exact: ISSUER } }];
    expect(() => requireIdentity(wanted, found)).toThrow(/wanted/);
  });

  it.each(['', '(', 'x'.repeat(1001), '(?=a)', '((a{1000}){1000}){1000}'])(
    'refuses the pattern %#',
    (pattern) => {
      const identity = { subject: { pattern }, issuer: { exact: ISSUER } };
      expect(() => checkIdentity(identity)).toThrow(/identity|pattern/);
    },
  );
});
