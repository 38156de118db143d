/** From a bearer token to its caller: a token of ours, or a signed one of an issuer we believe. */
import type { Caller } from '../domain/caller.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  type MemberGrant,
  type TokenIssuer,
  grantsOf,
  identityOfClaims,
} from '../domain/token-issuer.ts';
import type { KeySource } from '../remote/key-source.ts';
import { type ClaimedOrigin, type KeySet, readOrigin, verifyJwt } from '../signing/verify-jwt.ts';
import { authenticateToken } from './authenticate-token.ts';
import type { CallerMemory } from './caller-memory.ts';
import type { Deps } from './deps.ts';

/** An issuer with its keys. */
export interface BelievedIssuer {
  readonly issuer: TokenIssuer;
  readonly keys: KeySource;
}

/** Whom we believe besides ourselves, and which roles members have. */
export interface Believed {
  readonly issuers: readonly BelievedIssuer[];
  readonly grants: readonly MemberGrant[];
  readonly memory: CallerMemory;
}

/** What all tokens of ours begin with. */
const OWN = 'assay_';

/**
 * The caller of a bearer token; undefined where it is of nobody known, revoked or expired. Throws
 * `unauthenticated` with the reason for a signed token that must not be believed, and `unavailable`
 * where its issuer's keys cannot be had.
 */
export async function authenticateBearer(
  deps: Deps,
  believed: Believed,
  secret: string,
): Promise<Caller | undefined> {
  if (secret.startsWith(OWN)) return authenticateToken(deps, secret);
  const origin = readOrigin(secret);
  if (origin === undefined) return undefined;
  const found = await verify(deps, believed, { token: secret, ...origin });
  if ('caller' in found) return found.caller;
  const { issuer, keys, claims } = found;
  const identity = identityOfClaims(issuer, claims);
  // What its bearer makes, a token for instance, does not outlive it.
  const expireTime = Number(claims['exp']) * 1_000_000;
  const grants = grantsOf(identity, believed.grants);
  const caller = { name: identity.member, ...identity, grants, expireTime };
  believed.memory.remember(secret, { keys, caller, until: expireTime });
  return caller;
}

/** A token that was just verified. */
interface Verified {
  readonly issuer: TokenIssuer;
  readonly keys: KeySet;
  readonly claims: JsonObject;
}

/** Clusters often share an issuer's name: each that has it is asked, by its own keys. */
async function verify(
  deps: Deps,
  { issuers, memory }: Believed,
  { token, ...origin }: ClaimedOrigin & { readonly token: string },
): Promise<Verified | { readonly caller: Caller }> {
  const now = deps.now();
  let refused: AssayError | undefined;
  for (const { issuer, keys: source } of issuers) {
    if (issuer.issuer !== origin.issuer) continue;
    try {
      const keys = await source.keysFor(origin.keyId);
      const caller = memory.recall(token, keys, now);
      if (caller !== undefined) return { caller };
      return { issuer, keys, claims: await verifyJwt(token, { issuer, keys, now }) };
    } catch (error) {
      if (!isAssayError(error)) throw error;
      // One that cannot be asked might have believed it.
      if (refused?.code !== 'unavailable') refused = error;
    }
  }
  throw refused === undefined ? unknownIssuer(origin.issuer) : told(deps, refused, origin.issuer);
}

/** Failures that the log has: one stands for all tokens until the keys are asked again. */
const logged = new WeakSet<AssayError>();

/** Why keys cannot be had names files and hosts of ours, which strangers must not hear. */
function told({ log }: Deps, problem: AssayError, issuer: string): AssayError {
  if (problem.code !== 'unavailable') return problem;
  if (!logged.has(problem)) log.error({ err: problem, issuer }, 'keys of an issuer cannot be had');
  logged.add(problem);
  const message = `the keys of issuer ${issuer} cannot be had now; the server's log says why`;
  return new AssayError('unavailable', message, { cause: problem });
}

function unknownIssuer(issuer: string): AssayError {
  const found = JSON.stringify(issuer.slice(0, 200));
  const message = `the token is of issuer ${found}, which is not believed here`;
  return new AssayError('unauthenticated', `${message}; start the server with --oidc-issuer`);
}
