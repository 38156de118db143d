/** Errors on Google's wire: google.rpc.Status in JSON, as REST answers carry it. */
import { type AssayError, ERROR_CODES } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';

/** An error answer: the HTTP status and the body. */
export interface ErrorAnswer {
  readonly http: number;
  readonly body: JsonObject;
}

/**
 * Prints an error by the table of codes. `details` stays empty: gcloud prints what is in it below
 * every message. A cause is never shown.
 */
export function errorToJson(error: AssayError): ErrorAnswer {
  const { http, status } = ERROR_CODES[error.code];
  return { http, body: { error: { code: http, message: error.message, status, details: [] } } };
}

/** The answer to a path that no method has. */
export function unknownPathToJson(path: string): ErrorAnswer {
  const shown = JSON.stringify(path.slice(0, 200));
  const message = `no method has the path ${shown}; check the version and the resource's name`;
  return { http: 404, body: { error: { code: 404, message, status: 'NOT_FOUND', details: [] } } };
}

/** The answer to a verb that a path does not know; send `allowed` as the `Allow` header too. */
export function wrongVerbToJson(verb: string, allowed: readonly string[]): ErrorAnswer {
  const shown = JSON.stringify(verb.slice(0, 16));
  const message = `${shown} is not known here; use ${allowed.join(', ')}`;
  const error = { code: 405, message, status: 'UNIMPLEMENTED', details: [] };
  return { http: 405, body: { error } };
}

/** What gRPC's status says beside the message: our code and details, as google.rpc.ErrorInfo. */
export function errorInfoToJson({ code, details }: AssayError): JsonObject {
  const metadata = Object.entries(details).map(([name, value]) => [name, String(value)] as const);
  return {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: code.replaceAll('-', '_').toUpperCase(),
    domain: 'assay',
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}
