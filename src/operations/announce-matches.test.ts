/** What new advisories and scans mean for sighted images, told once and in bounded steps. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  ADMIN,
  DATABASES,
  type NotificationBench,
  isThere,
  openNotificationBench,
} from '../../test/support/notification-bench.ts';
import type { Digest } from '../domain/digest.ts';
import { SECOND } from '../domain/time.ts';
import { decodeScannedId } from '../google/scanned-name.ts';
import { announceMatches } from './announce-matches.ts';
import { createNotes } from './create-note.ts';
import { deleteNote } from './delete-note.ts';
import { getOccurrence } from './get-occurrence.ts';
import { takeJobs } from './job-lease.ts';
import { listOccurrences } from './list-occurrences.ts';
import { removeDestination } from './remove-destination.ts';
import { matchInBackground } from './match-in-background.ts';
import { routeEvents } from './route-events.ts';

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly kind: string;
    readonly severity?: string;
    readonly previousSeverity?: string;
    readonly resourceUri?: string;
    readonly vulnerability?: { readonly id: string; readonly package: string };
  };
}

let bench: NotificationBench;
afterEach(() => bench.close());

const APP = { package: 'app' };

/** What was sent since the last call, without the rest of the types' names. */
function taken(): Told[] {
  const sent = bench.requests.splice(0).map(({ body = '' }) => JSON.parse(body) as Told);
  return sent.map((one) => ({ ...one, type: one.type.replace('assay.occurrence.', '') }));
}

const lines = (told: readonly Told[]): string[] =>
  told.map(({ type, data }) => `${type} ${data.kind} ${data.vulnerability?.id ?? ''}`).toSorted();

describe.each(DATABASES)('on %s', (database) => {
  const runs = isThere(database);

  it.skipIf(!runs)(
    `a new image is told whole, an advisory as it comes and goes (${database})`,
    async () => {
      bench = await openNotificationBench(database);
      await bench.add('ops', { events: ['occurrence'] });
      await bench.publish({ 'A-1': APP, 'B-1': { package: 'other' } });
      await bench.scan('web', ['app 1.0']);
      await bench.work();
      expect(lines(taken())).toEqual(['created DISCOVERY ', 'created VULNERABILITY A-1']);
      await bench.publish({ 'A-1': APP, 'A-2': APP });
      await bench.work();
      expect(lines(taken())).toEqual(['created VULNERABILITY A-2']);
      await bench.publish({ 'A-1': { ...APP, severity: 'LOW' }, 'A-2': APP });
      await bench.work();
      const [changed, ...more] = taken();
      expect(more).toEqual([]);
      expect(changed).toMatchObject({
        type: 'updated',
        data: { severity: 'LOW', previousSeverity: 'HIGH', vulnerability: { id: 'A-1' } },
      });
      await bench.publish({ 'A-2': APP });
      await bench.work();
      const [gone, ...rest] = taken();
      expect(rest).toEqual([]);
      expect(gone).toMatchObject({ type: 'deleted', data: { name: changed?.data.name } });
      await bench.publish({ 'A-2': APP });
      await bench.work();
      expect(taken()).toEqual([]);
    },
  );

  it.skipIf(!runs)(
    `many images: bounded turns, a crash after any of them (${database})`,
    async () => {
      bench = await openNotificationBench(database);
      await bench.add('ops', { events: ['occurrence'], kinds: ['VULNERABILITY'] });
      await bench.publish({ 'A-1': APP });
      for (let count = 0; count < 25; count += 1)
        await bench.scan(`web${count}`, ['app 1.0', `x${count} 1`]);
      await bench.work();
      expect(taken()).toHaveLength(25);
      await bench.publish({ 'A-1': APP, 'A-2': APP });
      await turnOf('match-packages');
      await turnOf('route-events');
      let turns = 0;
      const { deps } = bench;
      for (;;) {
        const [job] = await takeJobs(deps, 'announce-matches', 1);
        if (job === undefined) break;
        turns += 1;
        // Every other turn dies before its place is kept: what it told stays told.
        const dies = turns % 2 === 1;
        const store = { ...deps.store, write: dying(dies ? 4 : Number.MAX_SAFE_INTEGER) };
        await announceMatches({ ...deps, store }, job).catch(() => bench.pass(0));
        if (dies) await passLease();
      }
      await bench.work();
      expect(turns).toBeGreaterThan(4);
      const told = taken();
      expect(new Set(told.map(({ data }) => data.name)).size).toBe(25);
      expect(told).toHaveLength(25);
    },
  );

  /** A store whose process dies in its nth write. */
  function dying(writes: number): NotificationBench['deps']['store']['write'] {
    let left = writes;
    return async (f) => {
      left -= 1;
      if (left <= 0) throw new Error('the process died');
      return bench.deps.store.write(f);
    };
  }

  async function passLease(): Promise<void> {
    const ended = bench.deps.store.sql.updateTable('job').set({ lease_until: null });
    await bench.deps.store.write(async (tx) => void (await tx.run(ended)));
  }

  async function turnOf(kind: 'match-packages' | 'route-events'): Promise<void> {
    const run = kind === 'route-events' ? routeEvents : matchInBackground;
    for (const job of await takeJobs(bench.deps, kind, 1)) await run(bench.deps, job);
  }
});

