/**
 * The members of a large JSON object one by one, each parsed alone, so that a document of many
 * megabytes is never a tree of objects as a whole.
 */

/** One member, its value unparsed. */
export interface JsonMember {
  readonly key: string;
  readonly text: string;
}

const OPEN = 0x7b;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
/** What goes deeper and what comes back: `{`, `[`, `}`, `]`. */
const STEPS: ReadonlyMap<number, number> = new Map([
  [OPEN, 1],
  [0x5b, 1],
  [0x7d, -1],
  [0x5d, -1],
]);

/**
 * Yields the members of the object that the bytes (UTF-8) hold; throws a `SyntaxError` where they
 * are none. A value is only found here, not checked: whoever parses it does that.
 */
export function* jsonMembers(bytes: Uint8Array): Generator<JsonMember, void, void> {
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN) throw new SyntaxError('a JSON object is wanted');
  const decoder = new TextDecoder('utf-8', { fatal: true });
  at = skipSpace(bytes, at + 1);
  while (bytes[at] === QUOTE) {
    const keyEnd = stringEnd(bytes, at);
    const colon = skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) throw new SyntaxError(`a colon is wanted at byte ${colon}`);
    const end = valueEnd(bytes, colon + 1);
    const key: unknown = JSON.parse(decoder.decode(bytes.subarray(at, keyEnd)));
    yield { key: String(key), text: decoder.decode(bytes.subarray(colon + 1, end)) };
    if (bytes[end] !== COMMA) {
      at = end;
      break;
    }
    at = skipSpace(bytes, end + 1);
    if (bytes[at] !== QUOTE) throw new SyntaxError(`a member is wanted at byte ${at}`);
  }
  if (STEPS.get(bytes[at] ?? 0) === -1 && skipSpace(bytes, at + 1) === bytes.length) return;
  throw new SyntaxError(`the JSON object does not end at byte ${at}`);
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while ([0x20, 0x0a, 0x0d, 0x09].includes(bytes[at] ?? 0)) at += 1;
  return at;
}

/** Behind the closing quote. */
function stringEnd(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  throw new SyntaxError('a JSON text does not end');
}

/** Where the value stops: at the comma or brace that is not its own. */
function valueEnd(bytes: Uint8Array, from: number): number {
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      at = stringEnd(bytes, at);
      continue;
    }
    if (depth === 0 && byte === COMMA) return at;
    depth += STEPS.get(byte) ?? 0;
    if (depth < 0) return at;
    at += 1;
  }
  throw new SyntaxError('the JSON object does not end');
}
