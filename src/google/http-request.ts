/**
 * A request message out of an HTTP request, by the rule of google.api.http: what the path captures,
 * the body, and query parameters for the other fields. Nothing is checked here but that it has this
 * shape: values stay as they came, under their camelCase names.
 */
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { DEFINITION } from './definition.ts';
import { messageFields, type MessageField } from './message-table.ts';
import { type FoundMethod, withoutLocation } from './methods.ts';
import { fieldError, show } from './read-message.ts';
import { type MutableJson, setPath, valueAtPath } from './request-path.ts';

/** Types of which a query parameter can be a value. */
const NO_QUERY = new Set(['json', 'refused']);

/**
 * The request of a found method. Unknown query parameters are left out, unknown fields of a body
 * stay in. Refuses a whole body that is no object.
 */
export function requestFromHttp(found: FoundMethod, query: string, body: unknown): JsonObject {
  const { method, binding, variables } = found;
  const start = binding.body === '*' ? fieldsOfBody(method.request, body) : {};
  const request: MutableJson = binding.body === '*' ? start : fieldsOfQuery(method.request, query);
  if (binding.body !== undefined && binding.body !== '*') request[binding.body] = body as Json;
  for (const [path, value] of variables) {
    if (binding.body === '*') refuseOther(request, path, value);
    setPath(request, path, value);
  }
  return request;
}

/** What the path says cannot be said otherwise by the body. */
function refuseOther(request: JsonObject, [field = '']: readonly string[], value: string): void {
  const given = request[field];
  const name = typeof given === 'string' ? withoutLocation(given) : given;
  if (given === undefined || name === withoutLocation(value)) return;
  throw fieldError(
    ['request', field],
    `is ${show(given)}, but the path says ${show(value)}; leave it out`,
  );
}

function fieldsOfBody(type: string, body: unknown): MutableJson {
  if (!isJsonObject(body)) throw fieldError(['request'], `is ${show(body)}; want an object`);
  const fields = messageFields(DEFINITION, type);
  const request: MutableJson = Object.create(null) as MutableJson;
  for (const [key, value] of Object.entries(body)) {
    const name = fields?.get(key)?.name ?? key;
    // One that is given in both spellings stays in both, for its reader to refuse.
    request[name in request ? key : name] = value;
  }
  return { ...request };
}

/** Of a parameter that is given twice the last one counts, camelCase before snake_case. */
function fieldsOfQuery(type: string, query: string): MutableJson {
  const request: MutableJson = {};
  if (query === '') return request;
  const given = [...new URLSearchParams(query)];
  const [camel, snake] = [given.filter(isCamel), given.filter((one) => !isCamel(one))];
  for (const [key, text] of [...snake, ...camel]) {
    const fields = resolve(type, key.split('.'));
    const last = fields?.at(-1);
    if (fields === undefined || last === undefined || !isPlain(last)) continue;
    setPath(
      request,
      fields.map(({ name }) => name),
      last.shape === 'list' ? [...listAt(request, fields), text] : text,
    );
  }
  return request;
}

function isCamel([key]: readonly [string, string]): boolean {
  return !key.includes('_');
}

function isPlain({ type, shape }: MessageField): boolean {
  const isMessage = messageFields(DEFINITION, type) !== undefined;
  return shape !== 'map' && !isMessage && !NO_QUERY.has(type);
}

/** The fields along a path; undefined where there are none such. */
function resolve(type: string, steps: readonly string[]): readonly MessageField[] | undefined {
  const fields: MessageField[] = [];
  let at: string | undefined = type;
  for (const step of steps) {
    const field: MessageField | undefined = messageFields(DEFINITION, at ?? '')?.get(step);
    if (field === undefined) return undefined;
    fields.push(field);
    at = field.shape === 'one' ? field.type : undefined;
  }
  return fields;
}

function listAt(request: MutableJson, fields: readonly MessageField[]): readonly Json[] {
  const found = valueAtPath(
    request,
    fields.map(({ name }) => name),
  );
  return Array.isArray(found) ? (found as Json[]) : [];
}
