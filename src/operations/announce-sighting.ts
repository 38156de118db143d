/**
 * Telling a project what has changed in the occurrences that follow from one image: they are
 * compared with what was told last, and events and the new state are written together, some at a
 * time, so that a crash between tells nothing twice and leaves nothing out.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Occurrence } from '../domain/note.ts';
import { PASS_ALL } from '../domain/resolved-filter.ts';
import type { Micros } from '../domain/time.ts';
import { encodeScannedId } from '../google/scanned-name.ts';
import { scannerNoteName, vulnerabilityNoteId } from '../google/scanned-notes.ts';
import { findAdvisoryGeneration } from '../store/advisory-rows.ts';
import { findAnnouncement, saveAnnouncement } from '../store/announcement-rows.ts';
import type { KnownDestination } from '../store/destination-rows.ts';
import { type LeasedJob, isHeld } from '../store/job-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { chunksOf } from '../store/stored-json.ts';
import { addEvents } from './add-events.ts';
import { assessVulnerabilities } from './assess-vulnerabilities.ts';
import { occurrenceEvent } from './change-events.ts';
import type { Deps } from './deps.ts';
import { derivedBounds, type DerivedBounds } from './derived-bounds.ts';
import { placeBefore } from './derived-place.ts';
import type { NewEvent } from './emit.ts';
import {
  type StoredTold,
  type ToldOccurrence,
  readTold,
  storedTold,
  toldKey,
  toldOf,
} from './told-occurrences.ts';
import { walkSighting } from './walk-sighting.ts';

/** Changes that one transaction tells of. */
const TOGETHER = 200;
/** The generation of an image of which only a part was told. */
const UNFINISHED = -1;
const TOLD: DerivedBounds = {
  ...derivedBounds(PASS_ALL),
  kinds: new Set(['DISCOVERY', 'VULNERABILITY']),
};

/** Whom to tell. */
export interface Audience {
  readonly job: LeasedJob;
  readonly destinations: readonly KnownDestination[];
  /** When the first of them came: what was known before is not news. */
  readonly since: Micros;
}

interface Change {
  readonly key: string;
  /** Absent: it is gone. */
  readonly told?: ToldOccurrence;
  /** Absent: it was so before anybody was to be told. */
  readonly event?: NewEvent;
}

/** Tells what is new of a sighting; `generation`: passes over what was compared with that one. */
export async function announceSighting(
  deps: Deps,
  audience: Audience,
  { sighting, generation = Number.MAX_SAFE_INTEGER }: SightingToTell,
): Promise<void> {
  const known = await findAnnouncement<StoredTold>(deps.store, sighting);
  const before = known?.generation ?? UNFINISHED;
  if (before >= generation) return;
  const current = await findAdvisoryGeneration(deps.store);
  const derived = await derivedNow(deps, sighting, current);
  if (derived === undefined) return;
  const told = readTold(known?.told ?? { packages: [] });
  const since = known === undefined ? audience.since : 0;
  const changes = [...standing(told, derived, since), ...gone(sighting, told, derived)];
  await tell(deps, audience, { sighting, told, changes, before, current });
}

interface Telling {
  readonly sighting: Sighting;
  readonly told: Map<string, ToldOccurrence>;
  readonly changes: readonly Change[];
  /** The generation until the last change is told, and from then on. */
  readonly before: number;
  readonly current: number;
}

async function tell(deps: Deps, audience: Audience, telling: Telling): Promise<void> {
  const { sighting, told, changes, before, current } = telling;
  for (const change of changes.filter(({ event }) => event === undefined)) apply(told, change);
  const parts = partsOf(changes.filter(({ event }) => event !== undefined));
  for (const [index, part] of parts.entries()) {
    for (const change of part) apply(told, change);
    const events = part.flatMap(({ event }) => event ?? []);
    const generation = index + 1 === parts.length ? current : before;
    if (!(await keep(deps, audience, { sighting, events, told, generation }))) return;
  }
}

interface SightingToTell {
  readonly sighting: Sighting;
  readonly generation?: number;
}

/** At least one part, for the generation is to be kept where nothing changed. */
function partsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  return changes.length === 0 ? [[]] : chunksOf(changes, TOGETHER);
}

