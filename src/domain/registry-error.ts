/** What a registry answers when it refuses: the codes of distribution-spec 1.1, "Error codes". */
import { AssayError, type ErrorCode } from './error.ts';

interface RegistryErrorMeaning {
  readonly code: ErrorCode;
  readonly http: number;
}

/** Every code that our registry uses, with our own code and the HTTP status that go with it. */
export const REGISTRY_ERRORS = {
  BLOB_UNKNOWN: { code: 'not-found', http: 404 },
  BLOB_UPLOAD_INVALID: { code: 'invalid-argument', http: 400 },
  BLOB_UPLOAD_UNKNOWN: { code: 'not-found', http: 404 },
  DENIED: { code: 'permission-denied', http: 403 },
  DIGEST_INVALID: { code: 'invalid-digest', http: 400 },
  MANIFEST_BLOB_UNKNOWN: { code: 'not-found', http: 404 },
  MANIFEST_INVALID: { code: 'invalid-image', http: 400 },
  MANIFEST_UNKNOWN: { code: 'not-found', http: 404 },
  NAME_INVALID: { code: 'invalid-name', http: 400 },
  NAME_UNKNOWN: { code: 'not-found', http: 404 },
  SIZE_INVALID: { code: 'too-large', http: 413 },
  TOOMANYREQUESTS: { code: 'unavailable', http: 429 },
  UNSUPPORTED: { code: 'unsupported', http: 405 },
} as const satisfies Record<string, RegistryErrorMeaning>;

/** A key of {@link REGISTRY_ERRORS}. */
export type RegistryErrorCode = keyof typeof REGISTRY_ERRORS;

/**
 * An error that says its registry code. `http` is given where the specification wants another
 * status for a case: 416 for a chunk out of order.
 */
export function registryError(
  registryCode: RegistryErrorCode,
  message: string,
  http: number = REGISTRY_ERRORS[registryCode].http,
): AssayError {
  const { code } = REGISTRY_ERRORS[registryCode];
  return new AssayError(code, message, { details: { registryCode, http } });
}

/** The registry code and HTTP status that an error was made with; undefined: with none. */
export function registryCodeOf(
  error: AssayError,
): { readonly registryCode: RegistryErrorCode; readonly http: number } | undefined {
  const { registryCode, http } = error.details;
  if (typeof registryCode !== 'string' || typeof http !== 'number') return undefined;
  return { registryCode: registryCode as RegistryErrorCode, http };
}
