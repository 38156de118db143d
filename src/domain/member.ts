/**
 * Members as IAM spells them: who an IAM policy, a grant or a token speaks of. The forms are those
 * of Google's reference of `Binding.members`; what would name nobody here is refused.
 */
import type { Caller } from './caller.ts';
import { AssayError } from './error.ts';

const EMAIL = String.raw`[^\s@\[\]/]+@[^\s@\[\]/]+`;
/** A Kubernetes service account in a pool, as GKE's workload identity spells it. */
const WORKLOAD = String.raw`[a-z0-9.-]+\[[a-z0-9.-]+/[a-z0-9.-]+\]`;
const DOMAIN = String.raw`[a-z0-9-]+(?:\.[a-z0-9-]+)+`;

const FORMS: Readonly<Record<string, RegExp>> = {
  user: new RegExp(`^${EMAIL}$`),
  group: new RegExp(`^${EMAIL}$`),
  serviceAccount: new RegExp(`^(?:${EMAIL}|${WORKLOAD})$`),
  domain: new RegExp(`^${DOMAIN}$`),
  principal: /^\/\/[!-~]+$/,
  principalSet: /^\/\/[!-~]+$/,
};
/** Names of these kinds are compared in lower case, as e-mail addresses are. */
const CASELESS: ReadonlySet<string> = new Set(['user', 'group', 'serviceAccount', 'domain']);
const EVERYBODY: ReadonlySet<string> = new Set(['allUsers', 'allAuthenticatedUsers']);
const MAX_LENGTH = 1024;

/**
 * Reads a member: `user:EMAIL`, `serviceAccount:EMAIL`, `serviceAccount:POOL[NAMESPACE/NAME]`,
 * `group:EMAIL`, `domain:DOMAIN`, `principal://…`, `principalSet://…`, `allUsers` or
 * `allAuthenticatedUsers`. Addresses come back in lower case.
 */
export function parseMember(text: string): string {
  if (EVERYBODY.has(text)) return text;
  const colon = text.indexOf(':');
  const kind = text.slice(0, Math.max(colon, 0));
  const value = CASELESS.has(kind) ? lowerCase(text.slice(colon + 1)) : text.slice(colon + 1);
  const form = Object.hasOwn(FORMS, kind) ? FORMS[kind] : undefined;
  if (text.length <= MAX_LENGTH && form?.test(value) === true) return `${kind}:${value}`;
  throw new AssayError(
    'invalid-argument',
    `member ${JSON.stringify(text.slice(0, 200))} is not one that is known here; give ` +
      'user:EMAIL, serviceAccount:EMAIL, group:EMAIL, domain:DOMAIN, principal://…, ' +
      'principalSet://…, allUsers or allAuthenticatedUsers',
  );
}

/**
 * Lower case of ASCII only: other letters would become somebody else's, as the Kelvin sign becomes
 * the k of another address.
 */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Tells whether a member, as {@link parseMember} reads it, speaks of a caller. */
export function isMember(member: string, caller: Caller): boolean {
  if (member === 'allUsers') return true;
  if (caller.member === undefined) return false;
  if (member === 'allAuthenticatedUsers' || member === caller.member) return true;
  if (member.startsWith('domain:')) return isOfDomain(caller.member, member.slice(7));
  return caller.groups?.includes(member) === true;
}

function isOfDomain(member: string, domain: string): boolean {
  return member.startsWith('user:') && member.endsWith(`@${domain}`);
}
