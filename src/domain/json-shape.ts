/**
 * What a JSON text looks like before it is parsed: how deep it nests, and whether an object has a
 * key twice. `JSON.parse` keeps the last of two equal keys, another reader the first, so such a
 * text has two readings (RFC 8259, section 4). One pass, no recursion, whatever the text.
 */

/** The shape of a text; for one that is no JSON it says what was seen until then. */
export interface JsonShape {
  /** How many arrays and objects were open at once at the most. */
  readonly depth: number;
  /** The first key that one object has twice. */
  readonly duplicateKey?: string;
}

/** Looks at a text's brackets and keys. */
export function jsonShape(text: string): JsonShape {
  const open: (Set<string> | undefined)[] = [];
  let depth = 0;
  let duplicateKey: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') {
      const end = endOfString(text, at);
      duplicateKey ??= addKey(open.at(-1), text, { start: at, end });
      at = end;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? new Set() : undefined);
      depth = Math.max(depth, open.length);
    } else if (character === '}' || character === ']') open.pop();
  }
  return duplicateKey === undefined ? { depth } : { depth, duplicateKey };
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
  keys: Set<string> | undefined,
  text: string,
  span: { readonly start: number; readonly end: number },
): string | undefined {
  COLON.lastIndex = span.end + 1;
  if (keys === undefined || !COLON.test(text)) return undefined;
  const key = readKey(text.slice(span.start, span.end + 1));
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
