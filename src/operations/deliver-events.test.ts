/** From a change to a destination: what arrives, in which order, and what is done about failures. */
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import {
  ADMIN,
  DATABASES,
  type NotificationBench,
  SECRET,
  isThere,
  openNotificationBench,
} from '../../test/support/notification-bench.ts';
import { AssayError } from '../domain/error.ts';
import { DAY, HOUR, SECOND } from '../domain/time.ts';
import { createNote, createNotes } from './create-note.ts';
import { createOccurrences } from './create-occurrence.ts';
import { listDeadLetters, retryDeadLetters } from './dead-letters.ts';
import { deleteNote } from './delete-note.ts';
import { listDestinations } from './list-destinations.ts';
import { pruneNotifications } from './prune-notifications.ts';
import { removeDestination } from './remove-destination.ts';
import { testDestination } from './test-destination.ts';
import { updateNote } from './update-note.ts';

const SHOP = { caller: ADMIN, project: 'shop' };

interface CloudEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

let bench: NotificationBench;
afterEach(() => bench.close());

function eventsOf(requests: readonly { readonly body?: string }[]): CloudEvent[] {
  return requests.map(({ body = '' }) => JSON.parse(body) as CloudEvent);
}

async function addNote(id: string): Promise<void> {
  const note = { kind: 'ATTESTATION', detail: {} } as const;
  await createNote(bench.deps, { ...SHOP, id, note });
}

async function touchNote(id: string): Promise<void> {
  const patch = (note: Parameters<Parameters<typeof updateNote>[1]['patch']>[0]) => note;
  await updateNote(bench.deps, { caller: ADMIN, name: `projects/shop/notes/${id}`, patch });
}

/** Keeps a decision that denies an image, as admission does. */
async function deny(image: string, project = 'shop'): Promise<void> {
  const { deps } = bench;
  const images = [{ image: `${image}.example`, sentence: '', found: '', wanted: '', fix: '' }];
  const data = { schemaVersion: 1, project, outcome: 'deny', allowed: false, breakGlass: false };
  await deps.store.appendDecision({
    id: deps.newId(),
    time: deps.now(),
    project,
    outcome: 'deny',
    allowed: false,
    count: 1,
    evaluationId: `sha256:${Buffer.from(image).toString('hex').slice(0, 64)}`,
    evaluationJson: () => '{}',
    denial: () => ({ ...data, dryRun: false, images, imageCount: 1, policies: [] }),
  });
}

function shown() {
  return listDestinations(bench.deps, SHOP);
}

