/** Notifications of a real server: from a change over HTTP to a receiver that checks signatures. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { rawTar } from '../../src/image/raw-tar.ts';
import { scanImage } from '../../src/operations/scan-image.ts';
import { databaseFile } from '../../src/store/migrate-store.ts';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { type ApiAnswer, type AssayServer, startAssay } from '../support/assay-server.ts';
import { imageReview } from '../support/assay-server.ts';
import {
  type EventReceiver,
  type Reaction,
  startEventReceiver,
} from '../support/event-receiver.ts';
import { memoryImage, openFakeDeps } from '../support/fake-deps.ts';
import { DEBIAN12, dpkgStatus } from '../support/image-layout.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { ADMIN } from '../support/notification-bench.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';
import { createTestDatabase, postgresPrograms } from '../support/postgres.ts';

/** Kills and replicas take long: `npm run test:full` has them. */
const isFull = process.env.ASSAY_TEST_FULL === '1';
const SECRET = 'only the receiver and the server know this';
const ALLOW = ['--log-level', 'silent', '--allow-destination', '127.0.0.1'];
const SOON = { timeout: 20_000, interval: 50 };
const DENY_ALL = {
  defaultAdmissionRule: {
    evaluationMode: 'ALWAYS_DENY',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
  },
};

