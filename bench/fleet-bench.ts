/**
 * One new advisory over a fleet of images: from its import to the answer for every image (status,
 * severities, verdict), some of them compared with what is found image by image; and all package
 * versions matched anew. In this process, on SQLite.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../src/domain/caller.ts';
import type { Digest } from '../src/domain/digest.ts';
import {
  SEVERITIES,
  type Severity,
  severityRank,
  severityRankForLimit,
} from '../src/domain/severity.ts';
import { runDueJobs } from '../src/jobs/run-jobs.ts';
import { MATCHING_LANES } from '../src/jobs/matching-lanes.ts';
import { createIdSource } from '../src/make-id.ts';
import { changeAdvisories } from '../src/operations/change-advisories.ts';
import type { Deps } from '../src/operations/deps.ts';
import { showImage } from '../src/operations/list-images.ts';
import { askForSweep } from '../src/operations/matching-job.ts';
import {
  answerFleet,
  type FleetAnswer,
  type FleetQuestion,
  type FleetSummary,
  summariseFleet,
} from '../src/operations/summarise-fleet.ts';
import { summariseVulnerabilities } from '../src/operations/summarise-vulnerabilities.ts';
import { forgetMatched } from '../src/store/match-rows.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store-contract.ts';
import type { BenchResult, Figure } from './figure.ts';
import {
  fillFleet,
  fleetRecord,
  fleetRecords,
  type FleetSize,
  PROJECT,
  sourceOf,
  markWhole,
} from './fleet-data.ts';

/** What one process measures when nobody waits. */
export const SMALL_FLEET: FleetSize = { images: 10_000, versions: 10_000, advisories: 8 };
/** The whole of it. */
export const WHOLE_FLEET: FleetSize = { images: 100_000, versions: 50_000, advisories: 8 };

const ROUNDS = 5;
const REMATCHES = 3;
const SPOTS = 25;
const FAMILY = 'Debian';
const FAIL_ON: Severity = 'HIGH';
const caller: Caller = { name: 'bench', grants: [{ role: 'admin' }] };

interface Fleet {
  readonly deps: Deps;
  readonly size: FleetSize;
}

/** Measures; a limit that is said for the whole fleet holds for a smaller one all the more. */
export async function benchFleet(folder: string, size: FleetSize): Promise<BenchResult> {
  const newId = createIdSource(Date.now);
  const now = (): number => Date.now() * 1000;
  const open = () => openStore({ folder, mode: 'command', now, newId });
  const filled = await open();
  await fillFleet(filled, size).finally(() => filled.close());
  const perImage = statSync(join(folder, 'assay.db')).size / size.images;
  const store = await open();
  try {
    return await measure({ deps: depsOf(store, now, newId), size }, perImage);
  } finally {
    await store.close();
  }
}

/** Only what matching and summaries are given. */
function depsOf(store: Store, now: () => number, newId: () => string): Deps {
  const silent = (): void => undefined;
  const log = { info: silent, warn: silent, error: silent };
  return { store, now, newId, log, progress: silent } as unknown as Deps;
}

async function measure(fleet: Fleet, perImage: number): Promise<BenchResult> {
  const { deps, size } = fleet;
  const importing = await timed(() => change(deps, fleetRecords(size)));
  await markWhole(deps.store);
  const first = await timed(() => matchAll(deps));
  const answered: Answered[] = [];
  for (let round = 0; round < ROUNDS; round += 1) answered.push(await newAdvisory(fleet, round));
  const rematch: Cost[] = [];
  for (let round = 0; round < REMATCHES; round += 1) rematch.push(await rematchAll(deps));
  const what = `${size.images} images × 200 of ${size.versions} package versions`;
  return {
    name: 'fleet',
    figures: [
      {
        name: `fleet: a new advisory answered, ${what}`,
        unit: 'ms',
        ours: answered.map(({ all }) => all.wall),
        limit: { of: 'ours', atMost: 1000 },
      },
      ...figuresOf('fleet: a new advisory answered, processor', answered, ({ all }) => all.cpu),
      ...figuresOf('fleet: of it import and match', answered, ({ matching }) => matching.wall),
      ...figuresOf('fleet: of it import and match, processor', answered, (one) => one.matching.cpu),
      {
        name: 'fleet: full re-match',
        unit: 'ms',
        ours: rematch.map(({ wall }) => wall),
        limit: { of: 'ours', atMost: 15_000 },
      },
      ...figuresOf('fleet: full re-match, processor', rematch, ({ cpu }) => cpu),
      { name: 'fleet: disk per image', unit: 'bytes', ours: [perImage] },
      ...figuresOf('fleet: first match of all', [first], ({ wall }) => wall),
      ...figuresOf('fleet: first match of all, processor', [first], ({ cpu }) => cpu),
      ...figuresOf('fleet: import of its advisories', [importing], ({ wall }) => wall),
    ],
    notes: answered.map(({ note }) => note).slice(-1),
  };
}

