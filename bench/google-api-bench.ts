/**
 * Google's API over a filled store on either database: look-ups by name, batches, pages near and
 * far, and the summary of one image; each beside the same work done bare in the same run.
 */
import { readFile } from 'node:fs/promises';
import { readOccurrenceFilter } from '../src/google/read-filter.ts';
import { encodeScannedId } from '../src/google/scanned-name.ts';
import { OCCURRENCE_COLUMNS } from '../src/store/metadata-fields.ts';
import { metadataStatements } from '../src/store/metadata-page.ts';
import { readMembers } from '../src/store/package-members.ts';
import type { Store } from '../src/store/store-contract.ts';
import { postgresPrograms } from '../test/support/postgres.ts';
import { setup, teardown } from '../test/support/postgres-run.ts';
import { costlySteps, explain } from '../test/support/query-plan.ts';
import type { BenchResult, Figure } from './figure.ts';
import { benchDigest, benchOccurrence, DATA, PROJECT, WRITTEN } from './google-api-data.ts';
import { type Filled, fillPostgres, fillSqlite } from './google-api-databases.ts';
import { type LoadedServer, type LoadRequest, sendAll, sendOne } from './http-load.ts';
import { type ReadyLine, type ReviewServer, startProgram, stopProgram } from './review-server.ts';

const ROUNDS = 5;
const LOOKUPS = 2000;
/** So many that the server never waits for a client: what a wake-up costs would count as work. */
const CONNECTIONS = 32;
/** Rounds before the counted ones, until the code that is hot has been compiled. */
const WARM_UP = 5;
const FAR_PAGE = 100;
const V1 = `/v1/projects/${PROJECT}`;

/** Where the build is and where there is room for data folders. */
export interface GoogleApiBench {
  readonly main: string;
  readonly folder: string;
}

/** Measures on SQLite, and on PostgreSQL where there is one. */
export async function benchGoogleApi(bench: GoogleApiBench): Promise<BenchResult> {
  const results = [await measure(bench, await fillSqlite(bench.folder))];
  if (postgresPrograms === undefined) {
    return merge(results, ['Google API on PostgreSQL: skipped, there is no postgres']);
  }
  setup();
  try {
    results.push(await measure(bench, await fillPostgres(bench.folder)));
  } finally {
    await teardown();
  }
  return merge(results, []);
}

function merge(
  results: readonly Pick<BenchResult, 'figures' | 'notes'>[],
  notes: readonly string[],
): BenchResult {
  const about =
    `Google API: ${DATA.images} images of ${DATA.packages} packages and about 245 findings, ` +
    `${DATA.occurrences} occurrences of a client; ${CONNECTIONS} connections; baseline: bare ` +
    'fastify, one prepared statement on the same database';
  return {
    name: 'Google API',
    figures: results.flatMap((one) => one.figures),
    notes: [about, ...results.flatMap((one) => one.notes), ...notes],
  };
}

interface Subjects {
  readonly own: LoadedServer;
  readonly bare: LoadedServer;
}

async function measure(
  { main }: GoogleApiBench,
  filled: Filled,
): Promise<Pick<BenchResult, 'figures' | 'notes'>> {
  const started: ReviewServer['process'][] = [];
  const start = async (
    command: readonly string[],
  ): Promise<{ pid: number | undefined; ready: unknown }> => {
    const { process: child, ready } = await startProgram([process.execPath, ...command]);
    started.push(child);
    return { pid: child.pid, ready };
  };
  try {
    const listen = ['--http', '127.0.0.1:0', '--webhook', '127.0.0.1:0', '--grpc', '127.0.0.1:0'];
    const own = await start([
      main,
      'serve',
      '--offline',
      ...filled.serve,
      ...listen,
      '--log-level',
      'error',
    ]);
    const script = new URL('bare-api-server.mjs', import.meta.url).pathname;
    const bare = await start([script, ...filled.bare]);
    const ready = own.ready as ReadyLine;
    const token = (await readFile(ready.adminTokenFile, 'utf8')).trim();
    const headers = { authorization: `Bearer ${token}` };
    const subjects = {
      own: { pid: own.pid, http: ready.http, headers },
      bare: { pid: bare.pid, http: (bare.ready as { http: string }).http, headers: {} },
    };
    const figures = [
      ...(await lookUps(filled, subjects)),
      ...(await pages(filled, subjects.own)),
      ...(await summaries(filled, subjects.own)),
      ...(await batches(filled, subjects)),
    ];
    return { figures, notes: await plans(filled) };
  } finally {
    for (const child of started) await stopProgram(child);
    await filled.drop();
  }
}

/** What both are asked for. */
interface Requests {
  readonly own: readonly LoadRequest[];
  readonly bare: readonly LoadRequest[];
}

