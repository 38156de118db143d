/**
 * Prints a FileDescriptorSet as the two modules of src/google/generated: its bytes for gRPC, and
 * messages, enums and methods in the notation of src/google/message-table.ts, which REST reads
 * without any library.
 */
import {
  type DescEnum,
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescMethod,
  type FileRegistry,
  createFileRegistry,
  fromBinary,
  getOption,
  hasOption,
  ScalarType,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const WIDTH = 96;

const SCALARS: Readonly<Record<ScalarType, string>> = {
  [ScalarType.STRING]: 'string',
  [ScalarType.BYTES]: 'bytes',
  [ScalarType.BOOL]: 'bool',
  [ScalarType.DOUBLE]: 'double',
  [ScalarType.FLOAT]: 'double',
  [ScalarType.INT32]: 'int32',
  [ScalarType.SINT32]: 'int32',
  [ScalarType.SFIXED32]: 'int32',
  [ScalarType.UINT32]: 'int64',
  [ScalarType.FIXED32]: 'int64',
  [ScalarType.INT64]: 'int64',
  [ScalarType.SINT64]: 'int64',
  [ScalarType.SFIXED64]: 'int64',
  [ScalarType.UINT64]: 'int64',
  [ScalarType.FIXED64]: 'int64',
};

/** Messages whose JSON is no object of their fields (proto3's JSON mapping). */
const WELL_KNOWN: Readonly<Record<string, string>> = {
  'google.protobuf.Timestamp': 'time',
  'google.protobuf.Duration': 'string',
  'google.protobuf.FieldMask': 'mask',
  'google.protobuf.Any': 'json',
  'google.protobuf.Struct': 'json',
  'google.protobuf.Value': 'json',
  'google.protobuf.ListValue': 'json',
};

/** google.api.FieldBehavior. */
const REQUIRED = 2;
const OUTPUT_ONLY = 3;

const HTTP_VERBS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The module with the set's bytes. */
export function formatDescriptorSet(set: Uint8Array, stamp: string): string {
  const text = Buffer.from(set).toString('base64').replaceAll(/.{96}/g, '$&\n').trimEnd();
  return `${head('The FileDescriptorSet of the served APIs.', stamp)}
/** The set in base64, with line ends in it. */
export const DESCRIPTOR_SET = \`
${text}
\`;
`;
}

/** The module with messages, enums and the methods of the services, which are listed in order. */
export function formatDefinition(
  set: Uint8Array,
  { services, stamp }: { readonly services: readonly string[]; readonly stamp: string },
): string {
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, set));
  const print = createPrinter(registry);
  const types = [...registry].filter(({ typeName }) => !isMeta(typeName));
  const messages = types.filter((type) => type.kind === 'message' && !type.proto.options?.mapEntry);
  const enums = types.filter((type) => type.kind === 'enum');
  return `${head('Messages, enums and methods of the served APIs, as notation.', stamp)}
/** Every message by its full name: see MessageTable. */
export const MESSAGES: Readonly<Record<string, string>> = {
${messages.map((type) => row(type.typeName, print.message(type as DescMessage))).join('\n')}
};

/** Every enum by its full name: see MessageTable. */
export const ENUMS: Readonly<Record<string, string>> = {
${enums.map((type) => row(type.typeName, print.enum(type as DescEnum))).join('\n')}
};

/** Every method by its full name: request, response, then verb, path and body of each binding. */
export const METHODS: Readonly<Record<string, string>> = {
${services.flatMap((name) => methodRows(registry, name, print)).join('\n')}
};
`;
}

interface Printer {
  readonly message: (type: DescMessage) => string;
  readonly enum: (type: DescEnum) => string;
  readonly method: (method: DescMethod) => string;
}

