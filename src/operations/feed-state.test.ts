/** What is kept of feeds, and who may fetch them, on either database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPEN_STORES, STORE_TIME, type TestStore } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { SECOND } from '../domain/time.ts';
import type { Deps } from './deps.ts';
import { takeJobNow } from './job-lease.ts';
import {
  confirmSources,
  findFeedMemo,
  listAdvisoryTimes,
  listFeeds,
  saveFeedFailure,
  saveFeedSuccess,
} from '../store/feed-rows.ts';
import { extendLease, finishJob, findRunTime } from '../store/job-rows.ts';
import { listPackageEcosystems } from '../store/package-ecosystems.ts';

describe.each(Object.entries(OPEN_STORES))('feeds, in %s', (title, open) => {
  const runs = !title.includes('needs postgres') || postgresPrograms !== undefined;
  describe.runIf(runs)('kept', () => {
    let test: TestStore;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test?.remove());

    it('a failure keeps what was known, and a success ends it', async () => {
      const { store } = test;
      const memo = { url: 'https://osv.example', seen: 5, whole: { etag: '"a"' } };
      const failed = { name: 'osv:Debian', time: 1, problem: 'no host' };
      await store.write((tx) => saveFeedFailure(tx, failed));
      expect(await findFeedMemo(store, 'osv:Debian')).toBeUndefined();
      const done = { name: 'osv:Debian', time: 2, memo, records: 7 };
      await store.write((tx) => saveFeedSuccess(tx, done));
      await store.write((tx) => saveFeedFailure(tx, { ...failed, time: 3 }));
      await store.write((tx) => saveFeedFailure(tx, { ...failed, time: 4 }));
      expect(await findFeedMemo(store, 'osv:Debian')).toEqual(memo);
      const state = { name: 'osv:Debian', lastSuccess: 2, records: 7 };
      expect(await listFeeds(store)).toEqual([
        { ...state, lastAttempt: 4, problem: 'no host', failures: 2, failuresEver: 3 },
      ]);
      await store.write((tx) => saveFeedSuccess(tx, { ...done, time: 5, records: 9 }));
      await store.write((tx) =>
        saveFeedSuccess(tx, { name: 'osv:Debian', time: 6, memo, added: 2 }),
      );
      expect(await listFeeds(store)).toEqual([
        { ...state, lastAttempt: 6, lastSuccess: 6, records: 11, failures: 0, failuresEver: 3 },
      ]);
    });

    it('of two who want to fetch one does; the other goes on when that one is gone', async () => {
      const { store } = test;
      let now = STORE_TIME;
      const deps = { store, now: () => now } as unknown as Deps;
      const job = { kind: 'refresh-advisories', key: '' } as const;
      const both = await Promise.all([takeJobNow(deps, job), takeJobNow(deps, job)]);
      const [first, none] = both.toSorted((a, b) =>
        a === undefined ? 1 : b === undefined ? -1 : 0,
      );
      expect([first?.taken, none]).toEqual([1, undefined]);
      if (first === undefined) return;
      now += 20 * SECOND;
      expect(await store.write((tx) => extendLease(tx, first, now + 30 * SECOND))).toBe(true);
      now += 20 * SECOND;
      expect(await takeJobNow(deps, job)).toBeUndefined();
      now += 20 * SECOND;
      const second = await takeJobNow(deps, job);
      expect(second?.taken).toBe(2);
      // Who lost it hears so, and cannot end what another does.
      expect(await store.write((tx) => extendLease(tx, first, now))).toBe(false);
      await store.write((tx) => finishJob(tx, first, now + 1000 * SECOND));
      expect(await takeJobNow(deps, job)).toBeUndefined();
      if (second !== undefined) await store.write((tx) => finishJob(tx, second, now + SECOND));
      expect(await findRunTime(store, job)).toBe(now + SECOND);
    });

    it('nothing is there of what was never imported', async () => {
      const { store } = test;
      expect(await listAdvisoryTimes(store, 'Debian', ['A-1'])).toEqual(new Map());
      await store.write((tx) => confirmSources(tx, { family: 'Debian', asOf: 1 }));
      expect(await listPackageEcosystems(store)).toEqual([]);
    });
  });
});
