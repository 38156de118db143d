import { describe, expect, it } from 'vitest';
import { BINAUTHZ_TABLES } from './binauthz-table.ts';
import { GRAFEAS_TABLES } from './grafeas-table.ts';
import { enumNames, messageFields, type MessageTable } from './message-table.ts';
import { readMessage } from './read-message.ts';

const SCALARS = 'string bytes bool int32 int64 double time mask json refused'.split(' ');
const TABLES: readonly (readonly [string, MessageTable])[] = [
  ...Object.entries(GRAFEAS_TABLES),
  ...Object.entries(BINAUTHZ_TABLES),
];

describe('message tables', () => {
  it.each(TABLES)('of %s name only types that they have', (_version, table) => {
    const unknown = Object.keys(table.messages).flatMap((message) =>
      [...(messageFields(table, message)?.values() ?? [])]
        .filter(({ type }) => !SCALARS.includes(type))
        .filter(({ type }) => !messageFields(table, type) && !enumNames(table, type))
        .map(({ name, type }) => `${message}.${name}: ${type}`),
    );
    expect(unknown).toEqual([]);
  });

  it.each(TABLES)('of %s begin every enum with what means nothing', (_version, table) => {
    const first = Object.keys(table.enums)
      .filter((name) => name.startsWith(table.package ?? ''))
      .map((name) => enumNames(table, name)?.byNumber[0]);
    expect(first.length).toBeGreaterThan(0);
    expect(first.every((name) => name?.endsWith('_UNSPECIFIED'))).toBe(true);
  });

  it.each(TABLES)(
    'of %s mark what the definition has, and add what it lacks',
    (_version, table) => {
      const plain: MessageTable = { messages: table.messages, enums: table.enums };
      const added = Object.entries(table.marks ?? {}).flatMap(([message, marks]) =>
        marks
          .split(',')
          .map((mark) => mark.trim().split(' '))
          .filter(([name = '', type]) => type !== undefined && has(plain, message, name))
          .map(([name]) => `${message}.${name}`),
      );
      // Of Binary Authorization's two versions one has it.
      expect(added.filter((name) => !name.endsWith('.v1.PkixPublicKey.keyId'))).toEqual([]);
      expect(Object.keys(table.marks ?? {}).filter((name) => !messageFields(plain, name))).toEqual(
        [],
      );
    },
  );

  it('read snake_case, aliases, gaps, and in-toto’s _type', () => {
    const table: MessageTable = {
      messages: { M: 'v1Name string, _type=type string, e E, in E[], m int64{}' },
      enums: { E: 'E_UNSPECIFIED A=B - C' },
    };
    const read = (json: unknown) => readMessage(json, { table, type: 'M', root: 'm' });
    expect(read({ v1_name: 'x', type: 't', e: 'B', in: [3, 0], m: { a: 0, b: '-5' } })).toEqual({
      v1Name: 'x',
      _type: 't',
      e: 'A',
      in: ['C', 'E_UNSPECIFIED'],
      m: { a: '0', b: '-5' },
    });
    expect(() => read({ e: 2 })).toThrow('m.e is 2; want A or C');
    expect(() => read({ m: { b: 2 ** 53 } })).toThrow(
      'm.m.b is 9007199254740992; want a whole number',
    );
  });

  it.each(['a', 'a b c', 'a-b string', 'a string!!'])('cannot be made of "%s"', (text) => {
    const table: MessageTable = { messages: { M: text }, enums: {} };
    expect(() => messageFields(table, 'M')).toThrow(/cannot read the field/);
  });

  it('are marked by hand', () => {
    const table: MessageTable = {
      messages: { M: 'a string, b string^, c string, e E' },
      enums: { E: 'E_UNSPECIFIED A - C' },
      marks: { M: 'a!, b., c~, d string[]' },
      enumMarks: { E: '-C 1:B 2:D' },
    };
    const read = (json: unknown) => readMessage(json, { table, type: 'M', root: 'm' });
    expect(read({ a: 'x', b: 'y', d: ['z'], e: 'B' })).toEqual({
      a: 'x',
      b: 'y',
      d: ['z'],
      e: 'A',
    });
    expect(() => read({})).toThrow('m.a is missing');
    expect(() => read({ a: 'x', c: 'y' })).toThrow('m.c is not kept');
    expect(() => read({ a: 'x', e: 'C' })).toThrow('m.e is "C"; want A or D');
    const wrong: MessageTable = { ...table, marks: { M: 'z!' } };
    expect(() => messageFields(wrong, 'M')).toThrow('"z!" marks no field');
  });
});

function has(table: MessageTable, message: string, name: string): boolean {
  return [...(messageFields(table, message)?.values() ?? [])].some((field) => field.name === name);
}
