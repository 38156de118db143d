import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import {
  draftOf,
  type Drafts,
  GUN,
  MADE,
  makeKeys,
  publish,
  SIGNED,
} from '../../test/support/notary-repository.ts';
import { encodeBase64 } from '../domain/base64.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { NotaryClient } from '../remote/notary-client.ts';
import { rootFingerprint } from '../signing/notary-root.ts';
import { approveNotaryRoot, listNotaryRoots } from './approve-notary-root.ts';
import type { VerifiedImage } from './verify-image.ts';
import { verifySignedTag } from './verify-signed-tag.ts';

const KEYS = await makeKeys();
const admin: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const editor: Caller = { name: 'ed', grants: [{ role: 'editor', project: 'p' }] };
const viewer: Caller = { name: 'vi', grants: [{ role: 'viewer', project: 'p' }] };
const SERVER = 'https://notary.example';
const IMAGE = `${GUN}:1.0@${SIGNED}`;

type Published = ReturnType<typeof publish>;

const ROOT = publish(draftOf(KEYS), KEYS).root;

/** A repository whose base roles below one root have a version. */
function state(version: number, root = ROOT): Published {
  const drafts: Drafts = draftOf(KEYS);
  for (const role of ['targets', 'snapshot', 'timestamp'] as const) {
    drafts[role] = { ...drafts[role], version };
  }
  return publish(drafts, KEYS, root);
}

describe('a tag asked about at a notary server', () => {
  let now = state(3);
  let fake: FakeDeps;
  const guarded: string[] = [];

  beforeEach(async () => {
    now = state(3);
    const client: NotaryClient = {
      root: async () => now.root,
      evidence: async () => now,
      close: async () => undefined,
    };
    fake = await openFakeDeps({
      now: () => (MADE + 3_600_000) * 1000,
      openNotary: async () => ({ client, host: 'notary.example' }),
      guardRegistry: async ({ domain }) => void guarded.push(domain),
    });
  });

  afterEach(async () => {
    guarded.length = 0;
    await fake.close();
  });

  const ask = (more: object = {}): Promise<VerifiedImage> =>
    verifySignedTag(fake.deps, {
      caller: admin,
      project: 'p',
      image: IMAGE,
      server: SERVER,
      root: encodeBase64(now.root),
      ...more,
    });
  const stepOf = async (more?: object): Promise<string | undefined> => {
    const { outcome, refusals } = await ask(more);
    return outcome === 'allow' ? 'verified' : refusals[0]?.step;
  };
  const approve = (fingerprint: string, caller = admin) =>
    approveNotaryRoot(fake.deps, {
      caller,
      project: 'p',
      repository: GUN,
      server: SERVER,
      fingerprint,
    });

  it('an older state is refused after a newer one, an equal one is not', async () => {
    now = state(4);
    expect([await stepOf(), await stepOf()]).toEqual(['verified', 'verified']);
    now = state(3);
    expect(await stepOf()).toBe('metadata-rollback');
  });

  it('counts by project, and by the root that trust started from', async () => {
    now = state(4);
    expect(await stepOf()).toBe('verified');
    now = state(3);
    expect(await stepOf({ project: 'other' })).toBe('verified');
    now = state(3, publish(draftOf(KEYS), KEYS).root);
    expect(await stepOf()).toBe('verified');
  });

  it('what was seen is kept even where the tag is not signed', async () => {
    expect(await stepOf({ image: `${GUN}:none@${SIGNED}` })).toBe('tag-unsigned');
    const rows = await fake.deps.store.all(
      fake.deps.store.sql.selectFrom('notary_version').selectAll(),
    );
    expect(rows).toHaveLength(5);
  });

  it('without a root nothing is trusted; the answer says which one to compare', async () => {
    const { outcome, found } = await ask({ root: undefined });
    expect(outcome).toBe('undecided');
    expect(found).toContain(`--fingerprint ${rootFingerprint(now.root)}`);
  });

  it('an approved root is trusted, listed and audited, another fingerprint refused', async () => {
    const fingerprint = rootFingerprint(now.root);
    await expect(approve(SIGNED)).rejects.toMatchObject({ code: 'failed-precondition' });
    await approve(fingerprint);
    expect(await stepOf({ root: undefined })).toBe('verified');
    const listed = await listNotaryRoots(fake.deps, { caller: viewer, project: 'p' });
    expect(listed).toMatchObject([{ gun: GUN, fingerprint, version: 1, approver: 'root' }]);
    const { store } = fake.deps;
    const rows = await store.all(store.sql.selectFrom('audit').selectAll());
    expect(rows.map((row) => row.action)).toContain('approve-notary-root');
  });

  it('who may look may neither call nor approve; who may scan calls under the guard', async () => {
    await expect(ask({ caller: viewer })).rejects.toMatchObject({ code: 'permission-denied' });
    await expect(approve(SIGNED, viewer)).rejects.toMatchObject({ code: 'permission-denied' });
    expect(await stepOf({ caller: editor })).toBe('verified');
    expect(guarded).toEqual(['notary.example']);
  });

  it('an image without a tag, and a signer of no good name, are no question', async () => {
    await expect(ask({ image: `${GUN}@${SIGNED}` })).rejects.toThrow('has no tag');
    const signers = [{ name: '../x', key: '' }];
    await expect(ask({ signers })).rejects.toThrow('is no signer');
  });

  it.each([
    ['unavailable', 'undecided', 'metadata-missing'],
    ['registry-refused', 'undecided', 'metadata-missing'],
    ['not-found', 'deny', 'tag-unsigned'],
    ['too-large', 'deny', 'too-large'],
  ] as const)('a server’s %s is %s: %s', async (code, outcome, step) => {
    const client: NotaryClient = {
      root: () => Promise.reject(new AssayError(code, 'said')),
      evidence: () => Promise.reject(new AssayError(code, 'said')),
      close: async () => undefined,
    };
    const deps = { ...fake.deps, openNotary: async () => ({ client, host: 'notary.example' }) };
    const root = encodeBase64(now.root);
    const asked = { caller: admin, project: 'p', image: IMAGE, server: SERVER, root };
    const answer = await verifySignedTag(deps, asked);
    expect(answer).toMatchObject({ outcome, refusals: [{ step }] });
  });
});
