/**
 * What a JSON text looks like before it is parsed: how deep it nests, and whether an object has a
 * key twice. `JSON.parse` keeps the last of two equal keys, another reader the first, so such a
 * text has two readings (RFC 8259, section 4). One pass, no recursion, whatever the text.
 */

/** The shape of a text; for one that is no JSON it says what was seen until then. */
export interface JsonShape {
  /** How many arrays and objects were open at once at the most. */
  readonly depth: number;
  /** How many arrays and objects there are in all. */
  readonly containers: number;
  /** The first key that one object has twice. */
  readonly duplicateKey?: string;
}

/**
 * Arrays and objects of one request at most, over whatever transport: empty ones cost a hundred
 * times their bytes to read. A batch of a thousand occurrences has a tenth of them.
 */
export const MAX_CONTAINERS = 200_000;

/** The keys of an open object; none until it has one. */
interface OpenObject {
  keys?: Set<string>;
}

// Codes, since comparing one-character texts took most of the time of small documents.
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** Looks at a text's brackets and keys. */
export function jsonShape(text: string): JsonShape {
  const open: (OpenObject | undefined)[] = [];
  let depth = 0;
  let containers = 0;
  let duplicateKey: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(text, at);
      duplicateKey ??= addKey(open.at(-1), text, { start: at, end });
      at = end;
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      open.push(code === OPEN_OBJECT ? {} : undefined);
      containers += 1;
      depth = Math.max(depth, open.length);
    } else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) open.pop();
  }
  return { depth, containers, ...(duplicateKey !== undefined && { duplicateKey }) };
}

/** The position of the quote that ends the string which begins at `start`; else the text's end. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
}

/** Whether an odd number of backslashes stands before a quote; the runs of a text never overlap. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote;
  while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (quote - before) % 2 === 1;
}

const COLON = /[ \t\r\n]*:/y;

/** Adds a string to the keys of its object where it is a key; answers it where it was there. */
function addKey(
  object: OpenObject | undefined,
  text: string,
  span: { readonly start: number; readonly end: number },
): string | undefined {
  COLON.lastIndex = span.end + 1;
  if (object === undefined || !COLON.test(text)) return undefined;
  const key = readKey(text.slice(span.start, span.end + 1));
  const keys = (object.keys ??= new Set());
  if (keys.has(key)) return key;
  keys.add(key);
  return undefined;
}

/** A key with its escapes resolved; as written where they are wrong, which the parser will say. */
function readKey(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  try {
    return JSON.parse(token) as string;
  } catch {
    return token;
  }
}
