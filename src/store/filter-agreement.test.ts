/**
 * A filter has one meaning: what SQL finds in either database is what the predicate lets pass, for
 * any filter over any occurrences, and any page size.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newStoreId,
  OPEN_STORES,
  STORE_TIME,
  type TestStore,
} from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import type { JsonObject } from '../domain/json.ts';
import { compileFilter } from '../domain/match-filter.ts';
import type { NoteKind, Occurrence } from '../domain/note.ts';
import { formatTime } from '../domain/time.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { createOccurrences, listNoteOccurrences, listOccurrences } from './occurrence-rows.ts';
import type { Store } from './store-contract.ts';

const SECOND = 1_000_000;
const WORDS = ['', 'a', 'ab', 'b', 'Ä', '%', "o'x", '\\', '🦀', 'a.b'];
const word = fc.constantFrom(...WORDS);
const severity = fc.constantFrom(undefined, 'MINIMAL', 'LOW', 'HIGH', 'CRITICAL');
const time = fc.integer({ min: 0, max: 5 }).map((n) => STORE_TIME + n * SECOND);

function without(object: Record<string, unknown>): JsonObject {
  const full = Object.entries(object).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(full) as JsonObject;
}

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const listed = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[] | undefined> =>
  some(fc.array(value, { minLength: 1, maxLength: 3 }));

const DETAILS: Readonly<Record<string, fc.Arbitrary<JsonObject>>> = {
  VULNERABILITY: fc
    .record({
      effectiveSeverity: severity,
      severity,
      cvssScore: some(fc.constantFrom(1, 2.5, 10)),
      fixAvailable: some(fc.constant(true)),
      packageIssue: listed(
        fc
          .record({
            affectedPackage: word,
            fixAvailable: some(fc.constant(true)),
            affectedVersion: some(
              fc
                .record({ epoch: some(fc.constantFrom(1, -2)), kind: some(fc.constant('NORMAL')) })
                .map(without),
            ),
          })
          .map(without),
      ),
    })
    .map(without),
  BUILD: fc
    .record({
      provenance: some(
        fc
          .record({
            id: word,
            createTime: some(time.map(formatTime)),
            buildOptions: some(
              fc.dictionary(fc.constantFrom('a', 'b.c', 'd-e'), word, { minKeys: 1 }),
            ),
            builtArtifacts: listed(fc.record({ names: listed(word) }).map(without)),
          })
          .map(without),
      ),
      intotoProvenance: some(
        fc
          .record({
            recipe: some(
              fc.record({ definedInMaterial: some(fc.constantFrom('7', '-12')) }).map(without),
            ),
          })
          .map(without),
      ),
    })
    .map(without),
  PACKAGE: fc.record({ name: word, packageType: word }).map(without),
  DISCOVERY: fc
    .record({ analysisStatus: some(fc.constantFrom('PENDING', 'FINISHED_SUCCESS')) })
    .map(without),
};

const occurrence: fc.Arbitrary<Omit<Occurrence, 'name'>> = fc
  .constantFrom(...Object.keys(DETAILS))
  .chain((kind) =>
    fc.record({
      kind: fc.constant(kind as NoteKind),
      resourceUri: fc
        .tuple(fc.constantFrom('', 'https://'), word)
        .map(([scheme, rest]) => `${scheme}r/${rest}`),
      noteName: fc.constantFrom('projects/n-1/notes/a', 'projects/n-2/notes/b'),
      createTime: time,
      updateTime: time,
      detail: DETAILS[kind] ?? expect.fail(),
    }),
  )
  .chain((one) =>
    some(fc.constantFrom('a', 'Ä')).map(
      (remediation) => without({ ...one, remediation }) as unknown as Omit<Occurrence, 'name'>,
    ),
  );

const quoted = word.map((text) => `"${text.replaceAll('\\', '\\\\')}"`);
const EQUAL = fc.constantFrom('=', '!=', ':');
const ORDER = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const SEVERITIES = ['SEVERITY_UNSPECIFIED', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

function terms(
  fields: readonly string[],
  operators: fc.Arbitrary<string>,
  values: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...fields), operators, values).map((parts) => parts.join(''));
}

const TEXTS = [
  'remediation',
  'vulnerability.packageIssue.affectedPackage',
  'build.provenance.id',
  'build.provenance.builtArtifacts.names',
  'build.provenance.buildOptions."b.c"',
  'package.name',
  'package.package_type',
];
const RESOURCES = quoted.map((text) => text.replace('"', '"r/'));
const TERMS: readonly fc.Arbitrary<string>[] = [
  terms(['kind'], EQUAL, fc.constantFrom(...Object.keys(DETAILS), 'IMAGE')),
  terms(['resourceUrl'], EQUAL, RESOURCES),
  terms(['noteId'], EQUAL, fc.constantFrom('a', 'b')),
  terms(['noteProjectId'], EQUAL, fc.constantFrom('"n-1"', '"n-2"')),
  terms(['severity', 'vulnerability.severity'], ORDER, fc.constantFrom(...SEVERITIES)),
  terms(TEXTS, EQUAL, quoted),
  terms(
    ['createTime', 'update_time', 'build.provenance.createTime'],
    ORDER,
    time.map((at) => `"${formatTime(at)}"`),
  ),
  terms(
    [
      'vulnerability.cvssScore',
      'vulnerability.packageIssue.affectedVersion.epoch',
      'build.intotoProvenance.recipe.definedInMaterial',
    ],
    ORDER,
    fc.constantFrom('0', '1', '2.5', '-2', '7'),
  ),
  terms(
    ['vulnerability.fixAvailable', 'vulnerability.packageIssue.fixAvailable'],
    EQUAL,
    fc.constantFrom('true', 'false'),
  ),
  terms(
    ['discovery.analysisStatus'],
    ORDER,
    fc.constantFrom('ANALYSIS_STATUS_UNSPECIFIED', 'SCANNING', 'COMPLETE'),
  ),
  terms(
    [
      ...TEXTS,
      'severity',
      'build',
      'build.provenance.buildOptions',
      'vulnerability.packageIssue',
      'name',
    ],
    fc.constant(':'),
    fc.constant('*'),
  ),
  terms(['build.provenance.buildOptions'], fc.constant(':'), fc.constantFrom('a', '"b.c"', 'x')),
  fc
    .tuple(
      fc.constantFrom('has_prefix', 'has_suffix'),
      fc.constantFrom('resourceUrl', 'noteId', ...TEXTS),
      fc.oneof(quoted, RESOURCES),
    )
    .map(([name, field, text]) => `${name}(${field}, ${text})`),
];

const { filter } = fc.letrec<{ filter: string; term: string; both: string; not: string }>(
  (tie) => ({
    filter: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('term'), tie('both'), tie('not')),
    term: fc.oneof(...TERMS),
    both: fc
      .tuple(tie('filter'), fc.constantFrom('AND', 'OR'), tie('filter'))
      .map(([a, name, b]) => `(${a}) ${name} (${b})`),
    not: tie('filter').map((inner) => `NOT (${inner})`),
  }),
);

type Page = (
  store: Store,
  list: Parameters<typeof listOccurrences>[2],
) => ReturnType<typeof listOccurrences>;
const inProject: Page = (store, list) => listOccurrences(store, 'p-one', list);
const ofNote: Page = (store, list) => listNoteOccurrences(store, 'projects/n-1/notes/a', list);

async function walk(
  store: Store,
  page: Page,
  asked: { text: string; pageSize: number },
): Promise<string[]> {
  const found: string[] = [];
  let pageToken: string | undefined;
  do {
    const list = { filter: readOccurrenceFilter(asked.text), pageSize: asked.pageSize, pageToken };
    const { occurrences, nextPageToken } = await page(store, list);
    found.push(...occurrences.map(({ name }) => name));
    pageToken = nextPageToken;
  } while (pageToken !== undefined);
  return found.toSorted();
}

describe.each(Object.entries(OPEN_STORES))('filters in %s', (title, open) => {
  const written: Occurrence[] = [];
  let opened: TestStore | undefined;
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
    const projects = ['p-one', 'p-one', 'p-one', 'p-two'];
    const made = fc.sample(occurrence, 80);
    written.push(
      ...made.map((one, at) => ({
        ...one,
        name: `projects/${projects[at % 4]}/occurrences/${newStoreId()}`,
      })),
    );
    await opened.store.write((tx) => createOccurrences(tx, written));
  });
  afterAll(() => opened?.remove());

  it('find what the predicate lets pass (property)', async (context) => {
    if (opened === undefined) return context.skip();
    const { store } = opened;
    await fc.assert(
      fc.asyncProperty(filter, fc.constantFrom(3, 50), async (text, pageSize) => {
        const passes = compileFilter(readOccurrenceFilter(text));
        const wanted = written.filter((one) => passes(one));
        const names = (rows: readonly Occurrence[]): string[] =>
          rows.map(({ name }) => name).toSorted();
        const own = wanted.filter(({ name }) => name.startsWith('projects/p-one/'));
        expect(await walk(store, inProject, { text, pageSize })).toEqual(names(own));
        const under = wanted.filter(({ noteName }) => noteName === 'projects/n-1/notes/a');
        expect(await walk(store, ofNote, { text, pageSize })).toEqual(names(under));
      }),
    );
  });
});
