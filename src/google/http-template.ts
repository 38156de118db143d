/**
 * Path templates of google.api.http (google/api/http.proto, "Path template syntax"): `*` is one
 * segment, `**` the rest with its slashes, `{name=projects/*}` captures, `:verb` ends a path.
 */
import { AssayError } from '../domain/error.ts';

/** A compiled template. */
export interface HttpTemplate {
  /** As written. */
  readonly text: string;
  /** Literals, `*`, and as the last one perhaps `**`. */
  readonly segments: readonly string[];
  /** What follows the last colon; empty where there is none. */
  readonly verb: string;
  readonly variables: readonly TemplateVariable[];
}

/** A captured variable; one of several segments keeps an encoded slash encoded. */
export interface TemplateVariable {
  /** The field that it sets: `['name']` or `['policy', 'name']`. */
  readonly path: readonly string[];
  /** Its first segment and the one after its last. */
  readonly start: number;
  readonly end: number;
}

const TOKEN = /\{([\w.]+)(?:=([^{}]+))?\}|([^{}]+)/g;
const SEGMENT = /^(?:\*\*?|[\w.~-]+)$/;

/** Compiles a template such as `/v1/{name=projects/P/notes/*}:verb`. Refuses any other syntax. */
export function compileTemplate(text: string): HttpTemplate {
  const [, path = text, verb = ''] = /^(.*[^:]):([a-zA-Z]+)$/.exec(text) ?? [];
  const { plain, variables } = readVariables(path);
  const segments = plain.slice(1).split('/');
  if (path.replaceAll(TOKEN, '') !== '' || !plain.startsWith('/') || !isReadable(segments)) {
    throw new TypeError(`path template: cannot read "${text}"`);
  }
  return { text, segments, verb, variables };
}

/** The path without braces, and what they hold. */
function readVariables(path: string): { plain: string; variables: TemplateVariable[] } {
  const variables: TemplateVariable[] = [];
  let plain = '';
  for (const [, name, inner = '*', literal = ''] of path.matchAll(TOKEN)) {
    const start = countSegments(plain) - 1;
    plain += name === undefined ? literal : inner;
    if (name === undefined) continue;
    variables.push({ path: name.split('.'), start, end: countSegments(plain) });
  }
  return { plain, variables };
}

function countSegments(path: string): number {
  return path.split('/').length - 1;
}

/** `**` takes what is left of a path, so nothing can follow it. */
function isReadable(segments: readonly string[]): boolean {
  return (
    segments.every((one) => SEGMENT.test(one)) && !segments.slice(0, -1).some((one) => one === '**')
  );
}

/**
 * What a template's variable captures of a path's segments, percent-decoded. Refuses a broken
 * percent-encoding.
 */
export function captureVariable(
  { segments }: HttpTemplate,
  { start, end }: TemplateVariable,
  path: readonly string[],
): string {
  const toTheEnd = segments[end - 1] === '**';
  const captured = path.slice(start, toTheEnd ? undefined : end);
  const [only = ''] = captured;
  if (captured.length === 1 && !toTheEnd) return decode(only);
  return captured.map(decodeSegment).join('/');
}

/** Keeps an encoded slash, which would make two segments of one. */
function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  return segment
    .split(/(%2f)/i)
    .map((part) => (/^%2f$/i.test(part) ? part : decode(part)))
    .join('');
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    const shown = JSON.stringify(text.slice(0, 160));
    const message = `the path has a broken percent-encoding in ${shown}; encode it as UTF-8`;
    throw new AssayError('invalid-argument', message, { cause });
  }
}