function figuresOf<T>(name: string, rounds: readonly T[], value: (round: T) => number): Figure[] {
  return [{ name, unit: 'ms', ours: rounds.map(value) }];
}

interface Answered {
  readonly all: Cost;
  readonly matching: Cost;
  readonly note: string;
}

/** The most common source has no fix in any version: what holds it is affected. */
async function newAdvisory(fleet: Fleet, round: number): Promise<Answered> {
  const { deps, size } = fleet;
  const advisory = `DSA-NEW-${round}`;
  const question = { caller, project: PROJECT, failOn: FAIL_ON, advisory };
  const matching = await timed(async () => {
    await change(deps, [fleetRecord(advisory, sourceOf(round * 10))]);
    await matchAll(deps);
  });
  let summary: FleetSummary | undefined;
  const asking = await timed(async () => {
    summary = await summariseFleet(deps, question);
  });
  const { images = 0, affected = 0, statuses, outcomes } = summary ?? {};
  if (images !== size.images) throw new Error(`${images} images are answered`);
  const checked = await checkSpots(fleet, question);
  const share = ((100 * affected) / images).toFixed(0);
  return {
    all: { wall: matching.wall + asking.wall, cpu: matching.cpu + asking.cpu },
    matching,
    note:
      `fleet: ${affected} of ${images} images (${share} %) affected, ` +
      `${statuses?.COMPLETE} COMPLETE, ${outcomes?.fail} do not pass; status, severities and ` +
      `verdict of ${checked} of them as they are found image by image`,
  };
}

/** Some images as they are found one by one; throws where the answers differ. */
async function checkSpots({ deps, size }: Fleet, question: FleetQuestion): Promise<number> {
  const every = Math.floor(size.images / SPOTS);
  const answers: FleetAnswer[] = [];
  for await (const some of answerFleet(deps, question)) answers.push(...some);
  const spots = answers.filter((_, at) => at % every === 0);
  for (const { digest, status, counts, outcome } of spots) {
    const wanted = await answerAlone(deps, digest);
    const given = [status, outcome, ...counts].join(' ');
    if (wanted !== given) throw new Error(`${digest} is ${wanted}, and not ${given}`);
  }
  return spots.length;
}

/** Status, verdict and severities of one image, without the rest of the fleet. */
async function answerAlone(deps: Deps, digest: Digest): Promise<string> {
  const { store } = deps;
  const rows = store.sql.selectFrom('image_sighting').select('resource_uri');
  const found = await store.first(rows.where('digest', '=', digest));
  const image = found?.resource_uri ?? '';
  const { standing, doubtful } = await showImage(deps, { caller, project: PROJECT, image });
  const filter = `resourceUrl="https://${image}"`;
  const counts = SEVERITIES.map(() => 0);
  const counted = await summariseVulnerabilities(deps, { caller, project: PROJECT, filter });
  for (const { severity, total } of counted) {
    if (severity !== undefined) counts[severityRank(severity)] = total;
  }
  const failing = SEVERITIES.some(
    (one, rank) => severityRankForLimit(one) >= severityRank(FAIL_ON) && (counts[rank] ?? 0) > 0,
  );
  const passing = doubtful === true ? 'undecided' : 'pass';
  const decided = failing ? 'fail' : passing;
  return [standing, standing === 'COMPLETE' ? decided : 'undecided', ...counts].join(' ');
}

async function rematchAll(deps: Deps): Promise<Cost> {
  await deps.store.write(async (tx) => {
    await forgetMatched(tx);
    await askForSweep(deps, tx);
  });
  return timed(() => matchAll(deps));
}

async function change(
  deps: Deps,
  records: Iterable<ReturnType<typeof fleetRecord>> | ReturnType<typeof fleetRecords>,
): Promise<void> {
  async function* given() {
    yield* records;
  }
  await changeAdvisories(deps, { caller, family: FAMILY, records: given(), removed: [] });
}

async function matchAll(deps: Deps): Promise<void> {
  for (const lane of MATCHING_LANES) await runDueJobs(deps, lane);
}

/** Milliseconds that passed, and those that the process worked. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

async function timed(f: () => Promise<unknown>): Promise<Cost> {
  const begun = performance.now();
  const before = process.cpuUsage();
  await f();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - begun, cpu: (user + system) / 1000 };
}
