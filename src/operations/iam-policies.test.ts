/** IAM policies of resources: kept, changed with their etag, audited, gone with what they are of. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import type { Caller } from '../domain/caller.ts';
import type { IamBinding } from '../domain/iam-policy.ts';
import { listAudit } from '../store/audit-rows.ts';
import { createAttestor } from './create-attestor.ts';
import { createNote } from './create-note.ts';
import { createOccurrence } from './create-occurrence.ts';
import { createProject } from './create-project.ts';
import { deleteAttestor } from './delete-attestor.ts';
import { deleteNote } from './delete-note.ts';
import { deleteOccurrence } from './delete-occurrence.ts';
import { getIamPolicy } from './get-iam-policy.ts';
import { setIamPolicy } from './set-iam-policy.ts';
import { testIamPermissions } from './test-iam-permissions.ts';

const admin: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const ada: Caller = { name: 'ada', grants: [], member: 'user:ada@example.com' };
const noteOf = (id: string): string => `projects/p/notes/${id}`;
const grant = (role: IamBinding['role']): IamBinding[] => [
  { role, members: ['user:ada@example.com'] },
];

let fake: FakeDeps;
let occurrence: string;
beforeAll(async () => {
  fake = await openFakeDeps();
  await createProject(fake.deps, { caller: admin, project: 'p' });
  await make();
});
afterAll(() => fake.close());

async function make(): Promise<void> {
  const note = { kind: 'ATTESTATION', detail: {} } as never;
  await createNote(fake.deps, { caller: admin, project: 'p', id: 'n', note });
  const attestor = { noteReference: noteOf('n'), publicKeys: [] };
  await createAttestor(fake.deps, { caller: admin, project: 'p', id: 'a', attestor });
  const said = { kind: 'ATTESTATION', noteName: noteOf('n'), resourceUri: 'r', detail: {} };
  const input = { caller: admin, project: 'p', occurrence: said as never };
  occurrence = (await createOccurrence(fake.deps, input)).name;
}

const RESOURCES = [
  ['the policy', () => 'projects/p/policy', 'roles/binaryauthorization.policyAdmin'],
  ['an attestor', () => 'projects/p/attestors/a', 'roles/binaryauthorization.attestorsAdmin'],
  ['a note', () => noteOf('n'), 'roles/containeranalysis.admin'],
  ['an occurrence', () => occurrence, 'roles/containeranalysis.admin'],
] as const;

describe.each(RESOURCES)('the IAM policy of %s', (_fact, named, role) => {
  const get = (caller = admin) => getIamPolicy(fake.deps, { caller, resource: named() });
  const set = (bindings: readonly IamBinding[], etag?: string, caller = admin) =>
    setIamPolicy(fake.deps, { caller, resource: named(), bindings, ...(etag && { etag }) });

  it('is empty at first, with an etag that a first change may carry', async () => {
    expect(await get()).toEqual({ bindings: [], etag: 'ACAB' });
    const made = await set(grant(role), 'ACAB');
    expect(await get()).toEqual(made);
    expect(made.bindings).toEqual(grant(role));
  });

  it('is changed with its own etag, not with a stale one, blindly without any', async () => {
    const { etag } = await get();
    const next = await set(grant(role), etag);
    expect(next.etag).not.toBe(etag);
    await expect(set([], etag)).rejects.toMatchObject({ code: 'aborted' });
    await expect(set([], 'ACAB')).rejects.toThrow('read it again');
    expect((await get()).bindings).toEqual(grant(role));
    await set(grant(role));
  });

  it('lets its admin read and set it, and nobody else', async () => {
    const bob = { ...ada, name: 'bob', member: 'user:bob@example.com' };
    expect((await get(ada)).bindings).toEqual(grant(role));
    await set(grant(role), undefined, ada);
    await expect(get(bob)).rejects.toThrow(/bob lacks permission .*getIamPolicy on projects\/p/);
    const setting = set([], undefined, bob);
    await expect(setting).rejects.toThrow(/setIamPolicy on projects\/p.*in the IAM policy of/);
  });

  it('is told in the audit trail', async () => {
    const [newest] = await listAudit(fake.deps.store, 'p', 1);
    expect(newest).toMatchObject({ action: 'set-iam-policy', resource: named(), caller: 'ada' });
    expect(JSON.stringify(newest?.detail)).toContain('user:ada@example.com');
  });

  it('is not there for what is not there', async () => {
    const resource = named().replace(/^projects\/p/, 'projects/none');
    const reading = getIamPolicy(fake.deps, { caller: admin, resource });
    await expect(reading).rejects.toMatchObject({ code: 'not-found' });
    const setting = setIamPolicy(fake.deps, { caller: admin, resource, bindings: [] });
    await expect(setting).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('testIamPermissions', () => {
  const ask = (caller: Caller, resource: string, permissions: readonly string[]) =>
    testIamPermissions(fake.deps, { caller, resource, permissions });
  const asked = [
    'containeranalysis.notes.attachOccurrence',
    'containeranalysis.notes.delete',
    'containeranalysis.notes.fly',
    'toString',
  ];

  it('answers what the caller has by roles and by the policy, never what does not exist', async () => {
    const bindings = grant('roles/containeranalysis.notes.attacher');
    await setIamPolicy(fake.deps, { caller: admin, resource: noteOf('n'), bindings });
    expect(await ask(ada, noteOf('n'), asked)).toEqual([asked[0]]);
    expect(await ask(admin, noteOf('n'), asked)).toEqual(asked.slice(0, 2));
    expect(await ask({ name: 'x', grants: [] }, noteOf('n'), asked)).toEqual([]);
    expect(await ask(admin, noteOf('none'), asked)).toEqual([]);
  });
});

it('what the scanner found has no policy', async () => {
  const resource = 'projects/goog-analysis/notes/CVE-2026-1';
  const setting = setIamPolicy(fake.deps, { caller: admin, resource, bindings: [] });
  await expect(setting).rejects.toMatchObject({ code: 'not-found' });
});

it('a note, attestor or occurrence made anew starts without the policy of the old one', async () => {
  const { deps } = fake;
  for (const [, named, role] of RESOURCES) {
    await setIamPolicy(deps, { caller: admin, resource: named(), bindings: grant(role) });
  }
  const gone = occurrence;
  await deleteOccurrence(deps, { caller: admin, name: gone });
  await deleteAttestor(deps, { caller: admin, name: 'projects/p/attestors/a' });
  await deleteNote(deps, { caller: admin, name: noteOf('n') });
  const left = await deps.store.all(deps.store.sql.selectFrom('iam_policy').select('kind'));
  expect(left).toEqual([{ kind: 'policy' }]);
  await make();
  for (const resource of [noteOf('n'), 'projects/p/attestors/a']) {
    expect((await getIamPolicy(deps, { caller: admin, resource })).bindings).toEqual([]);
  }
});
