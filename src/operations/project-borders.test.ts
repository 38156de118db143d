/**
 * What a caller of one project may make use of in another, and two who make one project at once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.ts';
import { isAssayError } from '../domain/error.ts';
import { defaultPolicy } from '../google/policy-message.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import { createAttestor } from './create-attestor.ts';
import { createNote } from './create-note.ts';
import { createProject, ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { setPolicy } from './set-policy.ts';

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
