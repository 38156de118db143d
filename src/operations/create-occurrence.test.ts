/** Batches are whole or nothing, one audit entry each; a change keeps what an occurrence is about. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { FakeDeps } from '../../test/support/fake-deps.ts';
import { openFakeDeps } from '../../test/support/fake-deps.ts';
import type { Caller } from '../domain/caller.ts';
import type { BasicRole } from '../domain/role.ts';
import { parseDigest } from '../domain/digest.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { encodeScannedId } from '../google/scanned-name.ts';
import { listAudit } from '../store/audit-rows.ts';
import { findNote, listNotes } from '../store/note-rows.ts';
import { listOccurrences } from '../store/occurrence-rows.ts';
import { findProject } from '../store/project-rows.ts';
import { createNote, createNotes, type NamedNewNote, type NewNote } from './create-note.ts';
import { createOccurrence, createOccurrences, type NewOccurrence } from './create-occurrence.ts';
import { createProject } from './create-project.ts';
import { deleteNote } from './delete-note.ts';
import { updateOccurrence } from './update-occurrence.ts';

const admin: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const BUILD: NewNote = { kind: 'BUILD', detail: { builderVersion: '1' } };
const VULN: NewNote = {
  kind: 'VULNERABILITY',
  shortDescription: 'CVE-1',
  detail: { severity: 'HIGH' },
};

let fake: FakeDeps;
let project = '';
let projects = 0;

beforeAll(async () => {
  fake = await openFakeDeps();
});

beforeEach(async () => {
  project = `shop-${(projects += 1)}`;
  await createProject(fake.deps, { caller: admin, project });
  await createNote(fake.deps, { caller: admin, project, id: 'build', note: BUILD });
  await createNote(fake.deps, { caller: admin, project, id: 'vuln', note: VULN });
});

afterAll(async () => {
  await fake?.close();
});

function ofNote(id: string, changes: Partial<NewOccurrence> = {}): NewOccurrence {
  const noteName = `projects/${project}/notes/${id}`;
  return { kind: 'BUILD', noteName, resourceUri: 'r.example/a', detail: {}, ...changes };
}

const ofVuln = (): NewOccurrence => {
  const packageIssue = [{ affectedPackage: 'p', fixedVersion: { kind: 'NORMAL', name: '2' } }];
  return ofNote('vuln', { kind: 'VULNERABILITY', detail: { packageIssue } });
};

interface State {
  readonly notes: readonly Note[];
  readonly occurrences: readonly Occurrence[];
  readonly audit: readonly string[];
  readonly revision: number;
}

async function state(): Promise<State> {
  const { store } = fake.deps;
  const page = { filter: readOccurrenceFilter(''), pageSize: 1000 };
  return {
    notes: (await listNotes(store, { project, ...page })).notes,
    occurrences: (await listOccurrences(store, project, page)).occurrences,
    audit: (await listAudit(store, project, 10)).map(({ action }) => action),
    revision: store.revision(),
  };
}

describe('a batch of occurrences', () => {
  const create = (occurrences: readonly NewOccurrence[], caller = admin, into = project) =>
    createOccurrences(fake.deps, { caller, project: into, occurrences });

  it('is made in the request’s order, filled in from the notes, with one audit entry', async () => {
    const before = await state();
    const made = await create([ofNote('build'), ofVuln(), ofNote('build', { remediation: 'r' })]);
    expect(made.map(({ kind }) => kind)).toEqual(['BUILD', 'VULNERABILITY', 'BUILD']);
    expect(made[1]?.detail).toMatchObject({
      severity: 'HIGH',
      effectiveSeverity: 'HIGH',
      shortDescription: 'CVE-1',
      fixAvailable: true,
    });
    const after = await state();
    expect(after.occurrences).toEqual(made);
    expect(after.revision).toBeGreaterThan(before.revision);
    const [entry] = await listAudit(fake.deps.store, project, 1);
    expect(after.audit).toEqual(['create-occurrences', ...before.audit]);
    expect(entry).toMatchObject({
      resource: `projects/${project}`,
      detail: { names: made.map(({ name }) => name) },
    });
  });

  it('is answered as 1000 single creates would be, over 1000 notes', async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => `n${index}`);
    const notes = ids.map((id) => ({ id, note: BUILD }));
    await createNotes(fake.deps, { caller: admin, project, notes });
    const made = await create(ids.map((id) => ofNote(id)));
    expect(new Set(made.map(({ name }) => name)).size).toBe(1000);
    expect((await state()).occurrences).toHaveLength(1000);
  });

  it.each<[string, () => NewOccurrence, Caller, string, string]>([
    ['no note', () => ofNote('none'), admin, 'not-found', 'occurrences[2]: note projects/shop'],
    ['another kind', () => ofNote('vuln'), admin, 'invalid-argument', 'occurrences[2]: note proj'],
    [
      'the scanner’s note',
      () => ofNote('x', { noteName: 'projects/goog-analysis/notes/CVE-1' }),
      admin,
      'permission-denied',
      'occurrences[2]: project goog-analysis is the scanner',
    ],
    [
      'another project’s note',
      () => ofNote('x', { noteName: 'projects/other/notes/n' }),
      { name: 'ci', grants: [{ role: 'editor', project: 'BOUND' }] },
      'permission-denied',
      'occurrences[2]: ci lacks permission containeranalysis.notes.attachOccurrence on projects/o',
    ],
  ])('with %s in it makes nothing', async (_fact, wrong, given, code, message) => {
    const before = await state();
    const grants = given.grants.map((one) => (one.project ? { ...one, project } : one));
    const caller = { ...given, grants };
    const batch = create([ofNote('build'), ofVuln(), wrong(), ofNote('build')], caller);
    await expect(batch).rejects.toMatchObject({ code });
    await expect(batch).rejects.toThrow(message);
    expect(await state()).toEqual(before);
  });

  it('with a wrong item does not make its project either', async () => {
    const into = `${project}-new`;
    await expect(create([ofNote('build'), ofNote('none')], admin, into)).rejects.toThrow(
      'occurrences[1]: note',
    );
    expect(await findProject(fake.deps.store, into)).toBeUndefined();
    expect(await create([ofNote('build')], admin, into)).toHaveLength(1);
  });

  it('a single one is named by nothing but itself', async () => {
    const input = { caller: admin, project, occurrence: ofNote('none') };
    await expect(createOccurrence(fake.deps, input)).rejects.toThrow(/^note .* create it first$/);
    const made = await createOccurrence(fake.deps, { ...input, occurrence: ofNote('build') });
    const [entry] = await listAudit(fake.deps.store, project, 1);
    expect(entry).toMatchObject({ action: 'create-occurrence', resource: made.name, detail: {} });
  });
});

describe('a batch of notes', () => {
  const create = (notes: readonly NamedNewNote[], caller = admin) =>
    createNotes(fake.deps, { caller, project, notes });

  it('is made whole, with one audit entry', async () => {
    const before = await state();
    const made = await create(['a', 'b'].map((id) => ({ id, note: VULN })));
    expect(made.map(({ name }) => name)).toEqual(
      ['a', 'b'].map((id) => `projects/${project}/notes/${id}`),
    );
    expect(await findNote(fake.deps.store, `projects/${project}/notes/b`)).toEqual(made[1]);
    const after = await state();
    expect(after.audit).toEqual(['create-notes', ...before.audit]);
    expect(after.revision).toBeGreaterThan(before.revision);
  });

  it.each<[string, readonly string[], BasicRole, string]>([
    ['a taken id', ['a', 'vuln', 'build'], 'editor', 'notes.vuln: note projects/shop-'],
    ['one id twice', ['a', 'a'], 'editor', 'already exists'],
    ['a bad id', ['a', 'b/c'], 'editor', 'note id "b/c"'],
    ['a viewer', ['a'], 'viewer', 'lacks permission containeranalysis.notes.create'],
  ])('with %s makes nothing', async (_fact, ids, role, message) => {
    const before = await state();
    const notes = ids.map((id) => ({ id, note: BUILD }));
    await expect(create(notes, { name: 'ci', grants: [{ role }] })).rejects.toThrow(message);
    expect(await state()).toEqual(before);
  });
});

describe('a change of an occurrence', () => {
  const change = (name: string, changes: Partial<NewOccurrence>, caller = admin) =>
    updateOccurrence(fake.deps, { caller, name, patch: (before) => ({ ...before, ...changes }) });

  it('is filled in from the note as it is now, and audited', async () => {
    const input = { caller: admin, project, occurrence: ofVuln() };
    const before = await createOccurrence(fake.deps, input);
    const after = await change(before.name, { detail: { packageIssue: [] }, remediation: 'r' });
    expect(after).toMatchObject({ name: before.name, createTime: before.createTime });
    expect(after.detail).toEqual({
      packageIssue: [],
      severity: 'HIGH',
      effectiveSeverity: 'HIGH',
      shortDescription: 'CVE-1',
    });
    const { occurrences, audit } = await state();
    expect(occurrences).toEqual([after]);
    expect(audit[0]).toBe('update-occurrence');
  });

  it('is refused without the occurrence, its note or a right to that note', async () => {
    const input = { caller: admin, project, occurrence: ofNote('build') };
    const { name } = await createOccurrence(fake.deps, input);
    const before = await state();
    const there = `projects/${project}/occurrences`;
    await expect(change(`${there}/none`, {})).rejects.toMatchObject({ code: 'not-found' });
    await expect(change(name, {}, { name: 'v', grants: [{ role: 'viewer' }] })).rejects.toThrow(
      'v lacks permission containeranalysis.occurrences.update',
    );
    expect(await state()).toEqual(before);
    await deleteNote(fake.deps, { caller: admin, name: `projects/${project}/notes/build` });
    await expect(change(name, {})).rejects.toThrow('does not exist; create it first');
  });

  it('is refused to who may not attach to the note’s project', async () => {
    const home = `${project}-home`;
    const input = { caller: admin, project: home, occurrence: ofNote('build') };
    const { name } = await createOccurrence(fake.deps, input);
    await expect(
      change(name, {}, { name: 'ci', grants: [{ role: 'editor', project: home }] }),
    ).rejects.toThrow(
      `ci lacks permission containeranalysis.notes.attachOccurrence on projects/${project}/notes`,
    );
  });

  it('is refused for what a scan found', async () => {
    const digest = parseDigest(`sha256:${'1d'.repeat(32)}`);
    const id = encodeScannedId({ kind: 'DISCOVERY', resource: 'r.example/a', digest });
    await expect(change(`projects/${project}/occurrences/${id}`, {})).rejects.toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('read-only') as string,
    });
  });
});