describe.each(DATABASES)('on %s', (database) => {
  const runs = isThere(database);

  it.skipIf(!runs)(`a change arrives once, signed (needs ${database})`, async () => {
    bench = await openNotificationBench(database);
    await bench.add('ops');
    await addNote('a');
    await bench.work();
    const [request] = bench.requests;
    expect(bench.requests).toHaveLength(1);
    expect(request?.headers['content-type']).toMatch(/^application\/cloudevents\+json/);
    const { 'webhook-id': id, 'webhook-timestamp': at } = request?.headers ?? {};
    const hmac = createHmac('sha256', SECRET).update(`${id}.${at}.${request?.body}`);
    expect(request?.headers['webhook-signature']).toBe(`v1,${hmac.digest('base64')}`);
    expect(Number(at)).toBe(Math.floor(bench.deps.now() / SECOND));
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      specversion: '1.0',
      id,
      source: '/projects/shop',
      type: 'assay.note.created',
      subject: 'projects/shop/notes/a',
      datacontenttype: 'application/json',
      data: { schemaVersion: 1, name: 'projects/shop/notes/a', kind: 'ATTESTATION' },
    });
    await bench.pass(HOUR);
    expect(bench.requests).toHaveLength(1);
  });

  it.skipIf(!runs)(`order per resource holds through failures (${database})`, async () => {
    bench = await openNotificationBench(database);
    await bench.add('ops');
    const down = new Set(['projects/shop/notes/a']);
    bench.receive('ops.test', ({ body = '' }) => {
      const { subject } = JSON.parse(body) as CloudEvent;
      return { status: down.has(subject) ? 503 : 200 };
    });
    await addNote('a');
    await touchNote('a');
    await addNote('b');
    await deleteNote(bench.deps, { caller: ADMIN, name: 'projects/shop/notes/a' });
    await bench.work();
    await bench.pass(10 * SECOND);
    const subjects = eventsOf(bench.requests).map(({ type, subject }) => `${type} ${subject}`);
    expect(new Set(subjects)).toEqual(
      new Set([
        'assay.note.created projects/shop/notes/a',
        'assay.note.created projects/shop/notes/b',
      ]),
    );
    down.clear();
    await bench.pass(HOUR);
    const types = eventsOf(bench.requests)
      .filter(({ subject }) => subject.endsWith('/a'))
      .map(({ type }) => type.slice('assay.note.'.length));
    expect(types.slice(-3)).toEqual(['created', 'updated', 'deleted']);
    const ids = eventsOf(bench.requests.filter(({ body }) => body?.includes('notes/a"')));
    expect(
      new Set(ids.filter(({ type }) => type.endsWith('created')).map(({ id }) => id)).size,
    ).toBe(1);
  });

  it.skipIf(!runs)(`a batch of many is told one by one (${database})`, async () => {
    bench = await openNotificationBench(database);
    await bench.add('ops', { events: ['occurrence'] });
    await addNote('build');
    const occurrence = {
      kind: 'ATTESTATION',
      resourceUri: `https://reg.example/app@sha256:${'a'.repeat(64)}`,
      noteName: 'projects/shop/notes/build',
      detail: {},
    } as const;
    const occurrences = Array.from({ length: 120 }, () => occurrence);
    const made = await createOccurrences(bench.deps, { ...SHOP, occurrences });
    await bench.work();
    const told = eventsOf(bench.requests).map(({ subject }) => subject);
    expect(told.toSorted()).toEqual(made.map(({ name }) => name).toSorted());
  });

  it.skipIf(!runs)(
    `denials: equal ones of a batch are one event with a count (${database})`,
    async () => {
      bench = await openNotificationBench(database);
      await bench.add('ops', { events: ['admission'] });
      await Promise.all([
        ...Array.from({ length: 5 }, () => deny('a')),
        deny('b'),
        deny('a', 'other'),
      ]);
      await bench.work();
      const told = eventsOf(bench.requests);
      const counts = Map.groupBy(told, ({ subject }) => subject);
      const sums = [...counts].map(([subject, events]) => [
        subject,
        events.reduce((sum, { data }) => sum + Number(data['count']), 0),
      ]);
      expect(Object.fromEntries(sums)).toEqual({
        'projects/shop/images/a.example': 5,
        'projects/shop/images/b.example': 1,
      });
      expect(told.length).toBeLessThan(6);
      expect(told.every(({ id, data }) => data['decision'] === id)).toBe(true);
    },
  );

  it.skipIf(!runs)(
    `denials that nobody wants, or nobody routes, are not kept (${database})`,
    async () => {
      bench = await openNotificationBench(database);
      const { store } = bench.deps;
      await deny('a');
      const rows = store.sql.selectFrom('outbox').select('topic');
      expect(await store.all(rows)).toEqual([]);
      await bench.add('ops', { events: ['note'] });
      await deny('a');
      expect(await store.all(rows)).toEqual([]);
      await bench.add('more', { events: ['admission.denied'] });
      for (const sequence of [1, 501]) {
        const row = { sequence, id: 'x', time: 0, project: null, topic: 'x', body: '{}' };
        await store.write(
          async (tx) => void (await tx.run(tx.sql.insertInto('outbox').values(row))),
        );
      }
      await deny('a');
      expect(await store.all(rows)).toHaveLength(2);
    },
  );

  it.skipIf(!runs)(`names that no index takes arrive all the same (${database})`, async () => {
    bench = await openNotificationBench(database);
    await bench.add('ops', { events: ['admission'] });
    const hostile = ['\u0000', '\ud800', 'x'.repeat(5000), '\u{1F4A9}'.repeat(2000)];
    for (const name of hostile) await deny(name);
    await deny('a', '\u0000');
    await addNote('a');
    await bench.work();
    expect(bench.requests).toHaveLength(hostile.length);
    expect(await shown()).toMatchObject([{ state: 'ok', waiting: 0 }]);
  });

  it.skipIf(!runs)(
    `a row that cannot be routed is dropped, others go on (${database})`,
    async () => {
      bench = await openNotificationBench(database);
      await bench.add('ops');
      const { store } = bench.deps;
      for (const body of ['no JSON', '{"schemaVersion":1}', '{"schemaVersion":9}']) {
        for (const topic of ['events', 'unheard of']) {
          const row = { id: 'x', time: 0, project: 'shop', topic, body };
          const insert = store.sql.insertInto('outbox').values(row);
          await store.write(async (tx) => void (await tx.run(insert)));
        }
      }
      await addNote('a');
      await bench.work();
      expect(bench.requests).toHaveLength(1);
      expect(await store.all(store.sql.selectFrom('outbox').select('topic'))).toEqual([]);
    },
  );

  it.skipIf(!runs)(`a stale holder of a job keeps nothing (${database})`, async () => {
    bench = await openNotificationBench(database);
    await bench.add('ops');
    await addNote('a');
    let first = true;
    bench.receive('ops.test', async () => {
      if (first) {
        first = false;
        // While this one hangs its lease ends, and another takes over.
        await bench.pass(61 * SECOND);
      }
      return { status: first ? 500 : 200 };
    });
    await bench.work();
    expect(bench.requests).toHaveLength(2);
    expect(new Set(eventsOf(bench.requests).map(({ id }) => id)).size).toBe(1);
    expect(await shown()).toMatchObject([{ state: 'ok', waiting: 0, deadLetters: 0 }]);
  });
});