const root = mkdtempSync(join(tmpdir(), 'assay-notifications-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(root, name), `${text}\n`);
  return join(root, name);
};
const closing: (() => Promise<unknown>)[] = [];
let shared: AssayServer;
let projects = 0;

beforeAll(async () => {
  shared = await startAssay({ args: ALLOW });
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await shared.stop();
  rmSync(root, { recursive: true });
});

/** A project of a server, with what the tests do there. */
class Place {
  readonly server: AssayServer;
  readonly project: string;

  constructor(server: AssayServer, project: string) {
    this.server = server;
    this.project = project;
  }

  add(destination: Readonly<Record<string, unknown>>): Promise<ApiAnswer> {
    const body = { kind: 'webhook', name: 'ops', secret: SECRET, ...destination };
    return this.server.call(`/api/v1/projects/${this.project}/destinations`, { body });
  }

  async list(): Promise<unknown> {
    return (await this.server.call(`/api/v1/projects/${this.project}/destinations`)).json;
  }

  private async done(path: string, call: Parameters<AssayServer['call']>[1]): Promise<void> {
    const { status, json } = await this.server.call(path, call);
    if (status !== 200) throw new Error(`${path} answered ${status}: ${JSON.stringify(json)}`);
  }

  async note(id: string): Promise<void> {
    const body = { kind: 'ATTESTATION', attestation: { hint: { humanReadableName: id } } };
    const path = `/v1/projects/${this.project}/notes?noteId=${id}`;
    await this.done(path, { body });
  }

  async touch(id: string, count: number): Promise<void> {
    const body = { shortDescription: `change ${count}` };
    const path = `/v1/projects/${this.project}/notes/${id}?updateMask=shortDescription`;
    await this.done(path, { method: 'PATCH', body });
  }

  async denyAll(): Promise<void> {
    const path = `/v1/projects/${this.project}/policy`;
    const body = { name: `projects/${this.project}/policy`, ...DENY_ALL };
    await this.done(path, { method: 'PUT', body });
  }

  notifications(...args: readonly string[]): Promise<Ended> {
    const whose = ['--project', this.project, '--data', this.server.data];
    return runAssay(['notifications', ...args, ...whose]);
  }
}

/** A project of its own on the server that the tests share. */
async function newPlace(): Promise<Place> {
  const project = `p${(projects += 1)}`;
  await shared.call('/api/v1/projects', { body: { project } });
  const cluster = { project, cluster: 'here.one' };
  await shared.call(`/api/v1/projects/${project}/clusters`, { body: cluster });
  return new Place(shared, project);
}

async function receive(react?: Reaction): Promise<EventReceiver> {
  const receiver = await startEventReceiver(SECRET, react);
  closing.push(() => receiver.close());
  return receiver;
}

function hook({ project }: Place): string {
  return `/webhook/image-review/projects/${project}/clusters/here.one`;
}

describe('a webhook', () => {
  it('is told of changes and denials, signed, and shown without its secrets', async () => {
    const [place, receiver] = [await newPlace(), await receive()];
    const url = `${receiver.url}?token=hunter2`;
    const added = ['add', 'ops', '--url', url, '--secret-file', file('secret', SECRET)];
    expect(await place.notifications(...added)).toMatchObject({ code: 0, stdout: '' });
    await place.note('qa');
    await place.denyAll();
    const image = `registry.example/app@sha256:${'a'.repeat(64)}`;
    await shared.review(imageReview([image]), hook(place));
    await vi.waitFor(() => expect(receiver.events.length).toBeGreaterThanOrEqual(3), SOON);
    const types = receiver.events.map(({ type }) => type).toSorted();
    expect(types).toEqual(['assay.admission.denied', 'assay.note.created', 'assay.policy.updated']);
    const [denied] = receiver.events.filter(({ type }) => type === 'assay.admission.denied');
    expect(denied?.data).toMatchObject({
      schemaVersion: 1,
      outcome: 'deny',
      allowed: false,
      cluster: 'here.one',
      namespace: 'default',
      images: [{ image, fix: expect.any(String), sentence: expect.stringContaining('Denied') }],
      decision: denied?.id,
    });
    expect((await shared.call(`/api/v1/decisions/${denied?.id}`)).status).toBe(200);
    expect(receiver.forged).toEqual([]);
    const listed = await place.notifications('list', '--output', 'json');
    const address = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/…ter2$/);
    const ops = { name: 'ops', state: 'ok', waiting: 0, address };
    expect(JSON.parse(listed.stdout)).toMatchObject({ destinations: [ops] });
    expect([listed.stdout, JSON.stringify(await place.list())].join()).not.toMatch(
      /hunter|only the/,
    );
    expect(await place.notifications('test', 'ops')).toMatchObject({ code: 0 });
    expect(receiver.events.at(-1)?.type).toBe('assay.destination.tested');
    expect(await place.notifications('dead-letters', 'ops')).toMatchObject({ code: 0 });
    expect(await place.notifications('retry', 'ops')).toMatchObject({ code: 0 });
    expect(await place.notifications('remove', 'ops')).toMatchObject({ code: 0 });
    expect((await place.notifications('list')).stderr).toContain('no destination');
  });

  it('a storm of denials: a stranger makes few rows, and each is counted', async () => {
    const [place, receiver] = [await newPlace(), await receive()];
    await place.add({ url: receiver.url, events: ['admission.denied'] });
    await place.denyAll();
    const review = imageReview(['registry.example/app:1']);
    await Promise.all(Array.from({ length: 300 }, () => shared.review(review, hook(place))));
    const counted = (): number =>
      receiver.events.reduce((sum, { data }) => sum + Number(data['count']), 0);
    await vi.waitFor(() => expect(counted()).toBe(300), SOON);
    expect(receiver.events.length).toBeLessThan(150);
  });

  it.each<[string, Reaction]>([
    ['sends a huge body', (response) => void response.end(Buffer.alloc(4 * 1024 * 1024))],
    ['thanks with 200 and hangs', (response) => response.writeHead(200).flushHeaders()],
  ])('a receiver that %s has taken the event', async (_attack, react) => {
    const [place, receiver] = [await newPlace(), await receive(react)];
    await place.add({ url: receiver.url });
    await place.note('qa');
    await vi.waitFor(() => expect(receiver.events).toHaveLength(1), SOON);
    const taken = { result: [{ waiting: 0, state: 'ok' }] };
    await vi.waitFor(async () => expect(await place.list()).toMatchObject(taken), SOON);
    expect(receiver.events).toHaveLength(1);
  });

  it('receivers that redirect to metadata, close or fail are asked again', async () => {
    const failures: readonly (readonly [Reaction, string])[] = [
      [redirectToMetadata, 'redirects are not followed'],
      [(response) => void response.destroy(), 'cannot be called'],
      [(response) => void response.writeHead(500).end(), 'answered 500'],
    ];
    const asked = await Promise.all(failures.map(([react, problem]) => askedAgain(react, problem)));
    for (const [first, again] of asked) expect(again).toBe(first);
  });

  const redirectToMetadata: Reaction = (response) =>
    void response.writeHead(302, { location: 'http://169.254.169.254/' }).end();

  async function askedAgain(react: Reaction, problem: string): Promise<readonly string[]> {
    let times = 0;
    const answer: Reaction = (response, event) => {
      times += 1;
      return times === 1 ? react(response, event) : void response.writeHead(204).end();
    };
    const [place, receiver] = [await newPlace(), await receive(answer)];
    await place.add({ url: receiver.url });
    await place.note('qa');
    const failing = { waiting: 1, state: 'failing', problem: expect.stringContaining(problem) };
    const listed = { result: [failing] };
    await vi.waitFor(async () => expect(await place.list()).toMatchObject(listed), SOON);
    const taken = { result: [{ waiting: 0, state: 'ok' }] };
    await vi.waitFor(async () => expect(await place.list()).toMatchObject(taken), SOON);
    return receiver.events.map(({ id }) => id);
  }
});

