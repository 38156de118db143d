/**
 * Who a certificate must have been issued to: an identity that its issuer's OpenID provider vouched
 * for. Patterns are matched by a linear-time engine, and must match the whole text: half a match is
 * how `https://github.com/shop/` came to admit `https://evil.example/?https://github.com/shop/`.
 */
import { RE2JS } from 're2js';
import { errorText, refuse } from './refusal.ts';

/** A text that must be equal, or a pattern (RE2 syntax) that must match all of it. */
export type IdentityMatch = { readonly exact: string } | { readonly pattern: string };

/** Both are asked: an address says nothing without the provider that vouches for it. */
export interface CertificateIdentity {
  readonly subject: IdentityMatch;
  readonly issuer: IdentityMatch;
}

/** What a verified certificate says of its holder. */
export interface FoundIdentity {
  readonly subject: string;
  readonly issuer: string;
}

const MAX_PATTERN = 1000;
const MAX_FOUND = 4096;

/** Refuses a pattern that is no RE2 expression, is empty, or is longer than 1,000 characters. */
export function checkIdentity({ subject, issuer }: CertificateIdentity): void {
  for (const match of [subject, issuer]) {
    const text = 'exact' in match ? match.exact : match.pattern;
    if (text === '' || text.length > MAX_PATTERN) {
      refuse('certificate-identity', `an identity needs 1 to ${MAX_PATTERN} characters`);
    }
    if ('pattern' in match) compilePattern(match.pattern);
  }
}

/** Refuses an identity that none of the wanted ones matches in both subject and issuer. */
export function requireIdentity(
  wanted: readonly CertificateIdentity[],
  found: FoundIdentity,
): void {
  const holds = wanted.some(
    ({ subject, issuer }) => matches(subject, found.subject) && matches(issuer, found.issuer),
  );
  if (holds) return;
  const [first] = wanted;
  const asked = first === undefined ? 'nobody' : `${show(first.subject)} of ${show(first.issuer)}`;
  const others = wanted.length > 1 ? ` or ${wanted.length - 1} others` : '';
  const is = `${shown(found.subject)} of ${shown(found.issuer)}`;
  refuse('certificate-identity', `the certificate is of ${is}; wanted ${asked}${others}`);
}

function matches(match: IdentityMatch, text: string): boolean {
  if (text === '' || text.length > MAX_FOUND) return false;
  if ('exact' in match) return match.exact === text;
  return compilePattern(match.pattern).matches(text);
}

function compilePattern(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    const why = `the pattern ${shown(pattern)} cannot be read: ${errorText(error)}`;
    return refuse('certificate-identity', why);
  }
}

function show(match: IdentityMatch): string {
  return 'exact' in match ? shown(match.exact) : `/${match.pattern.slice(0, 200)}/`;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
