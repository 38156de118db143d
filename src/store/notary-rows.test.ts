import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPEN_STORES, STORE_TIME, type TestStore } from '../../test/support/both-stores.ts';
import {
  type ApprovedRoot,
  findApprovedRoot,
  listApprovedRoots,
  readSeenVersions,
  saveApprovedRoot,
  saveSeenVersion,
} from './notary-rows.ts';

const GUN = 'registry.example/shop/app';
const ANCHOR = { project: 'p', gun: GUN, anchor: 'sha256:aa' };

describe.each(Object.entries(OPEN_STORES))('trust in Notary repositories on %s', (_name, open) => {
  let opened: TestStore;

  beforeAll(async () => {
    opened = await open();
  });

  afterAll(async () => {
    await opened?.remove();
  });

  const see = (role: string, version: number, anchor = ANCHOR): Promise<void> =>
    opened.store.write((tx) => saveSeenVersion(tx, anchor, { role, version, time: STORE_TIME }));

  it('versions are by project, repository, anchor and role; the last one saved stands', async () => {
    await see('timestamp', 3);
    await see('timestamp', 4);
    await see('targets/releases', 2);
    await see('timestamp', 9, { ...ANCHOR, project: 'q' });
    await see('timestamp', 9, { ...ANCHOR, gun: `${GUN}2` });
    await see('timestamp', 9, { ...ANCHOR, anchor: 'sha256:bb' });
    const seen = await readSeenVersions(opened.store, ANCHOR);
    expect(seen).toEqual({ timestamp: 4, 'targets/releases': 2 });
  });

  it('an approved root keeps its bytes, and a later one takes its place', async () => {
    const approved = (fingerprint: string): ApprovedRoot => ({
      project: 'p',
      gun: GUN,
      fingerprint,
      root: Uint8Array.from([0, 255, 10]),
      approver: 'root',
      approveTime: STORE_TIME,
    });
    await opened.store.write((tx) => saveApprovedRoot(tx, approved('sha256:aa')));
    await opened.store.write((tx) => saveApprovedRoot(tx, approved('sha256:bb')));
    expect(await listApprovedRoots(opened.store, 'p')).toEqual([approved('sha256:bb')]);
    expect(await findApprovedRoot(opened.store, 'p', GUN)).toEqual(approved('sha256:bb'));
    expect(await findApprovedRoot(opened.store, 'q', GUN)).toBeUndefined();
  });
});
