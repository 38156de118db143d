/**
 * What a caller of one project may make use of in another, and two who make one project at once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.ts';
import { isAssayError } from '../domain/error.ts';
import type { RoleName } from '../domain/role.ts';
import { defaultPolicy } from '../google/policy-message.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import { createAttestor } from './create-attestor.ts';
import { createNote } from './create-note.ts';
import { createOccurrence } from './create-occurrence.ts';
import { createProject, ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { listNoteOccurrences } from './list-note-occurrences.ts';
import { setIamPolicy } from './set-iam-policy.ts';
import { setPolicy } from './set-policy.ts';
import { validateAttestation } from './validate-attestation.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-borders-'));
const admin: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const bound: Caller = { name: 'token:a', grants: [{ role: 'admin', project: 'a' }] };

let store: Store;
let deps: Deps;

beforeAll(async () => {
  let ids = 0;
  const now = (): number => 1_000_000;
  const newId = (): string => `id-${(ids += 1)}`;
  store = await openStore({ folder, mode: 'serve', now, newId, writer: 'inline' });
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  deps = { store, now, newId, log } as unknown as Deps;
  await createProject(deps, { caller: admin, project: 'a' });
  await createProject(deps, { caller: admin, project: 'b' });
  const note = { kind: 'ATTESTATION', detail: {} } as never;
  for (const project of ['a', 'b']) {
    await createNote(deps, { caller: admin, project, id: 'n', note });
    const attestor = { noteReference: `projects/${project}/notes/n`, publicKeys: [] };
    await createAttestor(deps, { caller: admin, project, id: 'own', attestor });
  }
});

afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'done',
    (error: unknown) => (isAssayError(error) ? error.code : error),
  );
}

it.each([
  ['a', true],
  ['b', false],
])('an attestor of project a over a note of project %s: %s', async (project, allowed) => {
  const attestor = { noteReference: `projects/${project}/notes/n`, publicKeys: [] };
  const made = createAttestor(deps, { caller: bound, project: 'a', id: `of-${project}`, attestor });
  expect(await outcomeOf(made)).toBe(allowed ? 'done' : 'permission-denied');
});

it.each([
  ['a', true],
  ['b', false],
])('a policy of project a with an attestor of project %s: %s', async (project, allowed) => {
  const rule = {
    evaluationMode: 'REQUIRE_ATTESTATION',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    requireAttestationsBy: [`projects/${project}/attestors/own`],
  } as const;
  const policy = { ...defaultPolicy('a'), clusterAdmissionRules: { 'eu.c': rule } };
  const set = setPolicy(deps, { caller: bound, project: 'a', policy, source: '' });
  expect(await outcomeOf(set)).toBe(allowed ? 'done' : 'permission-denied');
});

describe('what project b gives to a caller of project a', () => {
  const robot: Caller = { ...bound, name: 'ci', member: 'serviceAccount:ci@a.example' };
  const give = (resource: string, role: RoleName) =>
    setIamPolicy(deps, {
      caller: admin,
      resource,
      bindings: [{ role, members: ['serviceAccount:ci@a.example'] }],
    });
  const take = (resource: string) => setIamPolicy(deps, { caller: admin, resource, bindings: [] });
  const ATTESTOR = 'projects/b/attestors/own';
  const NOTE = 'projects/b/notes/n';

  const attach = (caller: Caller) => {
    const occurrence = { kind: 'ATTESTATION', noteName: NOTE, resourceUri: 'r', detail: {} };
    return createOccurrence(deps, { caller, project: 'a', occurrence: occurrence as never });
  };
  const require = (caller: Caller) => {
    const rule = {
      evaluationMode: 'REQUIRE_ATTESTATION',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: [ATTESTOR],
    } as const;
    const policy = { ...defaultPolicy('a'), clusterAdmissionRules: { 'eu.c': rule } };
    return setPolicy(deps, { caller, project: 'a', policy, source: '' });
  };
  const list = (caller: Caller) =>
    listNoteOccurrences(deps, { caller, name: NOTE, filter: '', pageSize: 10 });
  const over = (caller: Caller) => {
    const attestor = { noteReference: NOTE, publicKeys: [] };
    const id = `over-${(attempts += 1)}`;
    return createAttestor(deps, { caller, project: 'a', id, attestor });
  };
  const validate = (caller: Caller) => {
    const occurrence = {
      kind: 'ATTESTATION',
      noteName: NOTE,
      resourceUri: `r.example/a@sha256:${'0'.repeat(64)}`,
      detail: { serializedPayload: '' },
    };
    return validateAttestation(deps, { caller, name: ATTESTOR, occurrence: occurrence as never });
  };
  let attempts = 0;

  it.each<[string, string, RoleName, (caller: Caller) => Promise<unknown>]>([
    ['attach to its note', NOTE, 'roles/containeranalysis.notes.attacher', attach],
    ['list its note’s occurrences', NOTE, 'roles/containeranalysis.notes.occurrences.viewer', list],
    ['make an attestor over it', NOTE, 'roles/containeranalysis.notes.occurrences.viewer', over],
    ['require its attestor', ATTESTOR, 'roles/binaryauthorization.attestorsVerifier', require],
    ['validate by its attestor', ATTESTOR, 'roles/binaryauthorization.attestorsVerifier', validate],
  ])('%s: while its IAM policy says so, to that member only', async (_fact, on, role, act) => {
    expect(await outcomeOf(act(robot))).toBe('permission-denied');
    await give(on, role);
    expect(await outcomeOf(act(robot))).toBe('done');
    expect(await outcomeOf(act(bound))).toBe('permission-denied');
    await take(on);
    expect(await outcomeOf(act(robot))).toBe('permission-denied');
  });

  it('is no more than was given', async () => {
    await give(ATTESTOR, 'roles/binaryauthorization.attestorsViewer');
    await give(NOTE, 'roles/containeranalysis.notes.viewer');
    for (const act of [attach, list, over, require, validate]) {
      expect(await outcomeOf(act(robot))).toBe('permission-denied');
    }
    const setting = setIamPolicy(deps, { caller: robot, resource: NOTE, bindings: [] });
    expect(await outcomeOf(setting)).toBe('permission-denied');
  });
});

it('of two who create a project at once one hears that it exists', async () => {
  const twice = [1, 2].map(() => createProject(deps, { caller: admin, project: 'both' }));
  const ends = await Promise.allSettled(twice);
  expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(ends.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'already-exists' },
  });
});

it('two first writes into a project at once are both served', async () => {
  await Promise.all([1, 2].map(() => ensureProject(deps, admin, 'eager')));
  const revisions = store.sql.selectFrom('policy_document').select('revision');
  expect(await store.all(revisions.where('project', '=', 'eager'))).toHaveLength(1);
});
