/** Setting fields of a request message that is still being put together. */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';

/** A message whose fields are being set. */
export interface MutableJson {
  [key: string]: Json | undefined;
}

/** The value at a path of fields; undefined where there is none. */
export function valueAtPath(message: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, step) => (isJsonObject(value) ? value[step] : undefined),
    message,
  );
}

/** Sets a value; what stands in the way and is no object stays, for its reader to refuse. */
export function setPath(into: MutableJson, path: readonly string[], value: Json): void {
  const [step = '', ...rest] = path;
  if (rest.length === 0) {
    into[step] = value;
    return;
  }
  const inner = into[step] ?? {};
  if (!isJsonObject(inner)) return;
  const copy: MutableJson = { ...inner };
  setPath(copy, rest, value);
  into[step] = copy;
}
