/**
 * The one error class. A denial is a value, never an error: this is for broken input, a missing
 * resource, refused access, a failed dependency or a broken invariant.
 */

interface ErrorMeaning {
  readonly status: string;
  readonly http: number;
  readonly exit: number;
  readonly meaning: string;
}

/** Every error code with its Google status, HTTP status, exit code and meaning. */
export const ERROR_CODES = {
  'invalid-argument': row('INVALID_ARGUMENT', 400, 'A value in the request is wrong.'),
  'invalid-reference': row('INVALID_ARGUMENT', 400, 'An image reference does not parse.'),
  'invalid-digest': row('INVALID_ARGUMENT', 400, 'A digest does not parse.'),
  'invalid-name': row('INVALID_ARGUMENT', 400, 'A resource name or id does not parse.'),
  'invalid-filter': row('INVALID_ARGUMENT', 400, 'A list filter does not parse.'),
  'invalid-policy': row('INVALID_ARGUMENT', 400, 'A policy document is wrong.'),
  'invalid-key': row('INVALID_ARGUMENT', 400, 'A public key is malformed, weak or unusable.'),
  'invalid-image': row('INVALID_ARGUMENT', 400, 'A manifest, config, layer or archive is wrong.'),
  'invalid-advisory': row('INVALID_ARGUMENT', 400, 'An advisory record or export is wrong.'),
  unauthenticated: row('UNAUTHENTICATED', 401, 'The caller has no valid identity.'),
  'permission-denied': row('PERMISSION_DENIED', 403, 'The caller lacks a permission.'),
  'not-found': row('NOT_FOUND', 404, 'The resource does not exist.'),
  'already-exists': row('ALREADY_EXISTS', 409, 'A resource of that name exists.'),
  aborted: row('ABORTED', 409, 'Another change came first: read again, then retry.'),
  'failed-precondition': row('FAILED_PRECONDITION', 400, 'The state does not allow it now.'),
  'too-large': row('RESOURCE_EXHAUSTED', 413, 'A cap on size, count or time was reached.'),
  'too-many': row('RESOURCE_EXHAUSTED', 429, 'Too much waits already: try again later.'),
  'digest-mismatch': row('DATA_LOSS', 502, 'Received bytes do not have the wanted digest.'),
  'registry-refused': row('PERMISSION_DENIED', 502, 'A registry refused the credentials.'),
  unavailable: row('UNAVAILABLE', 503, 'Something this depends on cannot be reached now.'),
  unsupported: row('UNIMPLEMENTED', 501, 'It is not supported here.'),
  internal: row('INTERNAL', 500, 'A defect in Assay; the log has the details.'),
} as const satisfies Record<string, ErrorMeaning>;

/** A key of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Where an error happened and why: JSON-safe values, never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** What every throw of ours is: a code of the table, a message for people, details for programs. */
export class AssayError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { details?: ErrorDetails } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AssayError';
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Tells whether a caught value is an {@link AssayError}, optionally of one code. */
export function isAssayError(value: unknown, code?: ErrorCode): value is AssayError {
  return value instanceof AssayError && (code === undefined || value.code === code);
}

/** Every error exits with 1: 2 and 3 are verdicts, which are values. */
function row(status: string, http: number, meaning: string): ErrorMeaning {
  return { status, http, exit: 1, meaning };
}