describe('failures', () => {
  it.each([
    ['500', { status: 500 }, 'answered 500'],
    ['404', { status: 404 }, 'answered 404'],
    ['a redirect to metadata', { status: 302 }, 'redirects are not followed'],
  ])('%s is tried again, and is shown', async (_fact, answer, problem) => {
    bench = await openNotificationBench();
    await bench.add('ops');
    let left = 3;
    bench.receive('ops.test', () => (left-- > 0 ? answer : { status: 204 }));
    await addNote('a');
    await bench.work();
    expect(await shown()).toMatchObject([
      { state: 'failing', waiting: 1, problem: expect.stringContaining(problem) },
    ]);
    for (let times = 0; times < 3; times += 1) await bench.pass(60 * SECOND);
    expect(bench.requests).toHaveLength(4);
    expect(await shown()).toMatchObject([{ state: 'ok', waiting: 0, deadLetters: 0 }]);
  });

  it('a network error is shown without the address, which is a secret', async () => {
    bench = await openNotificationBench();
    const url = 'https://chat.test/services/T0/B0/hunter2secret';
    await bench.add('chat', { kind: 'slack', url, events: ['note'] });
    bench.receive('chat.test', () => {
      throw Object.assign(new Error(`cannot connect to ${url}`), { code: 'ECONNREFUSED' });
    });
    await addNote('a');
    await bench.work();
    bench.receive('chat.test', () => {
      throw new AssayError('unavailable', 'chat.test cannot be called: nothing listens there');
    });
    await bench.pass(HOUR);
    const [chat] = await shown();
    expect(chat).toMatchObject({ address: 'https://chat.test/…cret', state: 'failing' });
    const said = JSON.stringify([bench.logged, chat]);
    expect(said).toContain('cannot be called');
    expect(said).not.toContain('hunter2');
    expect(said).not.toContain('services');
  });

  it('Retry-After holds the destination back, in seconds and as a date', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    const told = ['1800', new Date(bench.deps.now() / 1000 + 3_600_000).toUTCString()];
    bench.receive('ops.test', () => {
      const after = told.shift();
      return after === undefined
        ? { status: 200 }
        : { status: 429, headers: { 'retry-after': after } };
    });
    await addNote('a');
    await bench.work();
    await bench.pass(1700 * SECOND);
    await addNote('b');
    await bench.work();
    expect(bench.requests).toHaveLength(1);
    await bench.pass(101 * SECOND);
    const after = bench.requests.length;
    expect(after).toBeGreaterThan(1);
    await bench.pass(HOUR);
    expect(await shown()).toMatchObject([{ state: 'ok', waiting: 0 }]);
  });

  it('a dead endpoint is probed one by one, and holds up no other', async () => {
    bench = await openNotificationBench();
    await bench.add('dead');
    await bench.add('ops');
    bench.receive('dead.test', () => ({ status: 502 }));
    const notes = Array.from({ length: 60 }, (_, index) => `n${index}`);
    const note = { kind: 'ATTESTATION', detail: {} } as const;
    await createNotes(bench.deps, { ...SHOP, notes: notes.map((id) => ({ id, note })) });
    await bench.work();
    const toDead = bench.requests.filter(({ url }) => url.hostname === 'dead.test');
    expect(bench.requests.length - toDead.length).toBe(60);
    expect(toDead.length).toBeLessThanOrEqual(8);
    for (let minute = 0; minute < 10; minute += 1) await bench.pass(300 * SECOND);
    const later = bench.requests.filter(({ url }) => url.hostname === 'dead.test');
    expect(later.length - toDead.length).toBeLessThanOrEqual(11);
    expect(await shown()).toMatchObject([{ name: 'dead', state: 'paused', waiting: 60 }, {}]);
  });

  it('what is never taken becomes a dead letter, and is sent again when asked', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    bench.receive('ops.test', () => ({ status: 500 }));
    await addNote('a');
    await touchNote('a');
    for (let times = 0; times < 60; times += 1) await bench.pass(HOUR);
    const dead = await listDeadLetters(bench.deps, { ...SHOP, name: 'ops' });
    expect(dead.map(({ type }) => type)).toEqual(['assay.note.updated', 'assay.note.created']);
    expect(dead).toMatchObject([{ problem: 'answered 500' }, { attempts: 16 }]);
    expect(await shown()).toMatchObject([{ waiting: 0, deadLetters: 2 }]);
    bench.receive('ops.test', () => ({ status: 200 }));
    const before = bench.requests.length;
    const again = await retryDeadLetters(bench.deps, { ...SHOP, name: 'ops' });
    expect(again).toEqual({ retried: 2 });
    await bench.work();
    const sent = eventsOf(bench.requests.slice(before)).map(({ id }) => id);
    expect(sent).toEqual(dead.map(({ id }) => id).toReversed());
    expect(await shown()).toMatchObject([{ state: 'ok', waiting: 0, deadLetters: 0 }]);
  });

  it('one dead letter alone is sent again; an unknown one is not found', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    bench.receive('ops.test', () => ({ status: 500 }));
    await addNote('a');
    await addNote('b');
    await bench.pass(4 * DAY);
    await pruneNotifications(bench.deps);
    await bench.pass(HOUR);
    const [one] = await listDeadLetters(bench.deps, { ...SHOP, name: 'ops' });
    const event = one?.id ?? '';
    const asked = { ...SHOP, name: 'ops' };
    await expect(retryDeadLetters(bench.deps, { ...asked, event: 'x' })).rejects.toThrow('no dead');
    expect(await retryDeadLetters(bench.deps, { ...asked, event })).toEqual({ retried: 1 });
  });

  it('dead letters end with age', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    bench.receive('ops.test', () => ({ status: 500 }));
    await addNote('a');
    await bench.pass(4 * DAY);
    expect(await shown()).toMatchObject([{ deadLetters: 1 }]);
    await bench.pass(31 * DAY);
    await pruneNotifications(bench.deps);
    expect(await shown()).toMatchObject([{ deadLetters: 0 }]);
  });

  it('a backlog is bounded: what does not fit is counted and logged', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    bench.receive('ops.test', () => ({ status: 500 }));
    const note = { kind: 'ATTESTATION', detail: {} } as const;
    for (let batch = 0; batch < 11; batch += 1) {
      const notes = Array.from({ length: 1000 }, (_, id) => ({ id: `n${batch}-${id}`, note }));
      await createNotes(bench.deps, { ...SHOP, notes });
      await bench.work();
    }
    expect(await shown()).toMatchObject([{ waiting: 10_000, dropped: 1000 }]);
    expect(JSON.stringify(bench.logged)).toContain('"dropped"');
    await removeDestination(bench.deps, { ...SHOP, name: 'ops' });
    await bench.work();
    const left = bench.deps.store.sql.selectFrom('delivery').select('sequence');
    expect(await bench.deps.store.all(left)).toEqual([]);
  });
});