/** Rounds of both, in turn. */
async function inTurn(
  { own, bare }: Subjects,
  ofRound: (round: number) => Requests,
  connections: number,
): Promise<{
  readonly cpu: Pick<Figure, 'ours' | 'baseline'>;
  readonly time: Pick<Figure, 'ours' | 'baseline'>;
}> {
  const rounds = {
    own: [] as { cpuUs: number; p50Ms: number }[],
    bare: [] as { cpuUs: number; p50Ms: number }[],
  };
  for (let round = 0; round < WARM_UP; round += 1) {
    await sendAll(own, ofRound(round).own, connections);
    await sendAll(bare, ofRound(round).bare, connections);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const requests = ofRound(WARM_UP + round);
    rounds.bare.push(await sendAll(bare, requests.bare, connections));
    rounds.own.push(await sendAll(own, requests.own, connections));
  }
  const pick = (key: 'cpuUs' | 'p50Ms'): Pick<Figure, 'ours' | 'baseline'> => ({
    ours: rounds.own.map((one) => one[key]),
    baseline: rounds.bare.map((one) => one[key]),
  });
  return { cpu: pick('cpuUs'), time: pick('p50Ms') };
}

async function lookUps(filled: Filled, subjects: Subjects): Promise<Figure[]> {
  const { store, name } = filled;
  const most = LOOKUPS * (WARM_UP + ROUNDS);
  const rows = store.sql.selectFrom('occurrence').select('id').orderBy('id').limit(most);
  const written = (await store.all(rows)).map(({ id }) => ({ id, bare: `/written/${id}` }));
  const found = await findings(store, most);
  const limit = { of: 'ratio', atMost: 2 } as const;
  const figures: Figure[] = [];
  for (const [kind, names] of Object.entries({ written, found })) {
    const requests = (from: number): Requests => {
      const some = names.slice(from, from + LOOKUPS);
      return {
        own: some.map(({ id }) => ({ method: 'GET', path: `${V1}/occurrences/${id}` })),
        bare: some.map(({ bare }) => ({ method: 'GET', path: bare })),
      };
    };
    // Once: each name for the first time. Again: names that were asked for before.
    const once = await inTurn(subjects, (round) => requests(round * LOOKUPS), CONNECTIONS);
    const again = await inTurn(subjects, () => requests(0), CONNECTIONS);
    for (const [how, { cpu, time }] of Object.entries({ once, again })) {
      const title = `${name}: GET ${kind} by name, ${how}`;
      figures.push({ name: `${title}, CPU`, unit: 'µs', ...cpu, limit });
      figures.push({ name: `${title}, p50`, unit: 'ms', ...time, limit });
    }
  }
  return figures;
}

interface AskedName {
  readonly id: string;
  /** The path of the same row at the baseline. */
  readonly bare: string;
}

/** Names of findings of all images, as lists answer them. */
async function findings(store: Store, most: number): Promise<AskedName[]> {
  const sets = await store.all(
    store.sql
      .selectFrom('image_sighting')
      .innerJoin('image', 'image.digest', 'image_sighting.digest')
      .innerJoin('package_set', 'package_set.id', 'image.package_set')
      .select(['resource_uri', 'image.digest', 'members', 'packed', 'paths'])
      .limit(DATA.images),
  );
  const names: AskedName[] = [];
  for (const { resource_uri: uri, digest, ...columns } of sets) {
    const ids = readMembers(columns).members.map(([id]) => id);
    const matches = store.sql
      .selectFrom('package_match')
      .innerJoin('package', 'package.id', 'package');
    const rows = await store.all(
      matches
        .select(['package', 'advisory_id', 'package.body'])
        .where('package', 'in', ids)
        .limit(Math.ceil(most / DATA.images)),
    );
    for (const row of rows) {
      const { type, name, version, architecture } = JSON.parse(row.body) as Record<string, string>;
      const key = { type, name, version, architecture, path: 'var/lib/dpkg/status' };
      const resource = uri.slice(0, uri.indexOf('@'));
      const keys = {
        kind: 'VULNERABILITY',
        resource,
        digest,
        package: key,
        advisory: row.advisory_id,
      };
      const id = encodeScannedId(keys as Parameters<typeof encodeScannedId>[0]);
      names.push({ id, bare: `/found/${row.package}/${row.advisory_id}` });
    }
  }
  return names.slice(0, most);
}

const LISTS: Readonly<Record<string, string>> = {
  'written, by kind': 'kind="VULNERABILITY"',
  'written, by resource prefix': `has_prefix(resourceUrl, "https://${WRITTEN}")`,
  'written, by severity': 'severity>="HIGH"',
  'found, by kind': 'kind="PACKAGE"',
  'found, by resource prefix': 'has_prefix(resourceUrl, "https://scanned.example/")',
  'found, by severity': 'severity="MEDIUM"',
};

function page(filter: string, pageToken = ''): LoadRequest {
  const query = new URLSearchParams({ filter, pageSize: '1000', pageToken });
  return { method: 'GET', path: `${V1}/occurrences?${query.toString()}` };
}

