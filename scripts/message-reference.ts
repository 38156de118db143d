/** Messages of the definition as tables, with what is required and not kept here. */
import { BINAUTHZ_TABLES } from '../src/google/binauthz-table.ts';
import { DEFINITION } from '../src/google/definition.ts';
import { GRAFEAS_TABLES } from '../src/google/grafeas-table.ts';
import { IAM_TABLE } from '../src/google/iam-message.ts';
import {
  type MessageField,
  messageFields,
  type MessageTable,
} from '../src/google/message-table.ts';

/** What a message is read by, by the beginning of its name. */
const READ_BY: readonly (readonly [string, MessageTable])[] = [
  ['grafeas.v1.', GRAFEAS_TABLES.v1],
  ['grafeas.v1beta1.', GRAFEAS_TABLES.v1beta1],
  ['google.cloud.binaryauthorization.v1.', BINAUTHZ_TABLES.v1],
  ['google.cloud.binaryauthorization.', BINAUTHZ_TABLES.v1beta1],
  ['google.iam.', IAM_TABLE],
];

/** The same in all APIs. */
const SHARED = /^google\.(?:protobuf|rpc|api)\.[A-Z]/;

/** The fields of a message that clients may send or are given. */
export function fieldsOf(type: string): readonly MessageField[] {
  const table = READ_BY.find(([start]) => type.startsWith(start))?.[1] ?? DEFINITION;
  const fields = new Set(messageFields(table, type)?.values() ?? []);
  return [...fields].filter((field) => field.type !== 'refused');
}

/** The tables of these messages and of those in them, by package. */
export function formatMessages(types: readonly string[]): string {
  const reached = new Set<string>();
  const visit = (type: string): void => {
    if (reached.has(type) || SHARED.test(type) || !messageFields(DEFINITION, type)) return;
    reached.add(type);
    for (const field of fieldsOf(type)) visit(field.type);
  };
  types.forEach(visit);
  const packages = Map.groupBy([...reached].toSorted(), packageOf);
  return [...packages].map(([name, members]) => formatPackage(name, members)).join('\n');
}

function formatPackage(name: string, types: readonly string[]): string {
  const rows = types
    .filter((type) => fieldsOf(type).length > 0)
    .map((type) => {
      const fields = fieldsOf(type).map((field) => formatField(field, name));
      return `| ${type.slice(name.length + 1)} | ${fields.join(', ')} |`;
    });
  return [`### ${name}\n`, '| Message | Fields |', '| --- | --- |', ...rows, ''].join('\n');
}

function formatField({ name, type, shape, required, output }: MessageField, home: string): string {
  const marked = required ? `**${name}**` : output ? `*${name}*` : name;
  const short = packageOf(type) === home ? type.slice(home.length + 1) : type;
  return `${marked} ${short}${{ one: '', list: '[]', map: '{}' }[shape]}`;
}

/** A package is written small, a message is not. */
function packageOf(type: string): string {
  return /^[a-z0-9_.]+(?=\.[A-Z])/.exec(type)?.[0] ?? '';
}
