/** Reading fields of what registries send: each must be of its kind and of bounded size. */
import { type Digest, isDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { formatImageReference, parseImageReference } from '../domain/image-reference.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { type Micros, parseTime } from '../domain/time.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';

/** Events of one notification that are read. */
export const MAX_EVENTS = 100;
const MAX_TEXT = 2048;
const LAST_SECOND = 9_000_000_000;

/** An object of a field; throws where it is absent or of another kind. */
export function objectOf(value: JsonObject, field: string): JsonObject {
  const found = value[field];
  if (isJsonObject(found)) return found;
  throw wrong(field, 'an object');
}

/** An array of a field, of at most {@link MAX_EVENTS}; throws likewise. */
export function listOf(value: JsonObject, field: string): readonly unknown[] {
  const found = value[field];
  if (!Array.isArray(found)) throw wrong(field, 'an array');
  if (found.length <= MAX_EVENTS) return found;
  throw wrong(field, `an array of at most ${MAX_EVENTS}`);
}

/** A text of a field; throws likewise. */
export function textOf(value: JsonObject, field: string): string {
  const found = optionalText(value, field);
  if (found !== undefined) return found;
  throw wrong(field, 'a text');
}

/** A text of a field, or undefined where it is absent, null or empty. */
export function optionalText(value: JsonObject, field: string): string | undefined {
  const found = value[field];
  if (found === undefined || found === null || found === '') return undefined;
  if (typeof found === 'string' && found.length <= MAX_TEXT) return found;
  throw wrong(field, `a text of at most ${MAX_TEXT} characters`);
}

/** What is no object stands for no event. */
export function objectsOf(values: readonly unknown[], field: string): readonly JsonObject[] {
  return values.map((value) => {
    if (isJsonObject(value)) return value;
    throw wrong(field, 'a list of objects');
  });
}

/** A time as RFC 3339 or seconds since 1970; undefined for anything else: it only informs. */
export function timeOf(value: unknown): Micros | undefined {
  if (typeof value === 'number' && value > 0 && value < LAST_SECOND) {
    return Math.round(value * 1_000_000);
  }
  if (typeof value !== 'string' || value.length > 64) return undefined;
  try {
    return parseTime(value);
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

/** What points into a repository: its name, and the tag and digest that are told. */
export interface Pointed {
  /** `registry/path`, or with a tag or digest in it. */
  readonly image: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  readonly action: RegistryEvent['action'];
  readonly time?: Micros | undefined;
}

/**
 * Makes an event, its repository in normal form. Refuses what is no reference, and a digest or tag
 * that is none.
 */
export function registryEvent({ image, tag, digest, action, time }: Pointed): RegistryEvent {
  const whole = parseImageReference(
    `${image}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`,
  );
  return {
    repository: whole.name,
    action,
    ...(whole.tag === undefined ? {} : { tag: whole.tag }),
    ...(whole.digest === undefined ? {} : { digest: whole.digest }),
    ...(time === undefined ? {} : { time }),
  };
}

/** Some registries name the digest as a tag where there is none. */
export function splitTag(text: string | undefined): { tag?: string; digest?: Digest } {
  if (text === undefined) return {};
  return isDigest(text) ? { digest: text } : { tag: text };
}

/** A host and a path as one name; a path that is none is refused when the event is made. */
export function imageOf(host: string, path: string): string {
  return formatImageReference(parseImageReference(`${host}/${path}`));
}

function wrong(field: string, wanted: string): AssayError {
  const message = `the notification's ${field} is not ${wanted}; is it of this registry's shape?`;
  return new AssayError('invalid-argument', message);
}
