/**
 * Errors in the shape of distribution-spec 1.1, "Error codes", so that its clients can show them.
 */
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssayError, ERROR_CODES, type ErrorCode } from '../domain/error.ts';
import { type RegistryErrorCode, registryCodeOf } from '../domain/registry-error.ts';
import type { Log } from '../operations/deps.ts';
import { CONTENT_DIGEST } from './registry-call.ts';

interface RegistryProblem {
  readonly status: number;
  /** A code of the specification, or `UNKNOWN`, which stock registries answer for their defects. */
  readonly code: RegistryErrorCode | 'UNKNOWN';
  readonly message: string;
}

/** Bytes of a refused body that are read on. */
const PATIENCE = 64 * 1024 * 1024;

/** What was said of the content that is not sent after all. */
const CONTENT_HEADERS = [
  'accept-ranges',
  'content-length',
  'content-range',
  'content-type',
  CONTENT_DIGEST,
];

/** The specification's code for errors that were made without one. */
const CODES: Partial<Record<ErrorCode, RegistryErrorCode>> = {
  'invalid-name': 'NAME_INVALID',
  'invalid-reference': 'NAME_INVALID',
  'invalid-digest': 'DIGEST_INVALID',
  'invalid-image': 'MANIFEST_INVALID',
  'too-large': 'SIZE_INVALID',
  'permission-denied': 'DENIED',
};

/** Answers an error. Everything about an unknown one goes to the log. */
export function sendRegistryError(
  log: Log,
  error: unknown,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  const { request, reply } = exchange;
  const { status, code, message } = toProblem(error, request.id);
  // A client that went away is no defect of ours.
  if (status >= 500 && request.raw.errored === null)
    log.error({ err: error, request: request.id }, 'request failed');
  readOn(request.raw);
  for (const name of CONTENT_HEADERS) reply.removeHeader(name);
  return reply.code(status).send({ errors: [{ code, message }] });
}

function toProblem(error: unknown, requestId: string): RegistryProblem {
  if (error instanceof AssayError && error.code !== 'internal') return toKnownProblem(error);
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, code: 'UNSUPPORTED', message: (error as Error).message };
  }
  const message = `internal error; the registry's log has it under request ${requestId}`;
  return { status: 500, code: 'UNKNOWN', message };
}

function toKnownProblem(error: AssayError): RegistryProblem {
  const { message } = error;
  const own = registryCodeOf(error);
  if (own !== undefined) return { status: own.http, code: own.registryCode, message };
  const status = error.code === 'too-large' ? 413 : ERROR_CODES[error.code].http;
  return { status, code: CODES[error.code] ?? 'UNKNOWN', message };
}

/**
 * Reads what is left of a body, unkept: a client that listens stops when it is answered, one that
 * does not gets to the end and then hears it. One that goes on and on is cut off.
 */
function readOn(raw: IncomingMessage): void {
  if (raw.complete || raw.destroyed) return;
  let left = PATIENCE;
  raw.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) raw.destroy();
  });
  raw.resume();
}
