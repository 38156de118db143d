/**
 * Every kind of note and occurrence through a real server, in both versions: the least and the most
 * that it can say, created, read, listed, patched and deleted; each required field missing once; and
 * what clients spell differently.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { NoteKind } from '../../src/domain/note.ts';
import { BETA_NOTE_FIELDS } from '../../src/google/beta-note.ts';
import { GRAFEAS_TABLES, type GrafeasVersion } from '../../src/google/grafeas-table.ts';
import { messageFields } from '../../src/google/message-table.ts';
import { OCCURRENCE_DETAIL_FIELDS } from '../../src/google/occurrence-message.ts';
import { KIND_FIELDS } from '../../src/domain/note.ts';
import { type ApiAnswer, type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { fullMessage } from '../support/full-message.ts';
import {
  LEAST_BETA_NOTES,
  LEAST_BETA_OCCURRENCES,
  LEAST_NOTES,
  LEAST_OCCURRENCES,
  type LeastMessages,
} from './kinds/least-messages.ts';

type Collection = 'notes' | 'occurrences';

interface Row {
  readonly version: GrafeasVersion;
  readonly collection: Collection;
  readonly kind: NoteKind;
  /** The field that carries the detail. */
  readonly field: string;
  readonly least: JsonObject;
}

const URI = `https://registry.example/app@sha256:${'ab'.repeat(32)}`;
/** What clients send along and no method knows. */
const IGNORED = 'alt=json&$alt=json;enum-encoding=int&prettyPrint=false&key=k&unknown=1';
/** Alternatives that the largest oneof has. */
const VARIANTS = [0, 1, 2];

const ROWS: readonly Row[] = [
  ...rowsOf('v1', 'notes', LEAST_NOTES),
  ...rowsOf('v1', 'occurrences', LEAST_OCCURRENCES),
  ...rowsOf('v1beta1', 'notes', LEAST_BETA_NOTES),
  ...rowsOf('v1beta1', 'occurrences', LEAST_BETA_OCCURRENCES),
];

function rowsOf(version: GrafeasVersion, collection: Collection, least: LeastMessages): Row[] {
  const ofNotes = version === 'v1' ? KIND_FIELDS : BETA_NOTE_FIELDS;
  const fields = collection === 'notes' ? ofNotes : OCCURRENCE_DETAIL_FIELDS[version];
  return (Object.keys(least) as NoteKind[]).map((kind) => ({
    version,
    collection,
    kind,
    field: fields[kind] ?? '',
    least: least[kind] ?? {},
  }));
}

let server: AssayServer;
let count = 0;

beforeAll(async () => {
  server = await startAssay();
  for (const [kind, detail] of Object.entries(LEAST_NOTES)) {
    const body = { [KIND_FIELDS[kind as NoteKind]]: detail };
    await server.call(`/v1/projects/default/notes?noteId=of-${kind}`, { body });
  }
});
afterAll(async () => void (await server.stop()));

/** A body of a row with some detail. */
function bodyOf({ version, collection, kind, field }: Row, detail: Json): JsonObject {
  if (collection === 'notes') return { [field]: detail };
  const subject = version === 'v1' ? { resourceUri: URI } : { resource: { uri: URI } };
  return { ...subject, noteName: `projects/default/notes/of-${kind}`, [field]: detail };
}

function create({ version, collection }: Row, body: JsonObject): Promise<ApiAnswer> {
  count += 1;
  const id = collection === 'notes' ? `&noteId=new-${count}` : '';
  return server.call(`/${version}/projects/default/${collection}?${IGNORED}${id}`, { body });
}