describe.skipIf(!isFull)('kill -9 between deliveries (full run)', () => {
  it('loses nothing, repeats only what was under way, keeps each resource’s order', async () => {
    const data = join(root, 'killed');
    let server = await startAssay({ args: ALLOW, data });
    let killing: Promise<void> | undefined;
    let seen = 0;
    const receiver = await receive((response) => {
      seen += 1;
      // Dies with requests in flight: it cannot know that they were taken.
      if (seen === 7) killing = server.kill();
      response.writeHead(204).end();
    });
    let place = new Place(server, 'default');
    await place.add({ url: receiver.url, events: ['note'] });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const id of ids) await place.note(id);
    await vi.waitFor(() => expect(killing).toBeDefined(), SOON);
    await killing;
    server = await startAssay({ args: ALLOW, data });
    closing.push(() => server.stop());
    place = new Place(server, 'default');
    for (let count = 0; count < 3; count += 1) await place.touch('a', count);
    const idsOf = (id: string): readonly string[] =>
      receiver.events.filter(({ subject }) => subject.endsWith(`/${id}`)).map((one) => one.id);
    await vi.waitFor(() => expect(new Set(idsOf('a')).size).toBe(4), SOON);
    await vi.waitFor(() => expect(ids.map((id) => idsOf(id).length)).not.toContain(0), SOON);
    const ofA = [...new Set(idsOf('a'))];
    expect(ofA, 'ids rise with time').toEqual(ofA.toSorted());
    const all = receiver.events.map(({ id }) => id);
    expect(all.length - new Set(all).size).toBeLessThanOrEqual(8);
  }, 60_000);
});

describe.skipIf(!isFull)('kill -9 in mid-comparison (full run)', () => {
  it('tells each image of it, and none twice but what was under way', async () => {
    const seeded = await seed(30);
    let server = await startAssay({ args: ALLOW, data: seeded.data });
    let killing: Promise<void> | undefined;
    let seen = 0;
    const receiver = await receive((response) => {
      seen += 1;
      if (seen === 5) killing = server.kill();
      response.writeHead(204).end();
    });
    const wanted = { events: ['occurrence'], kinds: ['VULNERABILITY'] };
    await new Place(server, 'shop').add({ url: receiver.url, ...wanted });
    const compared = (): number => seeded.count('announcement');
    await vi.waitFor(() => expect(compared()).toBe(30), SOON);
    await server.call('/api/v1/advisories', { body: { path: seeded.osv } });
    await vi.waitFor(() => expect(killing).toBeDefined(), SOON);
    await killing;
    server = await startAssay({ args: ALLOW, data: seeded.data });
    closing.push(() => server.stop());
    const told = () => new Set(receiver.events.map(({ subject }) => subject));
    await vi.waitFor(() => expect(told().size).toBe(30), SOON);
    const ids = receiver.events.map(({ id }) => id);
    expect(new Set(ids).size, 'a crash makes no second event of a change').toBe(30);
    expect(ids.length).toBeLessThanOrEqual(38);
  }, 90_000);

  /** A data folder whose project `shop` has sighted images, and records of new advisories. */
  async function seed(images: number): Promise<Seeded> {
    let image = memoryImage([]);
    const random = { randomBytes: () => new Uint8Array(8) };
    const fake = await openFakeDeps({ openImage: () => image, ...random });
    closing.push(async () => rmSync(fake.folder, { recursive: true }));
    for (let index = 0; index < images; index += 1) {
      const packages = dpkgStatus(['app 1.0', `own-${index} 1`]);
      image = memoryImage([
        rawTar([{ name: 'etc/os-release', content: DEBIAN12 }]),
        rawTar([{ name: 'var/lib/dpkg/status', content: packages }]),
      ]);
      const name = `registry.example/app-${index}:1`;
      await scanImage(fake.deps, { caller: ADMIN, project: 'shop', image: name });
    }
    await fake.deps.store.close();
    const data = join(fake.folder, 'data');
    const osv = writeOsvExport(join(fake.folder, 'osv'), [['NEW-1', osvRecord('NEW-1', 'app')]]);
    return { data, osv, count: (table) => countRows(databaseFile(data), table) };
  }
});

