/** Bounds may be wider than the filter, never narrower. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../domain/match-filter.ts';
import type { Occurrence } from '../domain/note.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import { SCANNED_KINDS } from '../google/scanned-occurrences.ts';
import { derivedBounds } from './derived-bounds.ts';

const TERMS = [
  'kind="PACKAGE"',
  'kind!="PACKAGE"',
  'kind="DISCOVERY"',
  'kind="ATTESTATION"',
  'resourceUrl="https://r/a"',
  'resource_url="r/b"',
  'has_prefix(resourceUri, "r/")',
  'has_prefix(resourceUri, "https://r/b")',
  'NOT resourceUrl="r/a"',
  'severity="HIGH"',
];

describe('derivedBounds', () => {
  it('hold every occurrence that the filter lets pass (property)', () => {
    const { filter } = fc.letrec<{ filter: string; term: string; both: string }>((tie) => ({
      filter: fc.oneof({ maxDepth: 3 }, tie('term'), tie('both')),
      term: fc.constantFrom(...TERMS),
      both: fc
        .tuple(tie('filter'), fc.constantFrom('AND', 'OR'), tie('filter'))
        .map(([a, word, b]) => `(${a}) ${word} (${b})`),
    }));
    const kinds = fc.constantFrom(...SCANNED_KINDS);
    fc.assert(
      fc.property(filter, kinds, fc.constantFrom('r/a', 'r/b', 'q/a'), (text, kind, uri) => {
        const parsed = readOccurrenceFilter(text);
        const one = { kind, resourceUri: `https://${uri}`, detail: {} } as unknown as Occurrence;
        const bounds = derivedBounds(parsed);
        const within = bounds.kinds.has(kind) && uri >= bounds.low && uri < bounds.high;
        return within || !compileFilter(parsed)(one);
      }),
    );
  });

  it.each([
    ['kind="ATTESTATION" AND resourceUrl="r/a"', 0],
    ['kind="PACKAGE" OR kind="BUILD"', 1],
    ['severity="HIGH"', 1],
  ])('%s leaves %i kinds', (filter, count) => {
    expect(derivedBounds(readOccurrenceFilter(filter)).kinds.size).toBe(count);
  });
});