describe('what is written', () => {
  it('nothing where nobody wants it', async () => {
    bench = await openNotificationBench();
    await addNote('a');
    await bench.add('ops', { events: ['policy'] });
    await addNote('b');
    const rows = bench.deps.store.sql.selectFrom('outbox').select('sequence');
    expect(await bench.deps.store.all(rows)).toEqual([]);
    await bench.work();
    expect(bench.requests).toEqual([]);
  });

  it('nothing of another project', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    const note = { kind: 'ATTESTATION', detail: {} } as const;
    await createNote(bench.deps, { caller: ADMIN, project: 'other', id: 'a', note });
    await bench.work();
    expect(bench.requests).toEqual([]);
  });

  it('nothing of a change that failed', async () => {
    bench = await openNotificationBench();
    await bench.add('ops');
    await addNote('a');
    await expect(addNote('a')).rejects.toThrow('already exists');
    await bench.work();
    expect(bench.requests).toHaveLength(1);
  });
});

describe('Pub/Sub', () => {
  it('gets Google’s messages on both versions’ topics, and no deletions', async () => {
    bench = await openNotificationBench();
    const url = 'https://bus.test/';
    await bench.add('bus', { kind: 'pubsub', url, secret: 'token', topicProject: 'other' });
    await addNote('a');
    await deleteNote(bench.deps, { caller: ADMIN, name: 'projects/shop/notes/a' });
    await bench.work();
    expect(bench.requests.map(({ url: sent }) => sent.href).toSorted()).toEqual([
      'https://bus.test/v1/projects/other/topics/container-analysis-notes-v1:publish',
      'https://bus.test/v1/projects/other/topics/container-analysis-notes-v1beta1:publish',
    ]);
    const [request] = bench.requests;
    expect(request?.headers['authorization']).toBe('Bearer token');
    const { messages } = JSON.parse(request?.body ?? '') as {
      messages: readonly { data: string; attributes: object }[];
    };
    const [message] = messages;
    expect(JSON.parse(Buffer.from(message?.data ?? '', 'base64').toString())).toEqual({
      name: 'projects/shop/notes/a',
      kind: 'ATTESTATION',
      notificationTime: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
    });
    expect(message?.attributes).toMatchObject({ 'assay-event-type': 'assay.note.created' });
  });

  it('is tested by asking for its topics', async () => {
    bench = await openNotificationBench();
    await bench.add('bus', { kind: 'pubsub', url: 'https://bus.test' });
    bench.receive('bus.test', ({ url }) => ({ status: url.href.includes('beta1') ? 404 : 200 }));
    const tested = await testDestination(bench.deps, { ...SHOP, name: 'bus' });
    expect(tested).toEqual({
      name: 'bus',
      reached: false,
      answer: 'it answered 404 to /v1/projects/shop/topics/container-analysis-occurrences-v1beta1',
    });
  });
});