describe.each(ROWS.map((row) => [row.version, row.collection, row.kind, row] as const))(
  '%s %s %s',
  (version, collection, kind, row) => {
    it('says the least, and is read, listed, patched and deleted', async () => {
      const body = bodyOf(row, row.least);
      const made = await create(row, body);
      expect(made).toMatchObject({ status: 200, json: { ...body, kind } });
      const name = String(valueAt(made.json, 'name'));
      const path = `/${version}/${name}`;
      expect((await server.call(`${path}?${IGNORED}`)).json).toEqual(made.json);
      expect(await namesOf(row)).toContain(name);

      const common = collection === 'notes' ? 'shortDescription' : 'remediation';
      const mask = common === 'remediation' ? common : 'short_description';
      const patch = { [common]: 'changed', [row.field]: row.least };
      const patched = await server.call(`${path}?updateMask=${mask}&${IGNORED}`, {
        method: 'PATCH',
        body: patch,
      });
      expect(patched).toMatchObject({ status: 200, json: { ...body, kind, [common]: 'changed' } });
      const cleared = await server.call(`${path}?updateMask=${mask}`, {
        method: 'PATCH',
        body: {},
      });
      expect(valueAt(cleared.json, common)).toBeUndefined();

      expect(await server.call(path, { method: 'DELETE' })).toMatchObject({
        status: 200,
        json: {},
      });
      expect(await server.call(path)).toMatchObject({ status: 404 });
      expect(await namesOf(row)).not.toContain(name);
    });

    it.each(VARIANTS)('says the most in any spelling (%i)', async (variant) => {
      const table = GRAFEAS_TABLES[version];
      const message = collection === 'notes' ? 'Note' : 'Occurrence';
      const type = messageFields(table, message)?.get(row.field)?.type ?? '';
      const { canonical, sent } = fullMessage({ table, type, variant });
      const fromCanonical = await create(row, bodyOf(row, canonical));
      expect(fromCanonical).toMatchObject({ status: 200, json: { [row.field]: canonical } });
      const snakeCase = row.field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const { [row.field]: _detail, ...subject } = bodyOf(row, {});
      const fromSent = await create(row, { ...subject, [snakeCase]: sent });
      expect(fromSent).toMatchObject({ status: 200, json: { [row.field]: canonical } });
      const name = String(valueAt(fromSent.json, 'name'));
      const body = { [row.field]: canonical };
      const same = await server.call(`/${version}/${name}?updateMask=${row.field}`, {
        method: 'PATCH',
        body,
      });
      expect(same).toMatchObject({ status: 200, json: body });
    });

    it('is refused by name where a required field is missing', async () => {
      const missing = pathsIn(row.least);
      for (const path of missing) {
        const answer = await create(row, bodyOf(row, without(row.least, path)));
        const said = String(valueAt(answer.json, 'error.message'));
        expect([path, answer.status, said]).toEqual([
          path,
          400,
          expect.stringMatching(new RegExp(`${path.at(-1)}.* is missing|needs|no name|is empty`)),
        ]);
      }
    });

    it('is refused by name where it has an unknown field', async () => {
      const answer = await create(row, bodyOf(row, { ...row.least, colour: 'red' }));
      expect(answer).toMatchObject({ status: 400 });
      expect(valueAt(answer.json, 'error.message')).toContain('colour is an unknown field');
    });

    it('is refused where its kind is another one', async () => {
      const other = kind === 'BUILD' ? 'IMAGE' : 'BUILD';
      const wrong = await create(row, { ...bodyOf(row, row.least), kind: other });
      expect(wrong).toMatchObject({ status: 400 });
      expect(valueAt(wrong.json, 'error.message')).toContain(`kind is "${other}"`);
    });
  },
);

async function namesOf({ version, collection, kind }: Row): Promise<readonly string[]> {
  const filter = encodeURIComponent(`kind="${kind}"`);
  const path = `/${version}/projects/default/${collection}`;
  const listed = await server.call(`${path}?pageSize=1000&filter=${filter}&${IGNORED}`);
  const items = (valueAt(listed.json, collection) ?? []) as readonly Record<string, string>[];
  expect(items.every((one) => one['kind'] === kind)).toBe(true);
  return items.map(({ name = '' }) => name);
}

/** The paths of everything in a message; of a list, of its first item. */
function pathsIn(value: Json | undefined): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return pathsIn(value[0]);
  return Object.entries(value).flatMap(([key, inner]) => [
    [key],
    ...pathsIn(inner).map((rest) => [key, ...rest]),
  ]);
}

function without(value: Json | undefined, [key = '', ...rest]: readonly string[]): Json {
  if (Array.isArray(value)) return [without(value[0], [key, ...rest])];
  const { [key]: inner, ...others } = value as JsonObject;
  return rest.length === 0 ? others : { ...others, [key]: without(inner, rest) };
}