interface Derived {
  readonly told: ToldOccurrence;
  readonly occurrence: Occurrence;
}

/**
 * What the scan says today; undefined where there is none, or advisories changed meanwhile. Between
 * its parts others get their turn.
 */
async function derivedNow(
  deps: Deps,
  sighting: Sighting,
  generation: number,
): Promise<ReadonlyMap<string, Derived> | undefined> {
  const walk = { sighting, after: placeBefore(sighting), bounds: TOLD };
  const derived = new Map<string, Derived>();
  for await (const { steps } of walkSighting(deps, walk)) {
    for (const { occurrence } of await assessVulnerabilities(deps, sighting.project, steps)) {
      const told = toldOf(occurrence);
      if (told !== undefined) derived.set(toldKey(told), { told, occurrence });
    }
    await nextTurn();
  }
  const moved = (await findAdvisoryGeneration(deps.store)) !== generation;
  return derived.size === 0 || moved ? undefined : derived;
}

function gone(
  sighting: Sighting,
  before: ReadonlyMap<string, ToldOccurrence>,
  after: ReadonlyMap<string, Derived>,
): Change[] {
  const missing = [...before].filter(([key]) => !after.has(key));
  return missing.map(([key, one]) => {
    const event = occurrenceEvent('deleted', occurrenceOf(sighting, one));
    return { key, event };
  });
}

/** What is new or has changed among what stands, since a time. */
function standing(
  before: ReadonlyMap<string, ToldOccurrence>,
  after: ReadonlyMap<string, Derived>,
  since: Micros,
): Change[] {
  return [...after].flatMap(([key, { told, occurrence }]) => {
    const known = before.get(key);
    if (known?.hash === told.hash) return [];
    const event =
      known === undefined ? newsOf(occurrence, since) : changeOf(known, told, occurrence);
    return [{ key, told, ...(event === undefined ? {} : { event }) }];
  });
}

/** Of what nobody was told yet: what came or changed since a time. */
function newsOf(occurrence: Occurrence, since: Micros): NewEvent | undefined {
  if (occurrence.createTime >= since) return occurrenceEvent('created', occurrence);
  return occurrence.updateTime >= since ? occurrenceEvent('updated', occurrence) : undefined;
}

function changeOf(before: ToldOccurrence, now: ToldOccurrence, occurrence: Occurrence): NewEvent {
  const event = occurrenceEvent('updated', occurrence);
  if (before.severity === now.severity) return event;
  return { ...event, data: { ...event.data, previousSeverity: before.severity } };
}

/** An occurrence that is gone, as far as it is remembered. */
function occurrenceOf(sighting: Sighting, told: ToldOccurrence): Occurrence {
  const { project, resourceUri, digest, firstSeen, lastSeen } = sighting;
  const { hash: _, severity, ...keys } = told;
  const resource = resourceUri.replace(`@${digest}`, '');
  const { advisory = '', package: pkg } = told;
  const issue = { affectedPackage: pkg?.name, affectedVersion: { fullName: pkg?.version } };
  return {
    name: `projects/${project}/occurrences/${encodeScannedId({ ...keys, resource, digest })}`,
    kind: told.kind,
    resourceUri: `https://${resourceUri}`,
    noteName: scannerNoteName(vulnerabilityNoteId(advisory)),
    createTime: firstSeen,
    updateTime: lastSeen,
    detail: { severity, shortDescription: advisory, packageIssue: [issue] },
  };
}

function apply(told: Map<string, ToldOccurrence>, change: Change): void {
  if (change.told === undefined) told.delete(change.key);
  else told.set(change.key, change.told);
}

interface Kept {
  readonly sighting: Sighting;
  readonly events: readonly NewEvent[];
  readonly told: ReadonlyMap<string, ToldOccurrence>;
  readonly generation: number;
}

/** False where another has taken the job over: it tells in our place. */
function keep(deps: Deps, { job, destinations }: Audience, kept: Kept): Promise<boolean> {
  const { sighting, generation } = kept;
  const time = deps.now();
  const events = kept.events.map((event) => ({ id: deps.newId(), time, ...event }));
  const told = storedTold(kept.told);
  return deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return false;
    await addEvents(deps, tx, { events, destinations });
    await saveAnnouncement(tx, sighting, { generation, told });
    return true;
  });
}
