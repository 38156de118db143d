/**
 * Path templates of google.api.http (google/api/http.proto, "Path template syntax"): `*` is one
 * segment, `**` the rest with its slashes, `{name=projects/*}` captures, `:verb` ends a path.
 */
import { AssayError } from '../domain/error.ts';

/** A compiled template. */
export interface HttpTemplate {
  /** As written. */
  readonly text: string;
  readonly pattern: RegExp;
  /** What each group of the pattern captures. */
  readonly variables: readonly TemplateVariable[];
}

/** A captured variable; one of several segments keeps an encoded slash encoded. */
export interface TemplateVariable {
  /** A field path, e.g. `name` or `policy.name`. */
  readonly name: string;
  readonly multiSegment: boolean;
}

const TOKEN = /\{([\w.]+)(?:=([^{}]+))?\}|([^{}]+)/g;

/** Compiles a template such as `/v1/{name=projects/P/notes/*}:verb`. Refuses any other syntax. */
export function compileTemplate(text: string): HttpTemplate {
  const variables: TemplateVariable[] = [];
  const { path, verb } = splitVerb(text);
  let source = '';
  for (const [, name, inner, literal] of path.matchAll(TOKEN)) {
    if (name === undefined) {
      source += segmentsPattern(literal ?? '');
      continue;
    }
    variables.push({ name, multiSegment: /\/|\*\*/.test(inner ?? '*') });
    source += `(${segmentsPattern(inner ?? '*')})`;
  }
  if (!text.startsWith('/') || /[{}]/.test(path.replaceAll(TOKEN, ''))) throw malformed(text);
  return { text, pattern: new RegExp(`^${endPattern(source, path, verb)}$`), variables };
}

/**
 * Matches a path (no query) against a template: the captured variables, percent-decoded, or
 * undefined. Refuses a captured part whose percent-encoding is broken.
 */
export function matchTemplate(
  template: HttpTemplate,
  path: string,
): Readonly<Record<string, string>> | undefined {
  const match = template.pattern.exec(path);
  if (match === null) return undefined;
  const entries = template.variables.map(({ name, multiSegment }, index) => {
    const raw = match[index + 1] ?? '';
    return [name, multiSegment ? decodeSegments(raw) : decode(raw)] as const;
  });
  return Object.fromEntries(entries);
}

function splitVerb(text: string): { path: string; verb: string | undefined } {
  const match = /^(.*[^:]):([a-zA-Z]+)$/.exec(text);
  return match ? { path: match[1] ?? '', verb: match[2] } : { path: text, verb: undefined };
}

/** The end of the pattern: the verb, or for a collection an optional slash. */
function endPattern(source: string, path: string, verb: string | undefined): string {
  if (verb !== undefined) return `${source}:${verb}`;
  const endsInLiteral = /[\w-]\}?$/.test(path);
  // A path ending in `*` must not swallow another method's verb.
  return endsInLiteral ? `${source}/?` : source.replace(/\[\^\/\]\+(\)?)$/, '[^/:]+$1');
}

function segmentsPattern(segments: string): string {
  return segments.split('/').map(segmentPattern).join('/');
}

function segmentPattern(segment: string): string {
  if (segment === '**') return '.+';
  if (segment === '*') return '[^/]+';
  if (!/^[\w.~-]*$/.test(segment)) throw malformed(segment);
  return segment.replaceAll('.', '\\.');
}

/** Decodes segment by segment, keeping an encoded slash, which would make two segments of one. */
function decodeSegments(text: string): string {
  return text
    .split('/')
    .map((segment) => segment.split(/(%2f)/i).map(decodePart).join(''))
    .join('/');
}

function decodePart(part: string): string {
  return /^%2f$/i.test(part) ? part : decode(part);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    const shown = JSON.stringify(text.slice(0, 160));
    const message = `the path has a broken percent-encoding in ${shown}; encode it as UTF-8`;
    throw new AssayError('invalid-argument', message, { cause });
  }
}

function malformed(text: string): TypeError {
  return new TypeError(`path template: cannot read "${text}"`);
}
