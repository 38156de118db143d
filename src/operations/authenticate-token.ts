/** From a bearer token to its caller. */
import type { Caller } from '../domain/caller.ts';
import { hashSecret } from './create-token.ts';
import type { Deps } from './deps.ts';
import { recallToken } from './token-memory.ts';

/** The caller of a token; undefined where it is unknown, revoked or expired. */
export async function authenticateToken(deps: Deps, secret: string): Promise<Caller | undefined> {
  const token = await recallToken(deps.store, hashSecret(secret));
  if (token === undefined) return undefined;
  if (token.expireTime !== undefined && token.expireTime <= deps.now()) return undefined;
  return {
    name: `token:${token.name}`,
    grants: token.roles.map((role) => ({
      role,
      ...(token.project === undefined ? {} : { project: token.project }),
    })),
    // A name is nobody's own: the id is what no other token has.
    member: token.member ?? `principal://assay/tokens/${token.id}`,
    ...(token.expireTime === undefined ? {} : { expireTime: token.expireTime }),
  };
}
