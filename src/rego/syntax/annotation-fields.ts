/** The members of a `# METADATA` block, each checked and brought into OPA's normal form. */
import { fromBigInt, fromDouble } from '../model/number.ts';
import { formatValue, plainObject } from '../model/value.ts';
import type { PlainObject, Value } from '../model/value.ts';

/** A block's members in normal form, without its scope. */
export interface AnnotationFields {
  readonly scope: string | undefined;
  readonly isEntrypoint: boolean;
  readonly fields: PlainObject;
}

/** Each member's normal form; undefined for one that says nothing. They throw for other types. */
const FIELDS: Readonly<Record<string, (value: Value, name: string) => Value | undefined>> = {
  title: readText,
  description: readText,
  entrypoint: readFlag,
  organizations: (value, name) => readList(value, name, readText),
  related_resources: (value, name) => readList(value, name, readResource),
  authors: (value, name) => readList(value, name, readAuthor),
  schemas: (value, name) => readList(value, name, readSchema),
  custom: readCustom,
};

/** The normal form of what YAML holds (maps as `Map`). Throws an `Error` for what is wrong. */
export function readFields(yaml: unknown): AnnotationFields {
  if (!(yaml instanceof Map)) throw new Error('yaml: a METADATA block must be a map');
  const fields: [string, Value][] = [];
  for (const [name, read] of Object.entries(FIELDS)) {
    const given = valueOf(yaml.get(name) ?? null);
    const value = given === null ? undefined : read(given, name);
    if (value !== undefined) fields.push([name, value]);
  }
  const scope = valueOf(yaml.get('scope') ?? null);
  if (scope !== null && typeof scope !== 'string') throw wrongType('scope', 'a string');
  const isEntrypoint = fields.some(([name]) => name === 'entrypoint');
  return { scope: scope ?? undefined, isEntrypoint, fields: plainObject(fields) };
}

function wrongType(name: string, wanted: string): Error {
  return new Error(`yaml: unmarshal errors: ${name} must be ${wanted}`);
}

/** A value of YAML as one of Rego; keys of maps must be texts. */
function valueOf(yaml: unknown): Value {
  if (typeof yaml === 'bigint') return fromBigInt(yaml);
  if (typeof yaml === 'number') return fromDouble(yaml) ?? String(yaml);
  if (typeof yaml === 'string' || typeof yaml === 'boolean') return yaml;
  if (Array.isArray(yaml)) return yaml.map(valueOf);
  if (yaml instanceof Map) return plainObject([...yaml].map(([key, item]) => pairOf(key, item)));
  return null;
}

function pairOf(key: unknown, item: unknown): [string, Value] {
  if (typeof key !== 'string') throw new Error(`invalid map key type(s): ${String(key)}`);
  return [key, valueOf(item)];
}

function readText(value: Value, name: string): Value | undefined {
  if (typeof value === 'object') throw wrongType(name, 'a string');
  const text = String(value);
  return text === '' ? undefined : text;
}

function readFlag(value: Value, name: string): Value | undefined {
  if (typeof value !== 'boolean') throw wrongType(name, 'true or false');
  return value ? true : undefined;
}

function readList(
  value: Value,
  name: string,
  readOne: (item: Value, name: string) => Value | undefined,
): Value | undefined {
  if (!Array.isArray(value)) throw wrongType(name, 'a list');
  const items = value.map((item: Value) => readOne(item, name) ?? '');
  return items.length === 0 ? undefined : items;
}

function readCustom(value: Value, name: string): Value | undefined {
  const members = membersOf(value);
  if (members === undefined) throw wrongType(name, 'a map');
  return Object.keys(members).length === 0 ? undefined : members;
}

function membersOf(value: Value): PlainObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as PlainObject) : undefined;
}

function textIn(members: PlainObject, name: string): string {
  const value = Object.hasOwn(members, name) ? members[name] : undefined;
  return typeof value === 'string' ? value.trim() : '';
}

/** `https://…`, or a map of `ref` and `description`. */
function readResource(value: Value): Value {
  const members = typeof value === 'string' ? { ref: value } : membersOf(value);
  const problem = `invalid related-resource definition ${formatValue(value)}`;
  if (members === undefined) throw new Error(`${problem}: must be string or map`);
  const [ref, description] = [textIn(members, 'ref'), textIn(members, 'description')];
  if (ref === '') throw new Error(`${problem}: 'ref' value required in object`);
  return description === '' ? { ref } : { ref, description };
}

/** `Name <mail>`, or a map of `name` and `email`. */
function readAuthor(value: Value): Value {
  const members = typeof value === 'string' ? splitAuthor(value) : membersOf(value);
  const problem = `invalid author definition ${formatValue(value)}`;
  if (members === undefined) throw new Error(`${problem}: must be string or map`);
  const author = [
    ['name', textIn(members, 'name')],
    ['email', textIn(members, 'email')],
  ] as const;
  const said = author.filter(([, text]) => text !== '');
  if (said.length === 0) throw new Error(`${problem}: 'name' and/or 'email' values required`);
  return plainObject(said);
}

function splitAuthor(text: string): PlainObject {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const last = words.at(-1) ?? '';
  const isMail = last.length >= 2 && last.startsWith('<') && last.endsWith('>');
  const name = (isMail ? words.slice(0, -1) : words).join(' ');
  return isMail ? { name, email: last.slice(1, -1) } : { name };
}

/** A map of one document's ref to a schema's ref, or to a schema. */
function readSchema(value: Value): Value {
  const [member] = Object.entries(membersOf(value) ?? {});
  if (member === undefined) throw new Error('invalid schema declaration: wanted a map');
  const path = pathOf(member[0]);
  if (path === undefined) throw new Error('invalid document reference');
  const [, schema] = member;
  if (typeof schema !== 'string') {
    if (membersOf(schema) !== undefined) return { path, definition: schema };
    throw new Error(`invalid schema declaration for path "${member[0]}"`);
  }
  const names = pathOf(schema);
  if (names === undefined || names[0] !== 'schema') throw new Error('invalid schema reference');
  return { path, schema: names };
}

/** The names of `a.b["c d"]`. */
function pathOf(text: string): readonly string[] | undefined {
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\["[^"\\]*"\])*$/.test(text)) return undefined;
  return [...text.matchAll(/\["([^"]*)"\]|\w+/g)].map((found) => found[1] ?? found[0]);
}
