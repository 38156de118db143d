/**
 * How lists are read in either database: over indexes in their order, whatever the filter; and that
 * pages neither miss nor repeat a row while others write.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newStoreId,
  OPEN_STORES,
  STORE_TIME,
  type TestStore,
} from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { costlySteps, explain } from '../../test/support/query-plan.ts';
import type { Occurrence } from '../domain/note.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { OCCURRENCE_COLUMNS } from './metadata-fields.ts';
import { metadataStatements } from './metadata-page.ts';
import { createOccurrences, deleteOccurrence, listOccurrences } from './occurrence-rows.ts';
import type { Store } from './store-contract.ts';

const ROWS = 20_000;
const SEVERITIES = ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'];

function occurrence(project: string, count: number, more: Partial<Occurrence> = {}): Occurrence {
  const kind = count % 2 === 0 ? 'VULNERABILITY' : 'BUILD';
  return {
    name: `projects/${project}/occurrences/${newStoreId()}`,
    kind,
    resourceUri: `https://reg.example/app${count % 10}@sha256:${String(count % 500)}`,
    noteName: `projects/n-1/notes/n${count % 50}`,
    createTime: STORE_TIME + Math.floor(count / 3),
    updateTime: STORE_TIME,
    detail: kind === 'BUILD' ? {} : { effectiveSeverity: SEVERITIES[(count >> 1) % 4] },
    ...more,
  };
}

async function write(store: Store, occurrences: readonly Occurrence[]): Promise<void> {
  await store.write((tx) => createOccurrences(tx, occurrences));
}

async function page(
  store: Store,
  list: { project: string; text: string; pageSize: number; pageToken?: string | undefined },
): ReturnType<typeof listOccurrences> {
  const { project, text, ...rest } = list;
  return listOccurrences(store, project, { filter: readOccurrenceFilter(text), ...rest });
}

const FILTERS = [
  '',
  'kind="BUILD"',
  '(kind="BUILD" OR kind="VULNERABILITY" OR kind="DISCOVERY")',
  'severity="HIGH"',
  'severity>="HIGH"',
  'severity!="HIGH"',
  'resourceUrl="reg.example/app1@sha256:1"',
  '(resourceUrl="reg.example/app1@sha256:1" OR resourceUrl="reg.example/app2@sha256:2")',
  'has_prefix(resourceUrl, "https://reg.example/app1")',
  'kind="BUILD" AND has_prefix(resourceUrl, "reg.example/")',
  'has_suffix(resourceUrl, "sha256:7")',
  'noteProjectId="n-1" AND noteId="n7"',
  'createTime>"2026-09-21T14:13:21Z" AND kind="BUILD"',
  'vulnerability.packageIssue.affectedPackage="openssl"',
  'NOT kind="BUILD"',
];

describe.each(Object.entries(OPEN_STORES))('pages in %s', (title, open) => {
  let opened: TestStore | undefined;
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
    const { store } = opened;
    const all = Array.from({ length: ROWS }, (_, count) => occurrence('p-one', count));
    await write(store, all);
    await write(
      store,
      Array.from({ length: 200 }, (_, count) => occurrence('p-two', count)),
    );
    // As autovacuum does it in time.
    await opened.analyze();
  });
  afterAll(() => opened?.remove());

  it.each(FILTERS)('scan no table and sort no rows: %s', async (text) => {
    if (opened === undefined) return;
    const { store } = opened;
    const statements = metadataStatements(store, {
      table: 'occurrence',
      owner: [['project', 'p-one']],
      filter: readOccurrenceFilter(text),
      columns: OCCURRENCE_COLUMNS,
      pageSize: 1000,
    });
    for (const statement of statements) {
      expect(costlySteps(await explain(store, statement))).toEqual([]);
    }
  });

  it.each([
    'kind="BUILD"',
    'severity>="HIGH"',
    'has_prefix(resourceUrl, "reg.example/app1")',
    'has_suffix(resourceUrl, "7")',
    'noteProjectId="n-1" AND noteId="n7"',
  ])('neither miss nor repeat a row while others write: %s', async (text) => {
    if (opened === undefined) return;
    const { store } = opened;
    const project = `p-${newStoreId().slice(-8)}`;
    const kept = Array.from({ length: 600 }, (_, count) => occurrence(project, count * 7));
    const doomed = Array.from({ length: 200 }, (_, count) => occurrence(project, count * 21));
    await write(store, [...kept, ...doomed]);
    const whole = await page(store, { project, text, pageSize: 1000 });
    const names = new Set(kept.map(({ name }) => name));
    const wanted = whole.occurrences.map(({ name }) => name).filter((name) => names.has(name));
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const victims = doomed.splice(0, 40);
      const others = Array.from({ length: 20 }, (_, count) => occurrence(project, count * 31));
      const changes = store.write(async (tx) => {
        for (const { name } of victims) await deleteOccurrence(tx, name);
        await createOccurrences(tx, others);
      });
      const [found] = await Promise.all([
        page(store, { project, text, pageSize: 37, pageToken }),
        changes,
      ]);
      seen.push(...found.occurrences.map(({ name }) => name));
      pageToken = found.nextPageToken;
    } while (pageToken !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((name) => names.has(name)).toSorted()).toEqual(wanted.toSorted());
  });
});
