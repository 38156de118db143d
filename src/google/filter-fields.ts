/**
 * The fields by which notes and occurrences are filtered: those with columns, by every name that
 * Google's versions have for them, and any path of v1's messages (and of v1beta1's, where it has a
 * counterpart), in camelCase or snake_case.
 */
import { decodeBase64, encodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import type { FilterType } from '../domain/filter-value.ts';
import { KIND_FIELDS, type NoteKind } from '../domain/note.ts';
import { type FilterTarget, type FindField, keyProblem } from '../domain/resolve-filter.ts';
import type { FilterColumn, PathStep } from '../domain/resolved-filter.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { SEVERITIES } from '../domain/severity.ts';
import {
  BETA_NOTE_PATHS,
  BETA_OCCURRENCE_PATHS,
  type BetaPath,
  pathFromBeta,
} from './beta-filter-paths.ts';
import { GRAFEAS_TABLES } from './grafeas-table.ts';
import { enumNames, type MessageField, messageFields } from './message-table.ts';

/** Kinds as v1alpha1 called them. */
const OLD_KINDS: Readonly<Record<string, string>> = {
  PACKAGE_VULNERABILITY: 'VULNERABILITY',
  BUILD_DETAILS: 'BUILD',
  IMAGE_BASIS: 'IMAGE',
  PACKAGE_MANAGER: 'PACKAGE',
  DEPLOYABLE: 'DEPLOYMENT',
  ATTESTATION_AUTHORITY: 'ATTESTATION',
};

const TEXT: FilterType = { kind: 'text' };
const TIME: FilterType = { kind: 'time', kept: 'micros' };
const KIND = column('kind', { kind: 'choice', read: readKind });
const RESOURCE = column('resource', { kind: 'text', read: resourceKey });
const SEVERITY: FilterTarget = {
  place: { kind: 'column', column: 'severity', of: 'VULNERABILITY' },
  type: {
    kind: 'enum',
    names: SEVERITIES,
    byName: new Map(SEVERITIES.map((name) => [name, name])),
    kept: 'rank',
  },
};

const SHARED: Readonly<Record<string, FilterTarget>> = {
  kind: KIND,
  name: column('name', TEXT),
  noteProjectId: column('noteProjectId', TEXT),
  noteId: column('noteId', TEXT),
  createTime: column('createTime', TIME),
  updateTime: column('updateTime', TIME),
};

interface FieldSet {
  readonly message: 'Occurrence' | 'Note';
  /** By {@link fieldKey}. */
  readonly named: ReadonlyMap<string, FilterTarget>;
  readonly beta: readonly BetaPath[];
}

const OCCURRENCE_FIELDS: FieldSet = {
  message: 'Occurrence',
  named: byKey({
    ...SHARED,
    noteName: column('noteName', TEXT),
    resourceUrl: RESOURCE,
    resourceUri: RESOURCE,
    'resource.uri': RESOURCE,
    severity: SEVERITY,
    'vulnerability.effectiveSeverity': SEVERITY,
    dependencyPackageName: {
      place: { kind: 'path', of: 'PACKAGE', steps: [one('detail'), one('name')] },
      type: TEXT,
    },
  }),
  beta: BETA_OCCURRENCE_PATHS,
};

const NOTE_FIELDS: FieldSet = {
  message: 'Note',
  named: byKey({
    ...SHARED,
    expirationTime: { place: { kind: 'path', steps: [one('expirationTime')] }, type: TIME },
  }),
  beta: BETA_NOTE_PATHS,
};

/** Finds a field of an occurrence. */
export const findOccurrenceField: FindField = (path) => findField(OCCURRENCE_FIELDS, path);

/** Finds a field of a note. */
export const findNoteField: FindField = (path) => findField(NOTE_FIELDS, path);

/** Reads a kind, also by its v1alpha1 name; throws `invalid-filter`. */
function readKind(value: string): string {
  const kind = (Object.hasOwn(OLD_KINDS, value) ? OLD_KINDS[value] : undefined) ?? value;
  if (Object.hasOwn(KIND_FIELDS, kind)) return kind;
  const known = Object.keys(KIND_FIELDS).join(', ');
  const found = JSON.stringify(value.slice(0, 64));
  throw new AssayError('invalid-filter', `is never ${found}; use ${known}`);
}

function findField(
  { message, named, beta }: FieldSet,
  path: readonly string[],
): ReturnType<FindField> {
  const known = named.get(fieldKey(path));
  if (known !== undefined) return known;
  return follow({ message, steps: [], written: path }, pathFromBeta(path, beta));
}

/** Where a path stands while it is followed. */
interface Way {
  /** The message that the next part is a field of. */
  readonly message: string;
  readonly steps: readonly PathStep[];
  readonly of?: NoteKind;
  /** How the filter has the whole path, for errors. */
  readonly written: readonly string[];
}

/** Follows a path through the messages. */
function follow(way: Way, [part = '', ...rest]: readonly string[]): ReturnType<FindField> {
  const field = messageFields(GRAFEAS_TABLES.v1, way.message)?.get(part);
  if (field === undefined || field.type === 'refused') return unknownField(way, part);
  const next = enter(way, field);
  if (rest.length === 0) return targetOf(next, field);
  return field.shape === 'map' ? followKey(next, field, rest) : followFields(next, field, rest);
}

function followFields(
  way: Way,
  field: MessageField,
  rest: readonly string[],
): ReturnType<FindField> {
  if (messageFields(GRAFEAS_TABLES.v1, field.type) !== undefined) return follow(way, rest);
  return `${way.written.join('.')}: ${field.name} has no fields of its own`;
}

/** A map's key, then the rest of the path within that member. */
function followKey(
  way: Way,
  field: MessageField,
  [key = '', ...inner]: readonly string[],
): ReturnType<FindField> {
  const problem = keyProblem(key);
  if (problem !== undefined) return `${way.written.join('.')}: ${problem}`;
  const member = { ...way, steps: [...way.steps, one(key)] };
  if (inner.length === 0) return targetOf(member, { ...field, shape: 'one' });
  return followFields(member, field, inner);
}

function enter(way: Way, field: MessageField): Way {
  const kind = way.steps.length === 0 ? kindOf(field.name) : way.of;
  const steps = [...way.steps, stepOf(way, field)];
  const { written } = way;
  return { message: field.type, steps, written, ...(kind !== undefined && { of: kind }) };
}

/** The kept form has a kind's detail under one name, whatever the kind. */
function stepOf(way: Way, field: MessageField): PathStep {
  const detail = way.steps.length === 0 && kindOf(field.name) !== undefined;
  return { key: detail ? 'detail' : field.name, many: field.shape === 'list' };
}

function kindOf(name: string): NoteKind | undefined {
  const found = Object.entries(KIND_FIELDS).find(([, field]) => field === name);
  return found?.[0] as NoteKind | undefined;
}

function targetOf({ steps, of }: Way, { type, shape }: MessageField): FilterTarget {
  const place = { kind: 'path', steps, ...(of !== undefined && { of }) } as const;
  const whole = shape === 'one' ? {} : { whole: shape };
  return { place, type: typeOf(type), ...whole };
}

const SCALARS: Readonly<Record<string, FilterType>> = {
  string: TEXT,
  bytes: { kind: 'text', read: (text) => encodeBase64(decodeBase64(text)) },
  bool: { kind: 'bool' },
  int32: { kind: 'number' },
  int64: { kind: 'number' },
  double: { kind: 'number' },
  time: { kind: 'time', kept: 'text' },
};

function typeOf(type: string): FilterType {
  const scalar = Object.hasOwn(SCALARS, type) ? SCALARS[type] : undefined;
  if (scalar !== undefined) return scalar;
  const names = enumNames(GRAFEAS_TABLES.v1, type);
  if (names === undefined) return { kind: 'message' };
  return { kind: 'enum', names: names.byNumber, byName: names.byName, kept: 'name' };
}

function unknownField({ message, written }: Way, part: string): string {
  const name = written.join('.');
  const fields = [...(messageFields(GRAFEAS_TABLES.v1, message)?.values() ?? [])];
  const known = [...new Set(fields.map((field) => field.name))];
  const near = known.find((one) => one.toLowerCase() === part.replaceAll('_', '').toLowerCase());
  if (near !== undefined) return `unknown field ${name}; did you mean ${near}?`;
  const within = written.length > 1 ? `: ${message} has no field ${part}` : '';
  return `unknown field ${name}${within}; known are ${known.join(', ')}`;
}

/** A field's name without the differences of camelCase and snake_case. */
function fieldKey(path: readonly string[]): string {
  return path.join('.').replaceAll('_', '').toLowerCase();
}

function byKey(fields: Readonly<Record<string, FilterTarget>>): ReadonlyMap<string, FilterTarget> {
  return new Map(Object.entries(fields).map(([name, field]) => [fieldKey([name]), field]));
}

function column(name: FilterColumn, type: FilterType): FilterTarget {
  return { place: { kind: 'column', column: name }, type };
}

function one(key: string): PathStep {
  return { key, many: false };
}
