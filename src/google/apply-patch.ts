/** Google's PATCH: what a message says once the paths of an update mask are taken from a body. */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { type MessageField, messageFields, type MessageTable } from './message-table.ts';
import { fieldError, readMessage } from './read-message.ts';

/** A change as a client asks for it. */
export interface MessagePatch {
  readonly body: unknown;
  /** Paths in camelCase; undefined: every field that the body has; `*`: the whole message. */
  readonly mask: readonly string[] | undefined;
}

/** What is patched: a message of a table, and what errors call it. */
export interface PatchTarget {
  readonly table: MessageTable;
  readonly type: string;
  readonly root: string;
}

/** A patched message, and which of its fields the patch speaks of. */
export interface PatchedMessage {
  readonly message: JsonObject;
  readonly touched: ReadonlySet<string>;
}

/**
 * Takes a patch's paths over into a message. A path of the mask that the body lacks is cleared.
 * Refuses unknown paths and fields; required ones are the concern of who reads the result.
 */
export function applyPatch(
  target: PatchTarget,
  before: JsonObject,
  patch: MessagePatch,
): PatchedMessage {
  const change = readMessage(patch.body, { ...target, partial: true });
  const paths = pathsOf(target, change, patch.mask);
  const message = paths.reduce((into, path) => copyPath(into, change, path), before);
  return { message, touched: new Set(paths.map(([first = '']) => first)) };
}

function pathsOf(
  target: PatchTarget,
  change: JsonObject,
  mask: MessagePatch['mask'],
): readonly (readonly string[])[] {
  const fields = messageFields(target.table, target.type)?.values() ?? [];
  if (mask?.includes('*'))
    return [...new Set([...fields].map(({ name }) => name))].map((one) => [one]);
  return (mask ?? Object.keys(change)).map((path) => readPath(target, path));
}

/** The names of the fields along a path. Lists, maps and scalars have no fields. */
function readPath({ table, type, root }: PatchTarget, path: string): readonly string[] {
  let at: string | undefined = type;
  return path.split('.').map((step) => {
    const field: MessageField | undefined = messageFields(table, at ?? '')?.get(step);
    if (field === undefined) {
      throw fieldError(['updateMask'], `has ${JSON.stringify(path)}, which no ${root} has`);
    }
    at = field.shape === 'one' ? field.type : undefined;
    return field.name;
  });
}

/** The object with the value at a path taken from another, or removed where that has none. */
function copyPath(into: JsonObject, from: JsonObject, path: readonly string[]): JsonObject {
  const [step = '', ...rest] = path;
  const { [step]: old, ...others } = into;
  const value =
    rest.length === 0 ? from[step] : copyPath(objectOf(old), objectOf(from[step]), rest);
  return value === undefined ? others : { ...others, [step]: value };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
