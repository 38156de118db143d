/** What registries send, in the forms that they publish, and what comes of it; and what is no form. */
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { NOTIFICATION_SHAPES, type RegistryEvent } from '../domain/registry-event.ts';
import { NOTIFICATION_TABLE, type NotificationRow } from './notification-table.ts';

interface Case {
  readonly body: JsonObject;
  readonly registry?: string;
  readonly events?: readonly RegistryEvent[];
  /** Part of the error's message. */
  readonly refused?: string;
}

const folder = join(import.meta.dirname, 'testdata');
const files = globSync('*/*.json', { cwd: folder }).toSorted();

function rowOf(name: string): NotificationRow {
  const row = NOTIFICATION_TABLE.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no shape ${name}`);
  return row;
}

it('every shape is a row and has cases', () => {
  expect(NOTIFICATION_TABLE.map(({ name }) => name)).toEqual(NOTIFICATION_SHAPES);
  expect([...new Set(files.map(dirname))].toSorted()).toEqual([...NOTIFICATION_SHAPES].toSorted());
});

const cases = files.map((file) => {
  const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case;
  return { shape: dirname(file), name: basename(file, '.json'), ...read };
});

it.each(cases.filter(({ refused }) => refused === undefined))(
  '$shape: $name',
  ({ shape, body, registry, events }) => {
    expect(rowOf(shape).parse(body, { registry })).toEqual(events);
  },
);

it.each(cases.filter(({ refused }) => refused !== undefined))(
  '$shape refuses: $name',
  ({ shape, body, registry, refused }) => {
    expect(() => rowOf(shape).parse(body, { registry })).toThrow(refused);
  },
);

describe.each(NOTIFICATION_TABLE)('$name', (row) => {
  /** Values of any kind in the places of the samples' fields. */
  const samples = cases.filter(({ shape }) => shape === row.name).map(({ body }) => body);
  const paths = samples.flatMap((sample) => pathsOf(sample).map((path) => [sample, path] as const));

  it('refuses what is not of its shape, and throws nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), ([sample, path], value) => {
        expectOrdinary(row, replaceAt(sample, path, value) as JsonObject);
      }),
    );
  });

  it('a list without end is refused', () => {
    for (const [sample, path] of paths) {
      const list = replaceAt(sample, path, Array(101).fill({}));
      expectOrdinary(row, list as JsonObject);
    }
  });
});

function expectOrdinary(row: NotificationRow, body: JsonObject): void {
  try {
    const events = row.parse(body, {});
    expect(events.length).toBeLessThanOrEqual(100);
    for (const { repository } of events) expect(repository).toMatch(/^[^/]+\/.+$/);
  } catch (error) {
    if (!isAssayError(error)) throw error;
  }
}

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (!isJsonObject(value) && !Array.isArray(value)) return [path];
  const inner = Object.entries(value).flatMap(([key, one]) => pathsOf(one, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function replaceAt(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : { ...(value as object) };
  Reflect.set(copy, key, replaceAt(Reflect.get(copy, key), rest, by));
  return copy;
}
