/**
 * Filters from the wire to both databases' SQL: any text is either refused as a filter, with the
 * place, or compiles to a predicate and to SQL that SQLite runs, within bounds and without a leak.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAssayError } from '../../src/domain/error.ts';
import { compileFilter } from '../../src/domain/match-filter.ts';
import type { Occurrence } from '../../src/domain/note.ts';
import { filterSteps, type ResolvedFilter } from '../../src/domain/resolved-filter.ts';
import { readNoteFilter, readOccurrenceFilter } from '../../src/google/read-filter.ts';
import { listOccurrences } from '../../src/operations/list-occurrences.ts';
import { type FuzzListeners, liveHeap, openFuzzListeners } from '../support/fuzz-listeners.ts';
import { mutatedBytes } from '../support/mutations.ts';

const MEBIBYTE = 1024 * 1024;
const GROWTH = 32 * MEBIBYTE;
/** One filter may take so long to read, in milliseconds: the machine may be busy. */
const PATIENCE = 1000;

const GOOD_FILTERS = [
  'kind="PACKAGE" AND has_prefix(resource_url, "gcr.io/P/img")',
  '((kind = "VULNERABILITY") OR (kind = "DISCOVERY")) AND ((resourceUrl = "https://a@b"))',
  'vulnerability.effective_severity>=HIGH AND -kind:"BUILD"',
  'createTime>"2019-04-10T" OR NOT updateTime<="2026-11-20T17:19:14.045576Z"',
  'has_suffix(resourceUrl, "sha256:1dd9") noteProjectId="goog-analysis" noteId = "a"',
  'vulnerability.packageIssue.affectedVersion.epoch<-1',
  'build.provenance.buildOptions.a="b" AND discovery.analysisStatus=PENDING',
];
const WORDS = [
  'AND',
  'OR',
  'NOT',
  '-',
  '(',
  ')',
  '=',
  '!=',
  '<',
  '>=',
  ':',
  ',',
  '"',
  "'",
  '\\',
  '.',
  'kind',
  'severity',
  'has_prefix',
  'resourceUrl',
  'createTime',
  '"BUILD"',
  'HIGH',
  '1e9',
  '%',
  '_',
  '*',
  '__proto__',
  'constructor',
  '\u0000',
  '🚢',
  ' ',
];

const OCCURRENCE: Occurrence = {
  name: 'projects/fuzz/occurrences/o',
  kind: 'VULNERABILITY',
  resourceUri: 'https://registry.example/app',
  noteName: 'projects/fuzz/notes/n',
  createTime: 0,
  updateTime: 0,
  detail: { effectiveSeverity: 'HIGH', packageIssue: [{ affectedPackage: 'openssl' }] },
};

const filters = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...GOOD_FILTERS)
      .chain((text) => mutatedBytes(Buffer.from(text)).map(String)),
  },
  {
    weight: 3,
    arbitrary: fc
      .array(fc.constantFrom(...WORDS), { maxLength: 60 })
      .map((words) => words.join(' ')),
  },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.constantFrom(...WORDS), { maxLength: 4000 })
      .map((words) => words.join('')),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20_000 }) },
);

let listeners: FuzzListeners;
let before = 0;

beforeAll(async () => {
  listeners = await openFuzzListeners();
  before = liveHeap();
});
afterAll(() => listeners.close());

/** The filter, or undefined where it was refused as one should be. */
function tryRead(read: (text: string) => ResolvedFilter, text: string): ResolvedFilter | undefined {
  try {
    return read(text);
  } catch (error) {
    const isRefusal = isAssayError(error, 'invalid-filter') && error.message.length < 2000;
    if (!isRefusal) throw error;
    return undefined;
  }
}

describe('any filter', () => {
  it('is refused with its place, or compiles, in bounded time', () => {
    fc.assert(
      fc.property(filters, (text) => {
        const began = performance.now();
        const [filter] = [readOccurrenceFilter, readNoteFilter].map((read) => tryRead(read, text));
        const passes = filter !== undefined && compileFilter(filter)(OCCURRENCE);
        expect([true, false]).toContain(passes);
        expect(filter === undefined ? 0 : filterSteps(filter)).toBeLessThan(5000);
        expect(performance.now() - began).toBeLessThan(PATIENCE);
      }),
    );
  });

  it('is run by the store, or refused before', async () => {
    const caller = { name: 'fuzz', grants: [{ role: 'admin' as const }] };
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        if (tryRead(readOccurrenceFilter, filter) === undefined) return;
        const input = { caller, project: 'fuzz', filter, pageSize: 10 };
        const page = await listOccurrences(listeners.deps, input);
        expect(page.occurrences).toEqual([]);
      }),
    );
  });

  it('leaves nothing behind', () => {
    expect(listeners.errors).toEqual([]);
    const growth = liveHeap() - before;
    process.stdout.write(`fuzz: the heap grew by ${(growth / MEBIBYTE).toFixed(1)} MiB\n`);
    expect(growth).toBeLessThan(GROWTH);
  });
});
