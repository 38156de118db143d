/**
 * Distinguished names as Notation's trust policies write them (RFC 4514, with Notary Project's
 * trust-store-trust-policy.md, "Trusted Identities Constraints"): unique attributes, no sets in one
 * step, country, state and organization always. What could be read in two ways is refused.
 */
import { refuse } from './refusal.ts';

/** Attributes of a name by their short upper-case type, such as `CN`. */
export type DistinguishedName = ReadonlyMap<string, string>;

/** Short names of attribute types by object identifier (RFC 4519; X.520). */
const TYPES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'SERIALNUMBER',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.17': 'POSTALCODE',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'EMAILADDRESS',
};
const KNOWN: ReadonlySet<string> = new Set(Object.values(TYPES));
const ALIASES: Readonly<Record<string, string>> = { S: 'ST', E: 'EMAILADDRESS' };
const MANDATORY = ['C', 'ST', 'O'] as const;

const MAX_NAME = 1024;
const HEX_PAIR = /^[0-9A-Fa-f]{2}/;
/** Characters that mean something else unless a backslash stands before them. */
const SPECIAL: ReadonlySet<string> = new Set(['"', '+', ';', '<', '>']);

/** One attribute of a name. */
export interface NameAttribute {
  readonly type: string;
  readonly value: string;
}

/** The short type of an object identifier or of another spelling; anything else stays as it is. */
export function attributeType(type: string): string {
  return TYPES[type] ?? ALIASES[type] ?? type;
}

/** Reads the text of a name; refuses unknown, repeated and missing attributes by name. */
export function parseDistinguishedName(text: string): DistinguishedName {
  if (text.length > MAX_NAME) {
    refuse('bad-structure', `a name of ${text.length} characters; at most ${MAX_NAME} are read`);
  }
  const attributes = splitName(text).map((part) => readAttribute(part, text));
  return nameOf(attributes, JSON.stringify(text));
}

/** Puts attributes together; refuses one that stands twice and a name without C, ST or O. */
export function nameOf(attributes: readonly NameAttribute[], what: string): DistinguishedName {
  const name = new Map<string, string>();
  for (const { type, value } of attributes) {
    if (name.has(type)) refuse('bad-structure', `${what} has the attribute ${type} twice`);
    name.set(type, value);
  }
  const missing = MANDATORY.filter((type) => (name.get(type) ?? '') === '');
  if (missing.length === 0) return name;
  return refuse(
    'bad-structure',
    `${what} has no ${missing.join(', ')}; a name has at least C, ST and O`,
  );
}

/** Whether every attribute of `wanted` stands in `found` with the same value. */
export function isSubsetName(wanted: DistinguishedName, found: DistinguishedName): boolean {
  return [...wanted].every(([type, value]) => found.get(type) === value);
}

/** Splits at commas that no backslash precedes; escapes stay as they are. */
function splitName(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}

function readAttribute(part: string, whole: string): NameAttribute {
  const equals = part.indexOf('=');
  const shown = JSON.stringify(whole);
  if (equals === -1) refuse('bad-structure', `${shown} has a part without TYPE=value`);
  const written = part.slice(0, equals).trim().toUpperCase();
  const type = attributeType(written);
  if (!KNOWN.has(type)) {
    const known = [...KNOWN].join(', ');
    refuse(
      'bad-structure',
      `${shown} has the attribute ${JSON.stringify(written)}; known: ${known}`,
    );
  }
  const value = unescapeValue(trimValue(part.slice(equals + 1)), shown);
  if (value === '') refuse('bad-structure', `${shown} has an empty ${type}`);
  return { type, value };
}

/** Drops blanks around a value, but not the last one that a backslash keeps. */
function trimValue(raw: string): string {
  const text = raw.trimStart();
  const trimmed = text.trimEnd();
  const backslashes = /\\*$/.exec(trimmed)?.[0].length ?? 0;
  return backslashes % 2 === 1 && trimmed.length < text.length ? `${trimmed} ` : trimmed;
}

function unescapeValue(text: string, shown: string): string {
  if (text.startsWith('#')) refuse('bad-structure', `${shown} has a value in hex; write its text`);
  const bytes: number[] = [];
  for (let at = 0; at < text.length;) {
    const { taken, value } = readCharacter(text.slice(at), shown);
    bytes.push(...value);
    at += taken;
  }
  return Buffer.from(bytes).toString('utf8');
}

interface ReadCharacter {
  /** Characters of the text. */
  readonly taken: number;
  /** In UTF-8. */
  readonly value: Uint8Array;
}

function readCharacter(rest: string, shown: string): ReadCharacter {
  const [first = ''] = rest;
  if (first !== '\\') {
    if (SPECIAL.has(first)) {
      const why = first === '+' ? 'several attributes in one step are not supported' : 'escape it';
      refuse('bad-structure', `${shown} has ${first} without a backslash; ${why}`);
    }
    return { taken: first.length, value: Buffer.from(first) };
  }
  const hex = HEX_PAIR.exec(rest.slice(1))?.[0];
  if (hex !== undefined) return { taken: 3, value: Buffer.from(hex, 'hex') };
  const [escaped = ''] = rest.slice(1);
  if (!/^[ "#+,;<=>\\]$/.test(escaped)) {
    refuse('bad-structure', `${shown} has a backslash before ${JSON.stringify(escaped)}`);
  }
  return { taken: 2, value: Buffer.from(escaped) };
}