interface Seeded {
  readonly data: string;
  readonly osv: string;
  readonly count: (table: 'announcement') => number;
}

function countRows(path: string, table: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(database.prepare(`select count(*) as rows from ${table}`).get()?.['rows']);
  } finally {
    database.close();
  }
}

describe('where nothing may be sent', () => {
  it.each([
    ['metadata', { url: 'https://169.254.169.254/hook' }, 'never called'],
    ['metadata in decimal', { url: 'https://2852039166/hook' }, 'never called'],
    ['metadata in IPv6', { url: 'https://[::ffff:a9fe:a9fe]/hook' }, 'never called'],
    ['loopback that is not allowed', { url: 'http://127.0.0.2/' }, '--allow-destination'],
    ['loopback in octal', { url: 'http://0177.0.0.02/' }, '--allow-destination'],
    ['a private address', { url: 'https://10.0.0.1/hook' }, '--allow-destination'],
    ['a password in the URL', { url: 'https://u:hunter2@hooks.example/' }, 'credentials'],
    ['another scheme', { url: 'ftp://hooks.example/' }, 'neither https nor http'],
    ['no URL', { url: 'hooks.example' }, 'is not one'],
    ['no host', { url: 'https://hooks.invalid/' }, 'no such host'],
    ['a secret that can be guessed', { url: 'https://h.invalid/', secret: 'hunter2' }, '16 to 512'],
    ['no secret', { url: 'https://h.invalid/', secret: undefined }, 'needs a secret'],
    ['an unknown event', { url: 'https://h.invalid/', events: ['x'] }, 'occurrence.created'],
    ['an unknown kind', { url: 'https://h.invalid/', kinds: ['X'] }, 'VULNERABILITY'],
    ['a wrong name', { url: 'https://h.invalid/', name: 'A b' }, 'lower-case'],
    ['a topic of a webhook', { url: 'https://h.invalid/', topicProject: 'abc' }, 'Pub/Sub only'],
  ])('%s is refused', async (_attack, destination, message) => {
    const refused = await new Place(shared, 'default').add(destination);
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(refused.json)).toContain(message);
    expect(JSON.stringify(refused.json)).not.toContain('hunter2');
  });

  it('an eleventh destination is refused', async () => {
    const [place, receiver] = [await newPlace(), await receive()];
    const names = Array.from({ length: 10 }, (_, index) => `d${index}`);
    for (const name of names) {
      expect((await place.add({ name, url: receiver.url })).status).toBe(200);
    }
    const more = await place.add({ name: 'more', url: receiver.url });
    expect(JSON.stringify(more.json)).toContain('remove one first');
    expect((await place.add({ name: 'd1', url: receiver.url })).status).toBe(400);
  });

  it('an editor may not add one, and a viewer sees no secret', async () => {
    const place = await newPlace();
    for (const role of ['viewer', 'editor']) {
      const body = { role, name: 'test', lifetime: 3_600_000_000 };
      const made = await shared.call('/api/v1/tokens', { body });
      const { secret: token } = (made.json as { result: { secret: string } }).result;
      const path = `/api/v1/projects/${place.project}/destinations`;
      const webhook = { name: 'x', kind: 'webhook', url: 'https://h.invalid/', secret: SECRET };
      const refused = await shared.call(path, { token, body: webhook });
      expect(refused.status).toBe(403);
      expect(JSON.stringify(refused.json)).toContain('assay.notifications.manage');
      expect((await shared.call(path, { token })).status).toBe(200);
    }
  });

  it('a chat’s address on the command line is refused', async () => {
    const args = ['add', 'chat', '--kind', 'slack', '--url', 'https://h.invalid/hunter2'];
    const refused = await new Place(shared, 'default').notifications(...args);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--url-file') });
    expect(refused.stderr).not.toContain('hunter2');
  });

  it('a wrong --allow-destination stops the start', async () => {
    const args = ['serve', '--data', join(root, 'never'), '--allow-destination', '10.0.0.0/99'];
    const refused = await runAssay(args);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--allow-destination'),
    });
  });
});