describe('what is told', () => {
  it('names occurrences that can be read, and lists as they are', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', { events: ['occurrence'], kinds: ['VULNERABILITY'] });
    await bench.publish({ 'A-1': APP });
    const digest = await bench.scan('web', ['app 1.0']);
    await bench.work();
    const [told] = taken();
    const name = told?.data.name ?? '';
    expect(decodeScannedId(name.split('/').at(-1) ?? '')).toMatchObject({
      digest,
      advisory: 'A-1',
    });
    const read = await getOccurrence(bench.deps, { caller: ADMIN, name });
    expect(read).toMatchObject({ name, kind: 'VULNERABILITY' });
    const list = { caller: ADMIN, project: 'shop', filter: 'kind="VULNERABILITY"', pageSize: 10 };
    const { occurrences } = await listOccurrences(bench.deps, list);
    expect(occurrences.map((one) => one.name)).toEqual([name]);
  });

  it('what was known before the destination came is no news', async () => {
    bench = await openNotificationBench();
    await bench.publish({ 'A-1': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.pass(SECOND);
    await bench.add('ops', { events: ['occurrence'] });
    await bench.work();
    expect(taken()).toEqual([]);
    await bench.publish({ 'A-1': APP, 'A-2': APP });
    await bench.work();
    expect(lines(taken())).toEqual(['created VULNERABILITY A-2']);
  });

  it('what an import brings before all was taken stock of is news', async () => {
    bench = await openNotificationBench();
    await bench.publish({ 'A-1': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.pass(SECOND);
    await bench.add('ops', { events: ['occurrence'] });
    await bench.publish({ 'A-1': APP, 'A-2': APP });
    await bench.work();
    expect(lines(taken())).toEqual(['created VULNERABILITY A-2']);
  });

  it('what an assessment says of an image changes its vulnerabilities', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', { events: ['occurrence'] });
    await bench.publish({ 'A-1': APP, 'A-2': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.scan('other', ['app 1.0', 'more 1']);
    await bench.work();
    taken();
    const detail = {
      product: { genericUri: 'https://registry.example/web' },
      assessment: { vulnerabilityId: 'A-2', state: 'NOT_AFFECTED' },
    };
    const note = { kind: 'VULNERABILITY_ASSESSMENT', detail } as const;
    const whose = { caller: ADMIN, project: 'shop' };
    await createNotes(bench.deps, { ...whose, notes: [{ id: 'vex', note }] });
    await bench.work();
    const told = taken();
    expect(lines(told)).toEqual(['updated VULNERABILITY A-2']);
    expect(told[0]?.data.resourceUri).toContain('registry.example/web@');
    await deleteNote(bench.deps, { caller: ADMIN, name: 'projects/shop/notes/vex' });
    await bench.work();
    expect(lines(taken())).toEqual(['updated VULNERABILITY A-2']);
  });

  it('a lazy reader who matches first takes no news away', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', { events: ['occurrence'], kinds: ['VULNERABILITY'] });
    await bench.publish({ 'A-1': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.work();
    taken();
    await bench.publish({ 'A-2': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.work();
    expect(lines(taken())).toEqual(['created VULNERABILITY A-2', 'deleted VULNERABILITY A-1']);
  });

  it('only what is severe enough, but also that it no longer is', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', {
      events: ['occurrence'],
      kinds: ['VULNERABILITY'],
      minSeverity: 'HIGH',
    });
    await bench.publish({ 'A-1': APP, 'A-2': { ...APP, severity: 'LOW' } });
    await bench.scan('web', ['app 1.0']);
    await bench.work();
    expect(lines(taken())).toEqual(['created VULNERABILITY A-1']);
    await bench.publish({ 'A-1': { ...APP, severity: 'LOW' }, 'A-2': { ...APP, severity: 'LOW' } });
    await bench.work();
    expect(lines(taken())).toEqual(['updated VULNERABILITY A-1']);
  });

  it('only below a prefix', async () => {
    bench = await openNotificationBench();
    const resourcePrefix = 'https://registry.example/web@';
    await bench.add('ops', { events: ['occurrence', 'scan'], resourcePrefix });
    await bench.publish({ 'A-1': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.scan('web-2', ['app 1.0', 'more 1']);
    await bench.work();
    const told = taken();
    expect(lines(told)).toEqual([
      'assay.scan.finished undefined ',
      'created DISCOVERY ',
      'created VULNERABILITY A-1',
    ]);
    expect(told.every(({ data }) => data.resourceUri?.startsWith(resourcePrefix))).toBe(true);
  });

  it('images that run come first', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', { events: ['occurrence'], kinds: ['VULNERABILITY'] });
    await bench.publish({ 'A-1': APP });
    const digests: Digest[] = [];
    for (let count = 0; count < 12; count += 1) {
      digests.push(
        await bench.scan(`a${String(count).padStart(2, '0')}`, ['app 1.0', `x${count} 1`]),
      );
    }
    await bench.work();
    taken();
    const running = digests[11];
    await admit(running);
    await bench.publish({ 'A-1': APP, 'A-2': APP });
    await bench.work();
    const told = taken();
    expect(told).toHaveLength(12);
    expect(told[0]?.data.resourceUri).toContain(running);
  });

  it('a slow destination slows the comparing, and nothing is lost', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', { events: ['occurrence'], kinds: ['VULNERABILITY'] });
    const many = Array.from({ length: 450 }, (_, index) => [`A-${index}`, APP] as const);
    await bench.publish(Object.fromEntries(many));
    for (let count = 0; count < 5; count += 1)
      await bench.scan(`a${count}`, ['app 1.0', `x${count} 1`]);
    await bench.work();
    for (let turn = 0; turn < 5; turn += 1) await bench.pass(10 * SECOND);
    const told = taken();
    expect(new Set(told.map(({ data }) => data.name)).size).toBe(5 * 450);
    expect(told).toHaveLength(5 * 450);
  });

  it('with the last destination what was told is forgotten', async () => {
    bench = await openNotificationBench();
    await bench.add('ops', { events: ['occurrence'] });
    await bench.publish({ 'A-1': APP });
    await bench.scan('web', ['app 1.0']);
    await bench.work();
    await removeDestination(bench.deps, { caller: ADMIN, project: 'shop', name: 'ops' });
    const rows = bench.deps.store.sql.selectFrom('announcement').select('digest');
    expect(await bench.deps.store.all(rows)).toEqual([]);
    await bench.work();
  });

  async function admit(digest: Digest | undefined): Promise<void> {
    const id = bench.deps.newId();
    const evaluationId = `sha256:${'0'.repeat(64)}`;
    const evaluation = { verdict: { images: [{ digest }] } };
    await bench.deps.store.appendDecision({
      id,
      evaluationId,
      time: bench.deps.now(),
      project: 'shop',
      count: 1,
      outcome: 'allow',
      allowed: true,
      evaluationJson: () => JSON.stringify(evaluation),
    });
  }
});