function createPrinter(registry: FileRegistry): Printer {
  const http = extension(registry, 'google.api.http');
  const behavior = extension(registry, 'google.api.field_behavior');
  return {
    message: (type) => type.fields.map((field) => printField(field, behavior)).join(', '),
    enum: printEnum,
    method: (method) => {
      const rules = hasOption(method, http) ? bindings(getOption(method, http) as HttpRule) : [];
      return [`${method.input.typeName} ${method.output.typeName}`, ...rules].join('; ');
    },
  };
}

function printField(field: DescField, behavior: DescExtension): string {
  const { jsonName, name, oneof } = field;
  const spelling = snakeCase(jsonName) === name ? jsonName : `${jsonName}=${name}`;
  const marks = (hasOption(field, behavior) ? getOption(field, behavior) : []) as number[];
  const mark = marks.includes(REQUIRED) ? '!' : marks.includes(OUTPUT_ONLY) ? '^' : '';
  return `${spelling} ${typeOf(field)}${mark}${oneof === undefined ? '' : `@${oneof.name}`}`;
}

function typeOf(field: DescField): string {
  const brackets = { list: '[]', map: '{}', scalar: '', enum: '', message: '' }[field.fieldKind];
  if (field.message !== undefined) {
    const { typeName } = field.message;
    return `${WELL_KNOWN[typeName] ?? typeName}${brackets}`;
  }
  if (field.enum !== undefined) return `${field.enum.typeName}${brackets}`;
  return `${SCALARS[field.scalar as ScalarType]}${brackets}`;
}

function printEnum(type: DescEnum): string {
  const names = Map.groupBy(type.proto.value, ({ number }) => number);
  const last = Math.max(...names.keys());
  return Array.from({ length: last + 1 }, (_, number) => {
    const aliases = names.get(number)?.map(({ name }) => name);
    return aliases?.join('=') ?? '-';
  }).join(' ');
}

interface HttpRule {
  readonly pattern: { readonly case: string | undefined; readonly value?: unknown };
  readonly body: string;
  readonly additionalBindings: readonly HttpRule[];
}

function bindings(rule: HttpRule): readonly string[] {
  const verb = HTTP_VERBS.find((one) => one === rule.pattern.case);
  if (verb === undefined) throw new TypeError(`an http rule with ${rule.pattern.case}`);
  const parts = [verb.toUpperCase(), String(rule.pattern.value), rule.body];
  return [
    parts.filter((part) => part !== '').join(' '),
    ...rule.additionalBindings.flatMap(bindings),
  ];
}

function methodRows(registry: FileRegistry, service: string, print: Printer): readonly string[] {
  const found = registry.getService(service);
  if (found === undefined) throw new TypeError(`no service ${service} in the set`);
  return found.methods.map((method) => row(`${service}.${method.name}`, print.method(method)));
}

function extension(registry: FileRegistry, name: string): DescExtension {
  const found = registry.getExtension(name);
  if (found === undefined) throw new TypeError(`no extension ${name} in the set`);
  return found;
}

/** What describes descriptors is in the set, but in no message of an API. */
function isMeta(name: string): boolean {
  return /^google\.protobuf\.(\w+Options|\w*DescriptorProto|FileDescriptorSet|Feature|GeneratedCode|SourceCode|UninterpretedOption|Edition)/.test(
    name,
  );
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function row(name: string, text: string): string {
  const line = `  '${name}': \`${text}\`,`;
  return line.length < 100 ? line : `  '${name}': \`${wrap(text)}\`,`;
}

/** Breaks a text at blanks; the notation reads any blank as one. */
function wrap(text: string): string {
  const lines = text.split(' ').reduce<string[]>((done, word) => {
    const last = done.at(-1) ?? '';
    if (done.length > 0 && last.length + word.length < WIDTH - 5)
      done.push(`${done.pop()} ${word}`);
    else done.push(word);
    return done;
  }, []);
  return `\n    ${lines.join('\n    ')}`;
}

function head(what: string, stamp: string): string {
  return `/**\n * ${what}\n * Made by scripts/make-descriptors.ts of\n * ${stamp}\n */\n`;
}
