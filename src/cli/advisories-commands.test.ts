/** What the commands of advisories say. */
import { expect, it } from 'vitest';
import { formatImported } from './advisories-commands.ts';

const source = (ecosystem: string, from: string) => {
  return { ecosystem, source: from, updated: 0, records: 1, complete: true };
};

it.each([
  [1, [source('Go', 'a')], '1 record for 1 ecosystem imported'],
  [2, [source('Go', 'a'), source('Go', 'b')], '2 records for 1 ecosystem imported'],
  [3, [source('Go', 'a'), source('npm', 'a')], '3 records for 2 ecosystems imported'],
  [1404, [], '1404 records for 0 ecosystems imported'],
])('an import of %i records is told in the numbers of its words', (records, sources, told) => {
  expect(formatImported({ records, sources })).toBe(told);
});