describe('Pub/Sub and chats', () => {
  it('get Google’s messages and sentences', async () => {
    const place = await newPlace();
    const bus = await startLoopbackServer((_seen, response) => void response.end('{}'));
    const chat = await startLoopbackServer((_seen, response) => void response.end('ok'));
    closing.push(
      () => bus.close(),
      () => chat.close(),
    );
    const urlFile = file('url', `http://${chat.host}/services/T0/B0/secret1234`);
    const slack = ['--kind', 'slack', '--url-file', urlFile, '--event', 'note'];
    const added = await place.notifications('add', 'chat', ...slack);
    expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('/…1234') });
    expect(added.stderr).not.toContain('services');
    const pubsub = { kind: 'pubsub', secret: undefined, topicProject: 'bus-project' };
    await place.add({ name: 'bus', url: `http://${bus.host}`, ...pubsub });
    const tested = await shared.call(`/api/v1/projects/${place.project}/destinations/bus/test`, {
      body: {},
    });
    expect(tested.json).toMatchObject({ result: { reached: true } });
    await place.note('qa');
    await vi.waitFor(() => expect(chat.seen).toHaveLength(1), SOON);
    const published = () => bus.seen.filter(({ method }) => method === 'POST');
    await vi.waitFor(() => expect(published()).toHaveLength(2), SOON);
    expect(
      published()
        .map(({ url }) => url)
        .toSorted(),
    ).toEqual([
      '/v1/projects/bus-project/topics/container-analysis-notes-v1:publish',
      '/v1/projects/bus-project/topics/container-analysis-notes-v1beta1:publish',
    ]);
    const { text } = JSON.parse(chat.seen[0]?.body ?? '') as { text: string };
    expect(text).toBe(`ATTESTATION note projects/${place.project}/notes/qa is new.`);
  });
});

describe.skipIf(!postgresPrograms)('two servers over one database (needs postgres)', () => {
  it('send each event once', async () => {
    const database = await createTestDatabase();
    closing.push(() => database.drop());
    const password = file('password', database.password);
    const args = [...ALLOW, '--database', database.url, '--database-password-file', password];
    const one = await startAssay({ args, data: join(root, 'one') });
    closing.push(() => one.stop());
    const two = await startAssay({ args, data: join(root, 'two') });
    closing.push(() => two.stop());
    const [place, receiver] = [new Place(one, 'default'), await receive()];
    await place.add({ url: receiver.url });
    const ids = Array.from({ length: 40 }, (_, index) => `n${index}`);
    for (const id of ids) await place.note(id);
    await vi.waitFor(() => expect(receiver.events.length).toBeGreaterThanOrEqual(40), SOON);
    const taken = { result: [{ waiting: 0 }] };
    await vi.waitFor(async () => expect(await place.list()).toMatchObject(taken), SOON);
    const subjects = receiver.events.map(({ subject }) => subject).toSorted();
    expect(subjects).toEqual(ids.map((id) => `projects/default/notes/${id}`).toSorted());
  }, 60_000);
});
