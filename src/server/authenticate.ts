/** Who is calling: bearer tokens and client certificates in, a caller out. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { isLoopbackAddress } from '../domain/loopback.ts';
import type { BasicRole } from '../domain/role.ts';
import { type MemberGrant, grantsOf } from '../domain/token-issuer.ts';
import { type CertificateIdentity, identityOfCertificate } from './certificate-identity.ts';

/**
 * Finds the caller of a token; undefined: of nobody known here, revoked or expired. Throws
 * `unauthenticated` with the reason, or `unavailable` where nobody can tell.
 */
export type FindToken = (secret: string) => Promise<Caller | undefined>;

/** How callers are told apart. */
export interface Authenticator {
  readonly findToken: FindToken;
  /** Roles of members now, for those who show a certificate. */
  readonly grants: () => readonly MemberGrant[];
  /** Role of callers without a token, on loopback only. */
  readonly anonymousRole?: BasicRole;
  /** Whether loopback callers of the webhook need no identity: only while no client CA is given. */
  readonly openWebhook: boolean;
}

/** What a request shows of its caller, over whatever transport. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly address: string;
  /** The client's certificate (DER); only one that TLS has verified. */
  readonly certificate?: Uint8Array | undefined;
}

/** A webhook caller on loopback without identity asks for whatever its path says. */
const LOOPBACK: Caller = { name: 'loopback', grants: [{ role: 'agent' }] };

const BEARER = /^bearer +([^\s]{1,16384})$/i;
const CERTIFICATES = /^principal(?:Set)?:\/\/assay\/certificates\//;

/**
 * The caller of a request: by its bearer token where it shows one, else by its certificate; throws
 * `unauthenticated` where there is neither, or it is not believed.
 */
export async function authenticateCaller(
  authenticator: Authenticator,
  shown: Credentials,
): Promise<Caller> {
  if (shown.authorization !== undefined) return callerOfToken(authenticator, shown.authorization);
  if (shown.certificate !== undefined) return callerOfCertificate(authenticator, shown.certificate);
  const { anonymousRole } = authenticator;
  if (anonymousRole !== undefined && isLoopbackAddress(shown.address)) {
    return { name: 'anonymous', grants: [{ role: anonymousRole }] };
  }
  throw new AssayError(
    'unauthenticated',
    'the request has no bearer token, and no client certificate of an authority that is known ' +
      'here; send "Authorization: Bearer TOKEN" (assay token create makes one)',
  );
}

/**
 * The caller of a webhook request: a bearer token, a verified client certificate, or — while the
 * listener asks for no certificates — anybody on loopback.
 */
export async function authenticateWebhook(
  authenticator: Authenticator,
  shown: Credentials,
): Promise<Caller> {
  if (shown.authorization !== undefined) return callerOfToken(authenticator, shown.authorization);
  if (shown.certificate !== undefined) return apiServerOf(authenticator, shown.certificate);
  if (authenticator.openWebhook && isLoopbackAddress(shown.address)) return LOOPBACK;
  throw new AssayError(
    'unauthenticated',
    'the webhook needs a client certificate or a bearer token',
  );
}

const CERTIFICATES_OF = new WeakMap<Socket, Uint8Array>();

/** The certificate of a connection (DER) where TLS has verified it, else undefined. */
export function verifiedCertificate(socket: Socket): Uint8Array | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = CERTIFICATES_OF.get(socket) ?? socket.getPeerCertificate().raw;
  CERTIFICATES_OF.set(socket, known);
  return known;
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

function callerOfCertificate({ grants }: Authenticator, der: Uint8Array): Caller {
  const identity = requireIdentity(der);
  return { name: identity.member, ...identity, grants: grantsOf(identity, grants()) };
}

/**
 * The webhook’s authority is for API servers: its certificates may ask for everything, until
 * a grant says what certificates are for.
 */
function apiServerOf(authenticator: Authenticator, der: Uint8Array): Caller {
  const granted = authenticator
    .grants()
    .some(({ members }) => members.some((member) => CERTIFICATES.test(member)));
  if (granted) return callerOfCertificate(authenticator, der);
  const name = identityOfCertificate(der)?.member ?? 'client-certificate';
  return { name, grants: [{ role: 'agent' }] };
}

function requireIdentity(der: Uint8Array): CertificateIdentity {
  const identity = identityOfCertificate(der);
  if (identity !== undefined) return identity;
  throw new AssayError(
    'unauthenticated',
    'the client certificate names nobody, or more than one; it needs one URI or one common name',
  );
}
