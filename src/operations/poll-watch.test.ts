/** Watches and their polls: what is listed, what is scanned, and what a dead registry costs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import type { Caller } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { SECOND } from '../domain/time.ts';
import { listScanRequests } from '../store/scan-request-rows.ts';
import { addWatch, removeWatch, switchWatch } from './add-watch.ts';
import { createProject } from './create-project.ts';
import { takeJobs } from './job-lease.ts';
import { listWatches } from './list-watches.ts';
import { pollWatch } from './poll-watch.ts';

const ADMIN: Caller = { name: 'admin', grants: [{ role: 'admin' }] };
const OWNER: Caller = { name: 'owner', grants: [{ role: 'admin', project: 'a-project' }] };
const PATTERN = 'registry.example/team/app';
const watch = { caller: ADMIN, project: 'a-project', pattern: PATTERN };
const MINUTE = 60 * SECOND;

let fake: FakeDeps;
let now = NOW;
let tags = new Map<string, string>();
let asked: string[] = [];
let broken: AssayError | undefined;

beforeEach(async () => {
  [now, tags, asked, broken] = [NOW, new Map(), [], undefined];
  fake = await openFakeDeps({
    now: () => now,
    randomBytes: (count) => new Uint8Array(count).fill(128),
    guardRegistry: async ({ domain }) => {
      if (domain === 'inner.example') throw new AssayError('permission-denied', 'it is inner');
    },
    resolveTag: async ({ tag = '' }) => {
      asked.push(tag);
      const digest = tags.get(tag);
      if (digest === undefined) throw new AssayError('not-found', 'no such tag');
      return digest as Digest;
    },
    listTags: async (_repository, { limit, after = '' }) => {
      if (broken !== undefined) throw broken;
      const rest = [...tags.keys()].toSorted().filter((tag) => tag > after);
      return { tags: rest.slice(0, limit), more: rest.length > limit };
    },
  });
  await createProject(fake.deps, { caller: ADMIN, project: 'a-project' });
});
afterEach(() => fake.close());

const digestOf = (n: number): string => `sha256:${String(n).padStart(64, '0')}`;

/** Runs the polls that are due, as far as pages lead on; answers how many turns that were. */
async function poll(): Promise<number> {
  for (let turns = 0; ; turns += 1) {
    const [job] = await takeJobs(fake.deps, 'poll-watch', 1);
    if (job === undefined) return turns;
    await pollWatch(fake.deps, job);
    now += 2 * SECOND;
  }
}

async function requested(): Promise<readonly string[]> {
  const range = { project: 'a-project', from: '', below: '\u{10FFFF}', limit: 2000 };
  const found = await listScanRequests(fake.deps.store, { ...range, withDigest: false });
  return found.map(({ resourceUri }) => resourceUri.split('@')[1] ?? resourceUri);
}

describe('a poll', () => {
  it('asks for what its tags point at, once, and again only for what changed', async () => {
    for (let n = 0; n < 100; n += 1) tags.set(`v${n}`, digestOf(n % 50));
    await addWatch(fake.deps, { ...watch, pollEvery: 15 * MINUTE });
    expect(await poll()).toBe(3);
    expect(new Set(await requested())).toEqual(new Set([...Array(50).keys()].map(digestOf)));
    expect(await poll()).toBe(0);
    now += 16 * MINUTE;
    tags.set('v1', digestOf(77));
    tags.delete('v2');
    expect(await poll()).toBe(3);
    expect(await requested()).toHaveLength(51);
    expect(asked).toHaveLength(199);
    const [shown] = await listWatches(fake.deps, watch);
    expect(shown).toMatchObject({ pattern: PATTERN, on: true, pollTime: expect.any(Number) });
  });

  it('of a registry that is gone says so, and is not pressed', async () => {
    broken = new AssayError('unavailable', 'registry.example does not answer');
    await addWatch(fake.deps, { ...watch, pollEvery: 15 * MINUTE });
    expect(await poll()).toBe(1);
    const [shown] = await listWatches(fake.deps, watch);
    expect(shown?.problem).toContain('does not answer');
    now += 10 * MINUTE;
    expect(await poll()).toBe(0);
    broken = undefined;
    now += 6 * MINUTE;
    expect(await poll()).toBe(1);
    expect((await listWatches(fake.deps, watch))[0]).not.toHaveProperty('problem');
  });

  it('ends with its watch, and rests while that is off', async () => {
    tags.set('v1', digestOf(1));
    await addWatch(fake.deps, { ...watch, pollEvery: MINUTE });
    await switchWatch(fake.deps, { ...watch, on: false });
    expect(await poll()).toBe(0);
    await switchWatch(fake.deps, { ...watch, on: true });
    expect(await poll()).toBe(1);
    await removeWatch(fake.deps, watch);
    now += 10 * MINUTE;
    expect(await poll()).toBe(0);
    await expect(removeWatch(fake.deps, watch)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('of more images than may wait goes on when there is room', async () => {
    for (let n = 0; n < 900; n += 1) tags.set(`v${String(n).padStart(4, '0')}`, digestOf(n));
    await addWatch(fake.deps, { ...watch, pollEvery: 15 * MINUTE });
    await poll();
    expect(await requested()).toHaveLength(800);
    expect((await listWatches(fake.deps, watch))[0]?.problem).toContain('wait to be scanned');
  });
});

describe('adding a watch', () => {
  it.each([
    ['registry.example/team/*', { pollEvery: MINUTE }, 'named whole'],
    [PATTERN, { pollEvery: SECOND }, 'one minute'],
    ['*', {}, 'wildcard'],
    ['registry.example/app:v1', {}, 'no pattern of repositories'],
    ['https://registry.example/app', {}, 'scheme'],
    ['nginx', {}, 'docker.io/library/nginx'],
  ])('%s with %o is refused', async (pattern, more, why) => {
    await expect(addWatch(fake.deps, { ...watch, pattern, ...more })).rejects.toThrow(why);
  });

  it('of our own network takes who may reach all of it', async () => {
    const pattern = 'inner.example/**';
    const refused = addWatch(fake.deps, { ...watch, caller: OWNER, pattern });
    await expect(refused).rejects.toMatchObject({ code: 'permission-denied' });
    expect(await addWatch(fake.deps, { ...watch, pattern })).toMatchObject({ inner: true });
    const outer = await addWatch(fake.deps, { ...watch, caller: OWNER });
    expect(outer).toMatchObject({ inner: false });
    await expect(addWatch(fake.deps, watch)).rejects.toMatchObject({ code: 'already-exists' });
  });
});
