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

/** Looks at a text's brackets and keys. */
export function jsonShape(text: string): JsonShape {
  const open: (OpenObject | undefined)[] = [];
  let depth = 0;
  let containers = 0;
  let duplicateKey: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      duplicateKey ??= addKey(open.at(-1), text, { start: at, end });
      at = end;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? {} : undefined);
      containers += 1;
      depth = Math.max(depth, open.length);
    } else if (character === '}' || character === ']') open.pop();
  }
  return { depth, containers, ...(duplicateKey !== undefined && { duplicateKey }) };
}

/** The position of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
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
  try {
    return JSON.parse(token) as string;
  } catch {
    return token;
  }
}
