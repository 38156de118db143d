/** Fetching the single CSAF documents that changed, and taking them all or none. */
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import type { AdvisoryRecord } from '../remote/advisory-export.ts';
import { readFileCapped } from '../remote/read-text-file.ts';
import { type SpoolBudget, emptySpool, removeSpool, spoolWithin } from '../remote/spool-feed.ts';
import type { IndexEntry } from '../scanner/advisories/modified-index.ts';
import { readRedHatCsaf } from '../scanner/advisories/redhat-csaf.ts';
import { changeAdvisories } from './change-advisories.ts';
import { type FeedRun, askFeed, below } from './feed-run.ts';
import { type FamilyReading, parseJson } from './family-reading.ts';

/** The family that imported documents are of, too. */
export const RED_HAT_FAMILY = 'Red Hat CSAF VEX';

const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
const MAX_DELTA_BYTES = 8 * 1024 * 1024 * 1024;
const DOCUMENT = /^(cve-\d{4}-\d{4,12})\.json$/;

const READING: FamilyReading = {
  source: () => RED_HAT_FAMILY,
  read: ({ bytes }) => [readRedHatCsaf(parseJson(bytes))],
};

/** What changed: entries are `YEAR/cve-….json`. */
export interface CsafDelta {
  readonly base: string;
  readonly changed: readonly IndexEntry[];
  readonly removed: readonly IndexEntry[];
  readonly asOf: Micros;
}

/** Fetches and takes them. What was changed and then deleted is gone; the other way, it is back. */
export async function takeCsafChanges(run: FeedRun, delta: CsafDelta): Promise<void> {
  const { deps, caller, settings } = run;
  const since = new Map(delta.changed.map(({ id, modified }) => [id, modified]));
  const removed = delta.removed.filter(({ id, modified }) => modified >= (since.get(id) ?? 0));
  const gone = new Set(removed.map(({ id }) => id));
  const changed = delta.changed.filter(({ id }) => !gone.has(id));
  const folder = await emptySpool(settings.folder, 'redhat');
  const budget = { cap: MAX_DELTA_BYTES, used: 0 };
  try {
    for (const [index, entry] of changed.entries()) {
      const path = join(folder, `${index}.json`);
      await fetchDocument(run, delta.base, { entry, path, budget });
      deps.progress(`${RED_HAT_FAMILY}: ${index + 1} of ${changed.length} documents fetched`);
    }
    await changeAdvisories(deps, {
      caller,
      family: RED_HAT_FAMILY,
      records: readSpooled(folder, changed),
      removed: [...gone].map(advisoryId),
      reading: READING,
      asOf: Math.min(delta.asOf, deps.now()),
    });
  } finally {
    await removeSpool(folder);
  }
}

interface SpooledDocument {
  readonly entry: IndexEntry;
  /** Numbered: what the publisher calls it is no name for a file. */
  readonly path: string;
  readonly budget: SpoolBudget;
}

async function fetchDocument(
  run: FeedRun,
  base: string,
  { entry, path, budget }: SpooledDocument,
): Promise<void> {
  const { family = '', id } = entry;
  // An id that is none is refused before it is asked for.
  advisoryId(id);
  const url = below(base, family, id);
  const answer = await askFeed(run, { url, what: id, cap: MAX_DOCUMENT_BYTES });
  if (answer.kind === 'content') return spoolWithin(budget, answer, path);
  const message = `${url.host} names ${id} in changes.csv and does not have it; try again later`;
  throw new AssayError('unavailable', message);
}

async function* readSpooled(
  folder: string,
  changed: readonly IndexEntry[],
): AsyncGenerator<AdvisoryRecord> {
  for (const [index, { id }] of changed.entries()) {
    yield {
      name: id,
      bytes: await readFileCapped(join(folder, `${index}.json`), MAX_DOCUMENT_BYTES),
    };
  }
}

/** `cve-2026-1234.json` is about `REDHAT-CVE-2026-1234`. */
function advisoryId(file: string): string {
  const cve = DOCUMENT.exec(file)?.[1];
  if (cve !== undefined) return `REDHAT-${cve.toUpperCase()}`;
  const found = JSON.stringify(file.slice(0, 100));
  throw new AssayError('invalid-advisory', `changes.csv names ${found}; wanted cve-….json`);
}
