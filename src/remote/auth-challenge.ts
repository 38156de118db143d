/**
 * The grammar of `WWW-Authenticate` (RFC 9110, section 11.6.1). It is written by whoever answers,
 * so it is scanned once, in linear time, and anything outside the grammar ends the reading.
 */

/** One challenge: a lower-case scheme and its parameters with lower-case names. */
export interface AuthChallenge {
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

const SCHEME = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAM = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^",\s]+))/y;
const SEPARATOR = /[ \t]*(?:,[ \t,]*)?/y;
const MAX_HEADER = 8192;

/**
 * Reads the challenges of one header value, in order. A parameter named twice makes its challenge
 * unusable and drops it, since two readers could choose differently; so does a broken tail.
 */
export function parseAuthChallenges(header: string): AuthChallenge[] {
  if (header.length > MAX_HEADER) return [];
  const challenges: AuthChallenge[] = [];
  let position = skip(header, 0);
  while (position < header.length) {
    const scheme = matchAt(SCHEME, header, position);
    if (scheme === undefined) break;
    const read = readParams(header, position + scheme[0].length);
    position = read.position;
    if (read.params) challenges.push({ scheme: scheme[0].toLowerCase(), params: read.params });
  }
  return challenges;
}

interface ParamsRead {
  readonly params: ReadonlyMap<string, string> | undefined;
  readonly position: number;
}

function readParams(header: string, start: number): ParamsRead {
  const params = new Map<string, string>();
  let repeated = false;
  let position = skip(header, start);
  for (;;) {
    const match = matchAt(PARAM, header, position);
    if (match === undefined) break;
    const name = (match[1] ?? '').toLowerCase();
    repeated ||= params.has(name);
    params.set(name, match[3] ?? (match[2] ?? '').replaceAll(/\\(.)/g, '$1'));
    position = skip(header, position + match[0].length);
  }
  return { params: repeated ? undefined : params, position };
}

function skip(header: string, position: number): number {
  return position + (matchAt(SEPARATOR, header, position)?.[0].length ?? 0);
}

function matchAt(pattern: RegExp, text: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text) ?? undefined;
}
