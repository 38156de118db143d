/** An occurrence that is remembered is never older than the last change, nor anybody else's to read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  newStoreId,
  OPEN_STORES,
  STORE_TIME,
  type TestStore,
} from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import {
  debianAdvisory,
  debianPackage,
  imageDigest,
  importDebian,
  keepScanned,
} from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import type { Occurrence } from '../domain/note.ts';
import { createOccurrences, deleteOccurrence, updateOccurrence } from '../store/occurrence-rows.ts';
import { createProject } from '../store/project-rows.ts';
import type { Deps } from './deps.ts';
import { getOccurrence } from './get-occurrence.ts';
import { listOccurrences } from './list-occurrences.ts';

const PROJECT = 'p-one';
const caller: Caller = { name: 'test', grants: [{ role: 'viewer', project: PROJECT }] };
const stranger: Caller = { name: 'other', grants: [{ role: 'viewer', project: 'p-two' }] };
const WRITTEN: Occurrence = {
  name: `projects/${PROJECT}/occurrences/one`,
  kind: 'PACKAGE',
  noteName: `projects/${PROJECT}/notes/n`,
  resourceUri: 'https://r.example/app@sha256:1',
  createTime: STORE_TIME,
  updateTime: STORE_TIME,
  detail: {},
};

describe.each(Object.entries(OPEN_STORES))('an occurrence by name, in %s', (title, open) => {
  let opened: TestStore | undefined;
  let deps: Deps;
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
    deps = { store: opened.store, now: () => STORE_TIME, newId: newStoreId } as unknown as Deps;
    await opened.store.write((tx) => createProject(tx, { id: PROJECT, createTime: 1 }));
  });
  afterAll(() => opened?.remove());

  const get = (name: string): Promise<Occurrence> => getOccurrence(deps, { caller, name });
  const findings = async (): Promise<readonly Occurrence[]> => {
    const list = { caller, project: PROJECT, filter: 'kind="VULNERABILITY"', pageSize: 100 };
    return (await listOccurrences(deps, list)).occurrences;
  };

  it('is read once while nothing changes, and by those only who may read it', async () => {
    if (opened === undefined) return;
    await opened.store.write((tx) => createOccurrences(tx, [WRITTEN]));
    const first = await get(WRITTEN.name);
    expect(await get(WRITTEN.name)).toBe(first);
    const refused = getOccurrence(deps, { caller: stranger, name: WRITTEN.name });
    await expect(refused).rejects.toMatchObject({ code: 'permission-denied' });
    const changed = { ...WRITTEN, updateTime: STORE_TIME + 1, remediation: 'update it' };
    await opened.store.write((tx) => updateOccurrence(tx, changed));
    expect(await get(WRITTEN.name)).toMatchObject({ remediation: 'update it' });
    await opened.store.write((tx) => deleteOccurrence(tx, WRITTEN.name));
    await expect(get(WRITTEN.name)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('that a scan found follows new advisories and new readings of its image', async () => {
    if (opened === undefined) return;
    const { store } = opened;
    const image = { project: PROJECT, repository: 'r.example/app', digest: imageDigest(1) };
    const scanned = { ...image, packages: [debianPackage('a'), debianPackage('b')] };
    await importDebian(store, [debianAdvisory('CVE-2026-1', 'a', { severity: 'LOW' })], STORE_TIME);
    await keepScanned(store, { ...scanned, time: STORE_TIME });
    const [found] = await findings();
    const name = found?.name ?? '';
    expect((await get(name)).detail).toMatchObject({ effectiveSeverity: 'LOW' });
    const worse = debianAdvisory('CVE-2026-1', 'a', { severity: 'CRITICAL' });
    await importDebian(store, [worse], STORE_TIME + 1);
    expect((await get(name)).detail).toMatchObject({ effectiveSeverity: 'CRITICAL' });
    await keepScanned(store, { ...image, packages: [debianPackage('b')], time: STORE_TIME + 2 });
    await expect(get(name)).rejects.toMatchObject({ code: 'not-found' });
  });
});
