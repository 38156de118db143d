/**
 * One new advisory over a fleet of images: from its import to the answer for every image (status,
 * severities, verdict), some of them compared with what is found image by image; and all package
 * versions matched anew. In this process, on SQLite.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../src/domain/caller.ts';
import { severityRank } from '../src/domain/severity.ts';
import { runDueJobs } from '../src/jobs/run-jobs.ts';
import { MATCHING_LANES } from '../src/jobs/matching-lanes.ts';
import { createIdSource } from '../src/make-id.ts';
import { changeAdvisories } from '../src/operations/change-advisories.ts';
import type { Deps } from '../src/operations/deps.ts';
import { askForSweep } from '../src/operations/matching-job.ts';
import {
  answerFleet,
  type FleetAnswer,
  summariseFleet,
} from '../src/operations/summarise-fleet.ts';
import { summariseVulnerabilities } from '../src/operations/summarise-vulnerabilities.ts';
import { forgetMatched } from '../src/store/match-rows.ts';
import { openStore } from '../src/store/open-store.ts';
import type { Store } from '../src/store/store-contract.ts';
import type { BenchResult } from './figure.ts';
import {
  fillFleet,
  fleetRecord,
  fleetRecords,
  type FleetSize,
  PROJECT,
  sourceOf,
} from './fleet-data.ts';

/** What one process measures when nobody waits. */
export const SMALL_FLEET: FleetSize = { images: 10_000, versions: 10_000, advisories: 8 };
/** The whole of it. */
export const WHOLE_FLEET: FleetSize = { images: 100_000, versions: 50_000, advisories: 8 };

const ROUNDS = 5;
const REMATCHES = 3;
const SPOTS = 25;
const FAMILY = 'Debian';
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
  const first = await timed(() => matchAll(deps));
  const answered: number[] = [];
  const notes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { ms, note } = await newAdvisory(fleet, round);
    answered.push(ms);
    notes.push(note);
  }
  const rematch: number[] = [];
  for (let round = 0; round < REMATCHES; round += 1) rematch.push(await rematchAll(deps));
  const what = `${size.images} images × 200 of ${size.versions} package versions`;
  return {
    name: 'fleet',
    figures: [
      {
        name: `fleet: a new advisory answered, ${what}`,
        unit: 'ms',
        ours: answered,
        limit: { of: 'ours', atMost: 1000 },
      },
      {
        name: 'fleet: full re-match',
        unit: 'ms',
        ours: rematch,
        limit: { of: 'ours', atMost: 15_000 },
      },
      { name: 'fleet: disk per image', unit: 'bytes', ours: [perImage] },
      { name: 'fleet: first match of all', unit: 'ms', ours: [first] },
      { name: 'fleet: import of its advisories', unit: 'ms', ours: [importing] },
    ],
    notes: [...new Set(notes)].slice(-1),
  };
}

/** The most common source has no fix in any version: what holds it is affected. */
async function newAdvisory(fleet: Fleet, round: number): Promise<{ ms: number; note: string }> {
  const { deps, size } = fleet;
  const advisory = `DSA-NEW-${round}`;
  const question = { caller, project: PROJECT, failOn: 'HIGH' as const, advisory };
  const begun = performance.now();
  await change(deps, [fleetRecord(advisory, sourceOf(round * 10))]);
  await matchAll(deps);
  const { images, affected, statuses, outcomes } = await summariseFleet(deps, question);
  const ms = performance.now() - begun;
  if (images !== size.images) throw new Error(`${images} images are answered`);
  const checked = await checkSpots(fleet, advisory);
  const share = ((100 * affected) / images).toFixed(0);
  return {
    ms,
    note:
      `fleet: ${affected} of ${images} images (${share} %) affected, ` +
      `${statuses.COMPLETE} COMPLETE, ${outcomes.fail} do not pass; ${checked} of them compared ` +
      'image by image',
  };
}

/** Some images as they are found one by one; throws where the answers differ. */
async function checkSpots({ deps, size }: Fleet, advisory: string): Promise<number> {
  const every = Math.floor(size.images / SPOTS);
  const answers: FleetAnswer[] = [];
  for await (const some of answerFleet(deps, { caller, project: PROJECT, advisory })) {
    answers.push(...some);
  }
  const spots = answers.filter((_, at) => at % every === 0);
  for (const answer of spots) {
    const { store } = deps;
    const sightings = store.sql.selectFrom('image_sighting').select('resource_uri');
    const found = await store.first(sightings.where('digest', '=', answer.digest));
    const filter = `resourceUrl="https://${found?.resource_uri ?? ''}"`;
    const counted = await summariseVulnerabilities(deps, { caller, project: PROJECT, filter });
    const counts = answer.counts.map(() => 0);
    for (const { severity, total } of counted) {
      if (severity !== undefined) counts[severityRank(severity)] = total;
    }
    if (counts.join() !== answer.counts.join()) {
      throw new Error(`${answer.digest}: ${counts.join()} is not ${answer.counts.join()}`);
    }
  }
  return spots.length;
}

async function rematchAll(deps: Deps): Promise<number> {
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

async function timed(f: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await f();
  return performance.now() - begun;
}
