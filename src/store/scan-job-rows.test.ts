/** The queue of scans over both databases: whose turn it is, and who holds what. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPEN_STORES, type TestStore } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { extendLease, finishJob, isHeld } from './job-rows.ts';
import { countScanJobs, ensureScanJob, leaseScanJobs, listHeldScans } from './scan-job-rows.ts';
import {
  countWaitingRequests,
  deleteScanRequest,
  findScanRequest,
  listRequestsOfJob,
  listScanRequests,
  pruneScanRequests,
  saveScanRequest,
  type ScanRequest,
} from './scan-request-rows.ts';

const NOW = 1_000_000;
const LEASE = { now: NOW, until: NOW + 30, limit: 10, perRegistry: 10 };

describe.each(Object.entries(OPEN_STORES))('over %s', (title, open) => {
  const skipped = title.startsWith('PostgreSQL') && postgresPrograms === undefined;
  let opened: TestStore;
  beforeEach(async (context) => {
    if (skipped) return context.skip();
    opened = await open();
  });
  afterEach(() => opened?.remove());

  const add = (...jobs: readonly (readonly [key: string, priority: number, registry?: string])[]) =>
    opened.store.write(async (tx) => {
      for (const [key, priority, registry = 'a.example'] of jobs) {
        await ensureScanJob(tx, { key, priority, registry, runAt: NOW });
      }
    });
  const lease = (more: Partial<typeof LEASE> = {}) =>
    opened.store.write((tx) => leaseScanJobs(tx, { ...LEASE, ...more }));
  const keys = (jobs: readonly { readonly key: string }[]): string[] => jobs.map(({ key }) => key);

  it('the most urgent is first, then who waited longest', async () => {
    await add(['poll', 40], ['webhook', 10], ['push', 20]);
    expect(keys(await lease({ limit: 2 }))).toEqual(['webhook', 'push']);
    expect(keys(await lease())).toEqual(['poll']);
    expect(await lease()).toEqual([]);
  });

  it('who asks more urgently hastens what waits, and nobody holds it back', async () => {
    await add(['one', 40], ['two', 30], ['one', 10], ['two', 50]);
    expect(keys(await lease())).toEqual(['one', 'two']);
  });

  it('of one registry only some at once, and others are not held up by it', async () => {
    const slow = ['s1', 's2', 's3'].map((key) => [key, 10, 'slow.example'] as const);
    await add(...slow, ['other', 50, 'b.example']);
    expect(keys(await lease({ perRegistry: 2 }))).toEqual(['s1', 's2', 'other']);
    expect(await lease({ perRegistry: 2 })).toEqual([]);
    // When a lease has ended its place is free again.
    const later = { now: NOW + 31, until: NOW + 61, perRegistry: 2 };
    expect(keys(await lease(later))).toEqual(['s1', 's2', 'other']);
  });

  it('a lease that was not extended is taken over, and the late holder keeps nothing', async () => {
    await add(['one', 10]);
    const [first] = await lease();
    if (first === undefined) throw new Error('nothing was taken');
    const held = await opened.store.write((tx) => extendLease(tx, first, NOW + 100));
    expect(held).toBe(true);
    expect(await lease({ now: NOW + 50, until: NOW + 80 })).toEqual([]);
    expect(await listHeldScans(opened.store, ['one', 'two'], NOW + 50)).toEqual(new Set(['one']));
    const [second] = await lease({ now: NOW + 101, until: NOW + 131 });
    expect(second).toEqual({ kind: 'scan', key: 'one', taken: 2 });
    await opened.store.write(async (tx) => {
      expect(await isHeld(tx, first)).toBe(false);
      expect(await extendLease(tx, first, NOW + 900)).toBe(false);
      await finishJob(tx, first, NOW);
    });
    expect(await countScanJobs(opened.store, NOW + 110)).toEqual({ waiting: 0, running: 1 });
  });

  it('what failed waits for its time, however often it is asked for', async () => {
    await add(['one', 30]);
    const [job] = await lease();
    if (job === undefined) throw new Error('nothing was taken');
    await opened.store.write((tx) => finishJob(tx, job, NOW + 1000));
    await add(['one', 10]);
    expect(await lease()).toEqual([]);
    expect(keys(await lease({ now: NOW + 1000, until: NOW + 1030 }))).toEqual(['one']);
  });

  it('requests: one per project and image, by job and by name', async () => {
    const image = `a.example/app@sha256:${'a'.repeat(64)}`;
    const base: Omit<ScanRequest, 'project' | 'resourceUri'> = {
      jobKey: `sha256:${'a'.repeat(64)}`,
      state: 'waiting',
      origin: 'push',
      requestTime: NOW,
      changeTime: NOW,
      tags: ['v1'],
      inner: false,
      failures: 0,
    };
    const one = { ...base, project: 'one', resourceUri: image };
    const two = { ...base, project: 'two', resourceUri: image };
    const tagged = { ...base, project: 'one', resourceUri: 'a.example/app:v1' };
    const late = { ...tagged, jobKey: tagged.resourceUri };
    await opened.store.write(async (tx) => {
      for (const each of [one, two, late, one]) await saveScanRequest(tx, each);
    });
    expect(await listRequestsOfJob(opened.store, base.jobKey, 10)).toEqual([one, two]);
    const range = { project: 'one', from: '', below: '\u{10FFFF}', limit: 10 };
    const all = await listScanRequests(opened.store, { ...range, withDigest: false });
    expect(all).toEqual([late, one]);
    expect(await listScanRequests(opened.store, { ...range, withDigest: true })).toEqual([one]);
    const failure = { code: 'not-found', message: 'gone' } as const;
    const failed: ScanRequest = { ...one, state: 'failed', failures: 3, failure };
    await opened.store.write((tx) => saveScanRequest(tx, failed));
    expect(await findScanRequest(opened.store, failed)).toEqual(failed);
    expect(await countWaitingRequests(opened.store, 'one')).toBe(1);
    await opened.store.write(async (tx) => {
      await deleteScanRequest(tx, late);
      expect(await pruneScanRequests(tx, NOW)).toBe(0);
      expect(await pruneScanRequests(tx, NOW + 1)).toBe(1);
    });
    expect(await listScanRequests(opened.store, { ...range, withDigest: false })).toEqual([]);
  });
});
