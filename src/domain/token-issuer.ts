/**
 * Issuers of signed tokens that are believed here (OpenID Connect, Kubernetes), what their claims
 * make of a caller, and which roles operators give to members.
 */
import type { Grant } from './caller.ts';
import { AssayError, isAssayError } from './error.ts';
import type { JsonObject } from './json.ts';
import { isMember, parseMember } from './member.ts';
import type { RoleName } from './role.ts';

/** Algorithms that a token may be signed by: asymmetric ones, of RFC 7518 and RFC 8037. */
export const TOKEN_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as readonly string[];

/** An issuer whose tokens are believed. */
export interface TokenIssuer {
  /** What it is called in members, e.g. `github` in `principal://assay/issuers/github/…`. */
  readonly name: string;
  /** The `iss` of its tokens, byte for byte. */
  readonly issuer: string;
  /** A token must be meant for one of these. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  /** How far clocks may differ, in seconds. */
  readonly clockSkew: number;
  /** A member with `{claim}` in it, e.g. `user:{email}`. */
  readonly member?: string;
  /** The claim that lists groups. */
  readonly groups?: string;
  /** What a group is besides, e.g. `group:{group}`, where the issuer may speak for addresses. */
  readonly groupMember?: string;
  /** Its tokens are those of a cluster's service accounts. */
  readonly kubernetes: boolean;
}

/** Roles that operators give to members. */
export interface MemberGrant {
  /** As parseMember reads them. */
  readonly members: readonly string[];
  readonly roles: readonly RoleName[];
  /** Absent: all projects, and what belongs to none. */
  readonly projects?: readonly string[];
}

/** Who somebody is, in IAM's spelling. */
export interface Identity {
  readonly member: string;
  readonly groups: readonly string[];
}

/** Groups of one token that are looked at. */
const MAX_GROUPS = 500;
const SERVICE_ACCOUNT = /^system:serviceaccount:([a-z0-9.-]{1,253}):([a-z0-9.-]{1,253})$/;
const CLAIM = /\{([\w.:/-]+)\}/;

/** Checks the template of a member: a kind that is one caller's, and one claim in it. */
export function checkMemberTemplate(template: string): void {
  const claims = template.match(new RegExp(CLAIM, 'g')) ?? [];
  const kind = /^(?:user:|serviceAccount:|principal:\/\/(?!assay\/)[^{}/]+\/)/.test(template);
  if (kind && claims.length === 1) return;
  throw new AssayError(
    'invalid-argument',
    `member template ${JSON.stringify(template.slice(0, 200))} is not a member with one claim in ` +
      'it; give e.g. user:{email}, serviceAccount:{sub}@ci.example or principal://corp/{sub}',
  );
}

/** Checks the template of a group: an address with `{group}` in it. */
export function checkGroupTemplate(template: string): void {
  if (/^group:[^{}\s]*\{group\}[^{}\s]*$/.test(template)) return;
  throw new AssayError(
    'invalid-argument',
    `group template ${JSON.stringify(template.slice(0, 200))} is not a group with {group} in it; ` +
      'give e.g. group:{group} or group:{group}@example.com',
  );
}

/** Who the bearer of verified claims is; throws `unauthenticated` where they do not say. */
export function identityOfClaims(issuer: TokenIssuer, claims: JsonObject): Identity {
  if (issuer.kubernetes) return serviceAccountOf(issuer, claims);
  const template = issuer.member ?? `principal://assay/issuers/${issuer.name}/subject/{sub}`;
  return { member: fillTemplate(template, claims), groups: groupsOf(issuer, claims) };
}

/** The roles that operators give to somebody. */
export function grantsOf(identity: Identity, given: readonly MemberGrant[]): readonly Grant[] {
  const caller = { name: identity.member, grants: [], ...identity };
  return given
    .filter(({ members }) => members.some((member) => isMember(member, caller)))
    .flatMap(({ roles, projects }) =>
      roles.flatMap((role) => projects?.map((project) => ({ role, project })) ?? [{ role }]),
    );
}

/**
 * A service account of a bound token: `serviceAccount:ISSUER[NAMESPACE/NAME]`, as GKE's workload
 * identity spells it, in the group of its namespace.
 */
function serviceAccountOf({ name }: TokenIssuer, claims: JsonObject): Identity {
  const [, namespace, account] = SERVICE_ACCOUNT.exec(textOf(claims['sub'])) ?? [];
  const bound = claims['kubernetes.io'] as JsonObject | undefined;
  const named = bound?.['serviceaccount'] as JsonObject | undefined;
  if (namespace === undefined || bound?.['namespace'] !== namespace || named?.['name'] !== account)
    throw unknownBearer('it is not bound to a service account; get one by kubectl create token');
  return {
    member: `serviceAccount:${name}[${namespace}/${account}]`,
    groups: [`principalSet://assay/issuers/${name}/namespace/${namespace}`],
  };
}

function groupsOf(issuer: TokenIssuer, claims: JsonObject): readonly string[] {
  const { name, groups, groupMember } = issuer;
  const listed = groups === undefined ? undefined : claims[groups];
  const given = typeof listed === 'string' ? [listed] : Array.isArray(listed) ? listed : [];
  return given
    .slice(0, MAX_GROUPS)
    .filter((group): group is string => typeof group === 'string' && group !== '')
    .flatMap((group) => [
      `principalSet://assay/issuers/${name}/group/${encodeText(group)}`,
      ...addressOf(groupMember, group),
    ]);
}

/** A group's address; none where it makes none. */
function addressOf(template: string | undefined, group: string): readonly string[] {
  try {
    return template === undefined ? [] : [parseMember(template.replace('{group}', () => group))];
  } catch (error) {
    if (isAssayError(error)) return [];
    throw error;
  }
}

function fillTemplate(template: string, claims: JsonObject): string {
  const claim = CLAIM.exec(template)?.[1] ?? '';
  const value = textOf(claims[claim]);
  if (value === '') throw unknownBearer(`it has no claim ${claim}, which says who its bearer is`);
  // An address that its owner has not proved is anybody's.
  if (claim === 'email' && claims['email_verified'] !== true) {
    throw unknownBearer('it does not say email_verified: true');
  }
  const inPath = template.startsWith('principal:');
  const text = template.replace(CLAIM, () => (inPath ? encodeText(value) : value));
  try {
    const member = parseMember(text);
    // Brackets are a cluster's: no other issuer speaks for its service accounts.
    if (!member.includes('[') || inPath) return member;
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
  }
  throw unknownBearer(`its claim ${claim} makes no member of ${template}`);
}

/** What may stand in a member: printable ASCII without blanks, all else percent-encoded. */
function encodeText(text: string): string {
  return encodeURI(text.toWellFormed());
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function unknownBearer(why: string): AssayError {
  return new AssayError('unauthenticated', `the token is signed, but ${why}`);
}
