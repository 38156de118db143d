/**
 * The annotations that reach an image policy: the API server forwards only keys of
 * `*.image-policy.k8s.io/`, and nothing else of an object is ever kept here either.
 */
import { readOptionalObject, readText, wrongField } from './read-field.ts';

const DOMAIN = '.image-policy.k8s.io';
/** What the API server allows in all annotations of an object together, in characters here. */
const MAX_TOTAL = 262_144;
/** Every answer is kept with these: a longer value is cut, and more in all are refused. */
const MAX_KEPT_VALUE = 1024;
const MAX_KEPT_TOTAL = 16_384;

/**
 * Tells whether the API server's ImagePolicyWebhook forwards an annotation: its key's prefix is a
 * name under `image-policy.k8s.io`, neither that name itself nor one that merely contains it.
 */
export function isPolicyAnnotation(key: string): boolean {
  const slash = key.indexOf('/');
  return slash > DOMAIN.length && key.slice(0, slash).endsWith(DOMAIN);
}

/**
 * Reads an object's annotations, keeping those of {@link isPolicyAnnotation}; all must be texts.
 * A long value is kept cut, with its length; it then equals no value that opens anything.
 */
export function readPolicyAnnotations(
  value: unknown,
  field: string,
): Readonly<Record<string, string>> {
  const kept: [string, string][] = [];
  let total = 0;
  for (const [key, raw] of Object.entries(readOptionalObject(value, field) ?? {})) {
    const at = `${field}[${JSON.stringify(key.slice(0, 80))}]`;
    const text = readText(raw ?? '', at, MAX_TOTAL) ?? '';
    total += key.length + text.length;
    if (total > MAX_TOTAL) throw wrongField(field, value, `at most ${MAX_TOTAL} characters in all`);
    if (isPolicyAnnotation(key)) kept.push([key, cut(text)]);
  }
  const length = kept.reduce((sum, [key, text]) => sum + key.length + text.length, 0);
  if (length > MAX_KEPT_TOTAL) {
    throw wrongField(field, value, `at most ${MAX_KEPT_TOTAL} characters for image policies`);
  }
  return Object.fromEntries(kept);
}

function cut(text: string): string {
  if (text.length <= MAX_KEPT_VALUE) return text;
  return `${text.slice(0, MAX_KEPT_VALUE)}… (${text.length} characters)`;
}
