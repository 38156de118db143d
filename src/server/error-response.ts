/** Errors to answers: ours in Google's shape, unknown ones as a request id and nothing else. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AssayError } from '../domain/error.ts';
import { errorToJson } from '../google/error-message.ts';
import type { Log } from '../operations/deps.ts';

/** Answers an error. Everything about an unknown one goes to the log. */
export function sendError(
  log: Log,
  error: unknown,
  exchange: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  const known = knownError(log, error, exchange.request.id);
  const answer = errorToJson(known);
  if (known.code === 'unauthenticated')
    exchange.reply.header('www-authenticate', challenge(exchange.request));
  const { retryAfterSeconds } = known.details;
  if (known.code === 'too-many' && retryAfterSeconds !== undefined) {
    exchange.reply.header('retry-after', String(retryAfterSeconds));
  }
  // What is still on its way is not read: it would be taken for the next request.
  if (known.code === 'too-large') exchange.reply.header('connection', 'close');
  return exchange.reply.code(answer.http).send(answer.body);
}

/** The error that a caller is told; everything about an unknown one goes to the log. */
export function knownError(log: Log, error: unknown, requestId: string): AssayError {
  const known = toAssayError(error, requestId);
  if (known.code === 'internal') log.error({ err: error, request: requestId }, 'request failed');
  return known;
}

/** RFC 6750, section 3: a request that showed a token hears that it was the token. */
function challenge({ headers }: FastifyRequest): string {
  const realm = 'Bearer realm="assay"';
  return headers.authorization === undefined ? realm : `${realm}, error="invalid_token"`;
}

function toAssayError(error: unknown, requestId: string): AssayError {
  // What a broken invariant says is for the log: it may name what the caller must not see.
  if (error instanceof AssayError && error.code !== 'internal') return error;
  const { statusCode: status = 500, code } = error as { statusCode?: number; code?: string };
  if (code === 'FST_ERR_BAD_URL') {
    const message = 'the path has a broken percent-encoding; encode it as UTF-8';
    return new AssayError('invalid-argument', message, { cause: error });
  }
  if (status === 413)
    return new AssayError('too-large', 'the request body is too large', { cause: error });
  if (status >= 400 && status < 500) {
    return new AssayError('invalid-argument', (error as Error).message, { cause: error });
  }
  return new AssayError(
    'internal',
    `internal error; the server's log has it under request ${requestId}`,
  );
}
