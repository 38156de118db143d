/**
 * Messages between gRPC's bytes and JSON, by the descriptors. It loads the descriptor set and a
 * library, which only a server that is called over gRPC needs: import it where that happens.
 */
import {
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { AssayError, isAssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { refuseManyMessages } from './count-messages.ts';
import { DESCRIPTOR_SET } from './generated/descriptor-set.ts';

/** Reads and writes messages by their full names. */
export interface GrpcCodec {
  /**
   * The JSON of a message: camelCase, int64 as text, unknown fields left out, enum numbers without
   * a name as numbers. Refuses bytes that are no such message, and
   * more messages in it than one request may have.
   */
  readonly decode: (type: string, bytes: Uint8Array) => JsonObject;
  /**
   * The bytes of a message. What the descriptors have no place for is left out: fields of newer
   * revisions, and free JSON that is not of the field's type.
   */
  readonly encode: (type: string, json: JsonObject) => Uint8Array;
}

/** Loads the descriptors. */
export function createGrpcCodec(): GrpcCodec {
  const registry = createFileRegistry(
    fromBinary(FileDescriptorSetSchema, base64Decode(DESCRIPTOR_SET)),
  );
  return {
    decode: (type, bytes) => decode(registry, type, bytes),
    encode: (type, json) => {
      const schema = schemaOf(registry, type);
      return toBinary(schema, parse(registry, schema, json));
    },
  };
}

function decode(registry: FileRegistry, type: string, bytes: Uint8Array): JsonObject {
  const schema = schemaOf(registry, type);
  try {
    refuseManyMessages(schema, bytes);
    const message = fromBinary(schema, bytes, { readUnknownFields: false });
    const json: unknown = toJson(schema, message, { registry });
    return isJsonObject(json) ? json : {};
  } catch (cause) {
    if (isAssayError(cause)) throw cause;
    throw unreadable(type, cause);
  }
}

function unreadable(type: string, cause: unknown): AssayError {
  const reason = cause instanceof Error ? cause.message.slice(0, 200) : 'unknown';
  const message = `the request is no readable ${type}: ${reason}`;
  return new AssayError('invalid-argument', message, { cause });
}

type Parsed = ReturnType<typeof fromJson>;

function parse(registry: FileRegistry, schema: DescMessage, json: JsonObject): Parsed {
  const options = { registry, ignoreUnknownFields: true };
  try {
    return fromJson(schema, json as JsonInput, options);
  } catch {
    return fromJson(schema, fitting(registry, schema, json) as JsonInput, options);
  }
}

type JsonInput = Parameters<typeof fromJson>[1];

/** Free JSON, which REST keeps as it came, must be of its field's type over gRPC. */
const FREE = new Set(['google.protobuf.Any', 'google.protobuf.Struct']);

/** The message without the free JSON that its fields cannot hold. */
function fitting(registry: FileRegistry, schema: DescMessage, json: JsonObject): JsonObject {
  const entries = Object.entries(json).flatMap(([name, value]) => {
    const message = schema.fields.find((field) => field.jsonName === name)?.message;
    if (message === undefined || value === undefined) return [[name, value] as const];
    const fits = (item: Json): readonly Json[] => fittingItem(registry, message, item);
    return [[name, mapItems(value, fits)] as const];
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function mapItems(value: Json, map: (item: Json) => readonly Json[]): Json | undefined {
  return Array.isArray(value) ? value.flatMap(map) : map(value)[0];
}

function fittingItem(registry: FileRegistry, schema: DescMessage, item: Json): readonly Json[] {
  if (!FREE.has(schema.typeName)) {
    return isJsonObject(item) ? [fitting(registry, schema, item)] : [item];
  }
  try {
    fromJson(schema, item as JsonInput, { registry });
    return [item];
  } catch {
    return [];
  }
}

function schemaOf(registry: FileRegistry, type: string): DescMessage {
  const schema = registry.getMessage(type);
  if (schema === undefined) throw new TypeError(`no message ${type} in the descriptors`);
  return schema;
}
