/** Reads types as OPA prints them, so that the table of signatures can be read by people. */
import {
  ANY,
  type FixedMember,
  type OpenMembers,
  type RegoType,
  type ScalarName,
  anyOf,
  arrayType,
  objectType,
  setType,
} from './rego-type.ts';

const SCALARS: ReadonlySet<string> = new Set(['null', 'boolean', 'number', 'string']);

/** What was not read yet. */
interface Rest {
  text: string;
}

/** Reads `any<string, set[string]>` and the like; throws for what is no type. */
export function parseType(text: string): RegoType {
  const rest = { text };
  const type = readType(rest);
  if (rest.text !== '') throw new Error(`${text} is no type: ${rest.text} is left over`);
  return type;
}

function readType(rest: Rest): RegoType {
  const word = /^\w+/.exec(rest.text)?.[0] ?? '';
  rest.text = rest.text.slice(word.length);
  if (SCALARS.has(word)) return { kind: word as ScalarName };
  switch (word) {
    case 'any':
      return readUnion(rest);
    case 'set':
      return setType(readBracket(rest) ?? ANY);
    case 'array':
      return arrayType(readList(rest), readBracket(rest));
    case 'object':
      return objectType(readMembers(rest), readOpenMembers(rest));
    default:
      throw new Error(`${word}${rest.text} is no type`);
  }
}

function take(rest: Rest, text: string): boolean {
  if (!rest.text.startsWith(text)) return false;
  rest.text = rest.text.slice(text.length);
  return true;
}

/** `<a, b>`, or nothing. */
function readList(rest: Rest): readonly RegoType[] {
  if (!take(rest, '<')) return [];
  const types = [readType(rest)];
  while (take(rest, ', ')) types.push(readType(rest));
  take(rest, '>');
  return types;
}

function readUnion(rest: Rest): RegoType {
  const types = readList(rest);
  return types.length === 0 ? ANY : anyOf(types);
}

/** `[a]`, or nothing. */
function readBracket(rest: Rest): RegoType | undefined {
  if (!take(rest, '[')) return undefined;
  const type = readType(rest);
  take(rest, ']');
  return type;
}

/** `<name: a, name: b>`, or nothing. */
function readMembers(rest: Rest): readonly FixedMember[] {
  const members: FixedMember[] = [];
  if (!take(rest, '<')) return members;
  do {
    const key = /^\w+/.exec(rest.text)?.[0] ?? '';
    rest.text = rest.text.slice(key.length);
    take(rest, ': ');
    members.push({ key, value: readType(rest) });
  } while (take(rest, ', '));
  take(rest, '>');
  return members;
}

/** `[a: b]`, or nothing. */
function readOpenMembers(rest: Rest): OpenMembers | undefined {
  if (!take(rest, '[')) return undefined;
  const key = readType(rest);
  take(rest, ': ');
  const members = { key, value: readType(rest) };
  take(rest, ']');
  return members;
}
