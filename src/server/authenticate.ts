/** Who is calling: bearer tokens and client certificates in, a caller out. */
import type { TLSSocket } from 'node:tls';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { isLoopbackAddress } from '../domain/loopback.ts';
import type { BasicRole } from '../domain/role.ts';

/** Finds the caller of a token; undefined: not a token of ours, revoked or expired. */
export type FindToken = (secret: string) => Promise<Caller | undefined>;

/** How callers are told apart. */
export interface Authenticator {
  readonly findToken: FindToken;
  /** Role of callers without a token, on loopback only. */
  readonly anonymousRole?: BasicRole;
  /** Whether loopback callers of the webhook need no identity: only while no client CA is given. */
  readonly openWebhook: boolean;
}

/** What a request shows of its caller. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly address: string;
}

/** A webhook caller on loopback without identity asks for whatever its path says. */
const LOOPBACK: Caller = { name: 'loopback', grants: [{ role: 'agent' }] };

const BEARER = /^bearer +([^\s]{1,4096})$/i;

/** The caller of an API request; throws `unauthenticated` where there is none. */
export async function authenticateCaller(
  authenticator: Authenticator,
  shown: Credentials,
): Promise<Caller> {
  if (shown.authorization !== undefined) return callerOfToken(authenticator, shown.authorization);
  const { anonymousRole } = authenticator;
  if (anonymousRole !== undefined && isLoopbackAddress(shown.address)) {
    return { name: 'anonymous', grants: [{ role: anonymousRole }] };
  }
  throw new AssayError(
    'unauthenticated',
    'the request has no bearer token; send "Authorization: Bearer TOKEN" (assay token ' +
      'create makes one)',
  );
}

/**
 * The caller of a webhook request: a bearer token, a verified client certificate, or — while the
 * listener asks for no certificates — anybody on loopback.
 */
export async function authenticateWebhook(
  authenticator: Authenticator,
  shown: Credentials & { readonly socket: TLSSocket },
): Promise<Caller> {
  if (shown.authorization !== undefined) return callerOfToken(authenticator, shown.authorization);
  if (shown.socket.authorized === true)
    return { name: 'client-certificate', grants: [{ role: 'agent' }] };
  if (authenticator.openWebhook && isLoopbackAddress(shown.address)) return LOOPBACK;
  throw new AssayError(
    'unauthenticated',
    'the webhook needs a client certificate or a bearer token',
  );
}

async function callerOfToken(authenticator: Authenticator, header: string): Promise<Caller> {
  const secret = BEARER.exec(header)?.[1];
  const caller = secret === undefined ? undefined : await authenticator.findToken(secret);
  if (caller !== undefined) return caller;
  throw new AssayError(
    'unauthenticated',
    'the bearer token is not known here, has expired or was revoked; make one: assay token create',
  );
}