/** The last of many pages is the baseline of nothing: it is measured against the first. */
async function pages({ name }: Filled, own: LoadedServer): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [list, filter] of Object.entries(LISTS)) {
    const far = page(filter, await farToken(own, filter));
    const near = page(filter);
    const rounds = { near: [] as number[], far: [] as number[] };
    for (let round = 0; round < 2 * ROUNDS; round += 1) {
      rounds.near.push((await sendAll(own, [near, near], 1)).p50Ms);
      rounds.far.push((await sendAll(own, [far, far], 1)).p50Ms);
    }
    figures.push({
      name: `${name}: page ${FAR_PAGE} beside page 1, ${list}`,
      unit: 'ms',
      ours: rounds.far,
      baseline: rounds.near,
      limit: { of: 'ratio', atMost: 1.5 },
    });
  }
  return figures;
}

interface Page {
  readonly occurrences?: readonly unknown[];
  readonly nextPageToken?: string;
}

/** The token of a page far on; of the last full one where there are fewer. */
async function farToken(own: LoadedServer, filter: string): Promise<string> {
  let token = '';
  let last = '';
  for (let at = 1; at < FAR_PAGE; at += 1) {
    const answer = (await sendOne(own, page(filter, token))) as Page;
    if (answer.occurrences?.length !== 1000 || answer.nextPageToken === undefined) return last;
    last = token;
    token = answer.nextPageToken;
  }
  return token;
}

async function summaries(filled: Filled, own: LoadedServer): Promise<Figure[]> {
  const { name, rowsRead } = filled;
  const ask = (image: number): LoadRequest => {
    const resource = `https://scanned.example/app${image % 50}@${benchDigest(image)}`;
    const query = new URLSearchParams({ filter: `resourceUrl="${resource}"` });
    return { method: 'GET', path: `${V1}/occurrences:vulnerabilitySummary?${query.toString()}` };
  };
  const images = Array.from({ length: 200 }, (_, image) => ask(image));
  let findings = 0;
  for (const image of images) {
    const { counts } = (await sendOne(own, image)) as { counts?: { totalCount: string }[] };
    findings += Number(counts?.at(-1)?.totalCount) / images.length;
  }
  if (rowsRead !== undefined) await settle();
  const before = await rowsRead?.();
  const load = await sendAll(own, images, 1);
  const figures: Figure[] = [
    { name: `${name}: summary of an image, CPU`, unit: 'µs', ours: [load.cpuUs] },
    { name: `${name}: summary of an image, p50`, unit: 'ms', ours: [load.p50Ms] },
  ];
  if (rowsRead === undefined || before === undefined) return figures;
  await settle();
  const rows = ((await rowsRead()) - before) / images.length;
  // The sighting, the image and its set, its packages and matches.
  const limit = { of: 'ours', atMost: DATA.packages + findings + 10 } as const;
  return [
    ...figures,
    { name: `${name}: summary of an image, rows read`, unit: 'rows', ours: [rows], limit },
  ];
}

/** Connections that are idle tell within ten seconds what they read. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 11_000));
}

async function batches({ name }: Filled, subjects: Subjects): Promise<Figure[]> {
  const occurrences = Array.from({ length: 1000 }, (_, at) => {
    const { detail, ...one } = benchOccurrence(at);
    return { ...one, vulnerability: detail };
  });
  const body = JSON.stringify({ occurrences });
  const post = (path: string): readonly LoadRequest[] => [{ method: 'POST', path, body }];
  const requests = { own: post(`${V1}/occurrences:batchCreate`), bare: post('/batch') };
  const { cpu, time } = await inTurn(subjects, () => requests, 1);
  const limit = { of: 'ratio', atMost: 3 } as const;
  return [
    { name: `${name}: batch create of 1000, time`, unit: 'ms', ...time, limit },
    { name: `${name}: batch create of 1000, CPU`, unit: 'µs', ...cpu },
  ];
}

/** A step without costs, and conditions as far as they tell the index. */
function shorten(step: string): string {
  return step
    .replaceAll(/ *\(cost=[^)]*\)/g, '')
    .trim()
    .slice(0, 120);
}

/** The plans of the lists; throws where one reads a whole table or sorts what has no bound. */
async function plans({ name, store }: Filled): Promise<string[]> {
  const lines: string[] = [];
  for (const [list, filter] of Object.entries(LISTS)) {
    const statements = metadataStatements(store, {
      table: 'occurrence',
      owner: [['project', PROJECT]],
      filter: readOccurrenceFilter(filter),
      columns: OCCURRENCE_COLUMNS,
      pageSize: 1000,
    });
    for (const statement of statements) {
      const plan = await explain(store, statement);
      const costly = costlySteps(plan);
      if (costly.length > 0) throw new Error(`${name}, ${filter}: ${costly.join('; ')}`);
      lines.push(`${name}, ${list}: ${plan.map(shorten).join(' | ')}`);
    }
  }
  return lines;
}
