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
import { type ClaimedOrigin, readOrigin, verifyJwt } from '../signing/verify-jwt.ts';
import { authenticateToken } from './authenticate-token.ts';
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
  const { issuer, claims } = await verify(deps, believed, { token: secret, ...origin });
  const identity = identityOfClaims(issuer, claims);
  const grants = grantsOf(identity, believed.grants);
  return { name: identity.member, ...identity, grants, ...expiryOf(claims['exp']) };
}

interface Verified {
  readonly issuer: TokenIssuer;
  readonly claims: JsonObject;
}

/** Clusters often share an issuer's name: each that has it is asked, by its own keys. */
async function verify(
  deps: Deps,
  believed: Believed,
  given: ClaimedOrigin & { readonly token: string },
): Promise<Verified> {
  let refused: AssayError | undefined;
  for (const { issuer, keys } of believed.issuers) {
    if (issuer.issuer !== given.issuer) continue;
    try {
      const set = await keys.keysFor(given.keyId);
      const claims = await verifyJwt(given.token, { issuer, keys: set, now: deps.now() });
      return { issuer, claims };
    } catch (error) {
      if (!isAssayError(error)) throw error;
      // One that cannot be asked might have believed it.
      if (refused?.code !== 'unavailable') refused = error;
    }
  }
  throw refused ?? unknownIssuer(given.issuer);
}

/** What its bearer makes, a token for instance, does not outlive it. */
function expiryOf(exp: unknown): { readonly expireTime?: number } {
  return typeof exp === 'number' ? { expireTime: exp * 1_000_000 } : {};
}

function unknownIssuer(issuer: string): AssayError {
  const found = JSON.stringify(issuer.slice(0, 200));
  const message = `the token is of issuer ${found}, which is not believed here`;
  return new AssayError('unauthenticated', `${message}; start the server with --oidc-issuer`);
}
