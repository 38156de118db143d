/** Notifications without a server: a store, a clock that is told, receivers that are functions. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { MATCHING_LANES } from '../../src/jobs/matching-lanes.ts';
import { NOTIFICATION_LANES } from '../../src/jobs/notification-lanes.ts';
import { rawTar } from '../../src/image/raw-tar.ts';
import { runDueJobs } from '../../src/jobs/run-jobs.ts';
import type { Caller } from '../../src/domain/caller.ts';
import type { Digest } from '../../src/domain/digest.ts';
import type { Micros } from '../../src/domain/time.ts';
import { addDestination } from '../../src/operations/add-destination.ts';
import type { AddDestinationInput } from '../../src/operations/add-destination.ts';
import { createProject } from '../../src/operations/create-project.ts';
import type { Deps, Outbound } from '../../src/operations/deps.ts';
import { importAdvisories } from '../../src/operations/import-advisories.ts';
import { scanImage } from '../../src/operations/scan-image.ts';
import type { GuardedRequest } from '../../src/remote/guarded-fetch.ts';
import { parsePostgresUrl } from '../../src/store/postgres-address.ts';
import { openPostgresStore } from '../../src/store/postgres-store.ts';
import { NOW, memoryImage, openFakeDeps } from './fake-deps.ts';
import { DEBIAN12, dpkgStatus } from './image-layout.ts';
import { osvRecord, writeOsvExport } from './osv-records.ts';
import { type TestDatabase, createTestDatabase, postgresPrograms } from './postgres.ts';

/** Who does all in these tests. */
export const ADMIN: Caller = { name: 'test', grants: [{ role: 'admin' }] };

const SCHEMA_URL = new URL('../../docs/reference/schemas/event.schema.json', import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA_URL, 'utf8')));

/** A secret that signs. */
export const SECRET = 'a secret of the tests, long enough';

/** How a receiver answers: a status, perhaps with headers; what it throws is the network's. */
export type Receiver = (request: GuardedRequest) => Answered | Promise<Answered>;

interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a record says: whom it hits, and how severe it is. */
export interface OsvOf {
  readonly package: string;
  readonly severity?: string;
}

/** What the tests work with. */
export interface NotificationBench {
  readonly deps: Deps;
  /** What was said to the log. */
  readonly logged: object[];
  /** Requests that receivers got, in order. */
  readonly requests: GuardedRequest[];
  /** Replaces the receiver of a host. */
  readonly receive: (host: string, receiver: Receiver) => void;
  /** Adds a destination of the project `shop`: unless told, a webhook at `https://NAME.test/`. */
  readonly add: (name: string, told?: Partial<AddDestinationInput>) => Promise<void>;
  /** Scans an image of Debian packages such as `app 1.0`; answers its digest. */
  readonly scan: (name: string, packages: readonly string[]) => Promise<Digest>;
  /** Imports OSV records of packages by id, in place of those before. */
  readonly publish: (records: Readonly<Record<string, OsvOf>>) => Promise<void>;
  /** Runs every job that is due, until none is. */
  readonly work: () => Promise<void>;
  /** Lets time pass, and works. */
  readonly pass: (time: Micros) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The databases that this machine has. */
export const DATABASES = ['SQLite', 'PostgreSQL'] as const;

/** Tells whether a database can be tested here. */
export function isThere(database: (typeof DATABASES)[number]): boolean {
  return database === 'SQLite' || postgresPrograms !== undefined;
}

/** Opens a bench with the project `shop`. */
export async function openNotificationBench(
  database: (typeof DATABASES)[number] = 'SQLite',
): Promise<NotificationBench> {
  let time = NOW;
  const now = (): Micros => time;
  const receivers = new Map<string, Receiver>();
  const requests: GuardedRequest[] = [];
  const logged: object[] = [];
  const say = (fields: object): void => void logged.push(fields);
  const log = { info: say, warn: say, error: say };
  let exports = 0;
  let image = memoryImage([]);
  const outbound: Outbound = { send: (request) => answer(receivers, requests, request) };
  const sources = { openImage: () => image, randomBytes: (count: number) => randomBytes(count) };
  const effects = { now, log, outbound, ...sources };
  const fake = await openFakeDeps(effects);
  const postgres = database === 'PostgreSQL' ? await openPostgres(now) : undefined;
  const deps = postgres === undefined ? fake.deps : { ...fake.deps, store: postgres.store };
  await createProject(deps, { caller: ADMIN, project: 'shop' });
  const work = async (): Promise<void> => {
    while ((await turns(deps)) > 0);
  };
  return {
    deps,
    logged,
    requests,
    receive: (host, receiver) => void receivers.set(host, receiver),
    add: async (name, asked = {}) =>
      void (await addDestination(deps, { ...plain(name, asked), ...asked })),
    scan: async (name, packages) => {
      image = memoryImage([
        rawTar([{ name: 'etc/os-release', content: DEBIAN12 }]),
        rawTar([{ name: 'var/lib/dpkg/status', content: dpkgStatus(packages) }]),
      ]);
      await scanImage(deps, {
        caller: ADMIN,
        project: 'shop',
        image: `registry.example/${name}:1`,
      });
      return (await image.manifest()).digest;
    },
    publish: (records) => publish(deps, join(fake.folder, `osv-${(exports += 1)}`), records),
    work,
    pass: async (more) => {
      time += more;
      await work();
    },
    close: async () => {
      await postgres?.close();
      await fake.close();
    },
  };
}

async function publish(
  deps: Deps,
  folder: string,
  records: Readonly<Record<string, OsvOf>>,
): Promise<void> {
  const path = writeOsvExport(
    folder,
    Object.entries(records).map(([id, { package: name, severity = 'HIGH' }]) => {
      const record = { ...osvRecord(id, name), database_specific: { severity } };
      return [id, record] as const;
    }),
  );
  await importAdvisories(deps, { caller: ADMIN, path, complete: true });
}

async function turns(deps: Deps): Promise<number> {
  let count = 0;
  const lanes = [...MATCHING_LANES, ...NOTIFICATION_LANES];
  for (const lane of lanes) count += await runDueJobs(deps, lane);
  return count;
}

function plain(name: string, { kind = 'webhook' }: Partial<AddDestinationInput>) {
  const url = `https://${name}.test/hook`;
  const whose = { caller: ADMIN, project: 'shop', name };
  const secret = kind === 'webhook' ? { secret: SECRET } : {};
  return { ...whose, kind, url, ...secret, events: [], kinds: [] };
}

async function answer(
  receivers: ReadonlyMap<string, Receiver>,
  requests: GuardedRequest[],
  request: GuardedRequest,
): ReturnType<Outbound['send']> {
  requests.push(request);
  // Whatever a test is about: every event has the shape that is promised.
  const isEvent = request.headers['content-type']?.startsWith('application/cloudevents') === true;
  if (isEvent) schema.parse(JSON.parse(request.body ?? ''));
  const receiver = receivers.get(request.url.hostname);
  const { status, headers = {} } = receiver ? await receiver(request) : { status: 200 };
  return {
    status,
    header: (name) => headers[name],
    chunks: async function* chunks() {},
    read: () => Promise.resolve(new Uint8Array()),
    discard: () => Promise.resolve(),
  };
}

async function openPostgres(now: () => Micros) {
  const database: TestDatabase = await createTestDatabase();
  const { url, password } = database;
  const access = { address: parsePostgresUrl(url), password: async () => password };
  const store = await openPostgresStore({ ...access, now });
  const close = async (): Promise<void> => {
    await store.close();
    await database.drop();
  };
  return { store, close };
}
