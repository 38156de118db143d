/** One wrong request and what it must be answered: a row of the tables beside this file. */
import type { RawRequest } from '../../support/raw-request.ts';

/** A row: what is wrong, what is sent, and the answer that helps. */
export interface BadRequest {
  /** What is wrong with it. */
  readonly name: string;
  readonly send: RawRequest & { readonly token?: string };
  /** The HTTP status, and Google's. */
  readonly status: number;
  readonly code: string;
  /** What the message must say. */
  readonly says: string | RegExp;
}

/** The ids that the rows know of. */
export const P = 'default';
export const NOTE = `projects/${P}/notes/build`;
export const ATTESTATION_NOTE = `projects/${P}/notes/attest`;
export const VULNERABILITY_NOTE = `projects/${P}/notes/CVE-2026-1`;
export const ATTESTOR = `projects/${P}/attestors/ci`;
export const DIGEST = `sha256:${'ab'.repeat(32)}`;
export const URI = `https://registry.example/app@${DIGEST}`;
/** An occurrence that exists; the test gives it this id's place. */
export const OCCURRENCE = `projects/${P}/occurrences/OCCURRENCE`;

type Says = string | RegExp;
type Sent = Omit<RawRequest, 'body'> & { readonly token?: string; readonly body?: unknown };

/** A row that must be INVALID_ARGUMENT. */
export function invalid(name: string, sent: Sent, says: Says): BadRequest {
  return bad(name, sent, { status: 400, code: 'INVALID_ARGUMENT', says });
}

/** A row that must be NOT_FOUND. */
export function missing(name: string, sent: Sent, says: Says): BadRequest {
  return bad(name, sent, { status: 404, code: 'NOT_FOUND', says });
}

/** A row; a body that is neither text nor bytes is sent as JSON. */
export function bad(
  name: string,
  { body, ...sent }: Sent,
  wanted: Pick<BadRequest, 'status' | 'code' | 'says'>,
): BadRequest {
  if (body === undefined) return { name, send: sent, ...wanted };
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  return { name, send: { ...sent, body: isRaw ? body : JSON.stringify(body) }, ...wanted };
}

/** `GET PATH`. */
export function get(path: string, headers = {}): Sent {
  return { method: 'GET', path, headers };
}

/** `POST PATH` with a body. */
export function post(path: string, body: unknown, headers = {}): Sent {
  return {
    method: 'POST',
    path,
    body,
    headers: { 'content-type': 'application/json', ...headers },
  };
}

/** `PUT PATH` with a body. */
export function put(path: string, body: unknown): Sent {
  return { ...post(path, body), method: 'PUT' };
}

/** `PATCH PATH` with a body. */
export function patch(path: string, body: unknown): Sent {
  return { ...post(path, body), method: 'PATCH' };
}
