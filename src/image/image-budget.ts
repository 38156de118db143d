/**
 * What all layers of one image may have together: caps on each layer alone would let an image of
 * many layers be many times as large.
 */
import { AssayError, isAssayError } from '../domain/error.ts';
import type { LayerFacts } from '../domain/layer-facts.ts';
import type { Json } from '../domain/json.ts';
import type { ExtractedFile, ScanProblem } from '../domain/software-package.ts';

/** Caps on the sums over all layers of an image; going over one makes a fatal problem. */
export interface ImageLimits {
  /** Bytes of the tars. */
  readonly uncompressedBytes: number;
  /** Entries of the tars. */
  readonly entries: number;
  /** Entries, whiteouts and opaque directories that facts keep. */
  readonly keptEntries: number;
  /** Characters of the names and link targets that facts keep. */
  readonly keptCharacters: number;
  /** Bytes of all wanted files. */
  readonly wantedBytes: number;
  /** Files of which something is kept. */
  readonly extractedFiles: number;
  /** Characters of what is kept of them, as JSON. */
  readonly extractedCharacters: number;
  /** Bytes inflated of what archives hold, and of the archives in those. */
  readonly nestedBytes: number;
  /** Files that all archives hold. */
  readonly nestedEntries: number;
}

/** The caps that hold where none are given. */
export const IMAGE_LIMITS: ImageLimits = {
  uncompressedBytes: 64 * 1024 ** 3,
  entries: 4_000_000,
  keptEntries: 1_000_000,
  keptCharacters: 128 * 1024 ** 2,
  wantedBytes: 4 * 1024 ** 3,
  extractedFiles: 200_000,
  extractedCharacters: 32 * 1024 ** 2,
  nestedBytes: 8 * 1024 ** 3,
  nestedEntries: 10_000_000,
};

/** One image's budget; layers that are read at the same time spend it together. */
export interface ImageBudget {
  readonly limits: ImageLimits;
  readonly spent: Record<keyof ImageLimits, number>;
}

/** The code of the problem of an image that is over a cap. */
export const IMAGE_OVER_CAP = 'image-over-cap';

/** A budget of which nothing is spent; `limits` are caps that differ from {@link IMAGE_LIMITS}. */
export function newImageBudget(limits: Partial<ImageLimits> = {}): ImageBudget {
  const spent = {
    uncompressedBytes: 0,
    entries: 0,
    keptEntries: 0,
    keptCharacters: 0,
    wantedBytes: 0,
    extractedFiles: 0,
    extractedCharacters: 0,
    nestedBytes: 0,
    nestedEntries: 0,
  };
  return { limits: { ...IMAGE_LIMITS, ...limits }, spent };
}

const WORDS: Readonly<Record<keyof ImageLimits, string>> = {
  uncompressedBytes: 'bytes of tar',
  entries: 'entries',
  keptEntries: 'entries that have to be kept',
  keptCharacters: 'characters in names that have to be kept',
  wantedBytes: 'bytes in the files to be read',
  extractedFiles: 'files that something has to be kept of',
  extractedCharacters: 'characters to be kept of their files',
  nestedBytes: 'bytes inflated of their archives',
  nestedEntries: 'files in their archives',
};

/** Spends; throws `too-large` with the detail `problem` where that is more than there is. */
export function spend(budget: ImageBudget, what: keyof ImageLimits, count: number): void {
  budget.spent[what] += count;
  const most = budget.limits[what];
  if (budget.spent[what] <= most) return;
  const message = `the layers of the image have more than ${most} ${WORDS[what]} together`;
  throw new AssayError('too-large', message, { details: { problem: IMAGE_OVER_CAP } });
}

/** The problem's code of a layer whose reading failed so: by a cap, or by damage. */
export function failureCode(failure: AssayError | undefined): string {
  if (failure?.details['problem'] === IMAGE_OVER_CAP) return IMAGE_OVER_CAP;
  return failure?.code === 'too-large' ? 'layer-over-cap' : 'layer-damaged';
}

/** Spends what is kept of one file. */
export function spendExtracted(budget: ImageBudget, { data, nested }: ExtractedFile): void {
  spend(budget, 'extractedFiles', 1);
  spend(budget, 'extractedCharacters', charactersOf(data));
  spend(budget, 'nestedBytes', nested?.bytes ?? 0);
  spend(budget, 'nestedEntries', nested?.entries ?? 0);
}

function charactersOf(data: Json): number {
  return JSON.stringify(data).length;
}

/** Spends what a layer took whose facts are known; answers them, with a problem if over a cap. */
export function spendFacts(budget: ImageBudget, facts: LayerFacts): LayerFacts {
  try {
    for (const [what, count] of costs(facts)) spend(budget, what, count);
    return facts;
  } catch (error) {
    if (!isAssayError(error, 'too-large')) throw error;
    const message = `layer ${facts.digest} was not counted to its end: ${error.message}`;
    const problem: ScanProblem = { code: IMAGE_OVER_CAP, message, fatal: true };
    return { ...facts, problems: [...facts.problems, problem] };
  }
}

function costs(facts: LayerFacts): readonly (readonly [keyof ImageLimits, number])[] {
  const { entries, whiteouts, opaqueDirectories } = facts;
  const removed = [...whiteouts, ...opaqueDirectories];
  const names = entries.reduce((sum, one) => sum + one.path.length + (one.target ?? '').length, 0);
  const wanted = entries.filter((one) => one.extracted !== undefined);
  return [
    ['uncompressedBytes', facts.uncompressedBytes],
    ['entries', facts.entryCount],
    ['keptEntries', entries.length + removed.length],
    ['keptCharacters', names + removed.reduce((sum, path) => sum + path.length, 0)],
    ['wantedBytes', wanted.reduce((sum, one) => sum + one.size, 0)],
    ['extractedFiles', wanted.length],
    [
      'extractedCharacters',
      wanted.reduce((sum, one) => sum + charactersOf(one.extracted?.data ?? null), 0),
    ],
    ['nestedBytes', wanted.reduce((sum, one) => sum + (one.extracted?.nested?.bytes ?? 0), 0)],
    ['nestedEntries', wanted.reduce((sum, one) => sum + (one.extracted?.nested?.entries ?? 0), 0)],
  ];
}
