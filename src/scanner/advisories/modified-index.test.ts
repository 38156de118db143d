/** How far an index of changes is read, and what follows from it. */
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../domain/time.ts';
import { CSAF_COLUMNS, type IndexBounds, readModifiedIndex } from './modified-index.ts';

const at = (time: string): number => parseTime(`2026-11-20T${time}Z`);

/** Reads lines that come in pieces of a few bytes. */
function read(text: string, bounds: Partial<IndexBounds> = {}) {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let from = 0; from < bytes.length; from += 7) yield bytes.subarray(from, from + 7);
  }
  return readModifiedIndex(pieces(), { since: at('10:00:00'), lines: 10, ...bounds });
}

const LINES = [
  '2026-11-20T12:00:00Z,npm/GHSA-1',
  '2026-11-20T11:00:00.25Z,Red Hat/RHSA-2026:1',
  '2026-11-20T11:00:00.25Z,Red Hat/RHSA-2026:1',
  '2026-11-20T09:59:59Z,npm/GHSA-0',
  'and whatever comes then is not looked at',
].join('\n');

it('is read to where it was seen last, each record once', async () => {
  expect(await read(LINES)).toEqual({
    entries: [
      { family: 'npm', id: 'GHSA-1', modified: at('12:00:00') },
      { family: 'Red Hat', id: 'RHSA-2026:1', modified: at('11:00:00.25') },
    ],
    newest: at('12:00:00'),
    complete: at('10:00:00'),
  });
});

it('read to its end, all there is is known', async () => {
  const one = '2026-11-20T12:00:00Z,A-1\r\n\n2026-11-20T11:00:00Z,B-1';
  const { entries, complete } = await read(one);
  expect([entries.map(({ id }) => id), complete]).toEqual([['A-1', 'B-1'], undefined]);
  expect(await read('')).toEqual({ entries: [] });
});

describe('nothing follows from what is missing where', () => {
  it.each([
    ['lines are in disorder', '2026-11-20T11:00:00Z,A\n2026-11-20T11:00:01Z,B'],
    ['there are too many', '2026-11-20T11:00:00Z,A\n'.repeat(11)],
  ])('%s', async (_, text) => {
    expect((await read(text)).complete).toBe(Infinity);
  });

  it('but the order within a second is no disorder', async () => {
    const text = '2026-11-20T11:00:00Z,A\n2026-11-20T11:00:00.5Z,B\n2026-11-20T09:00:00Z,C';
    expect(await read(text)).toMatchObject({ complete: at('10:00:00') });
  });
});

it('a CSAF provider writes the path first, both in quotes', async () => {
  const text = '"2026/cve-2026-1.json","2026-11-20T12:00:00+01:00"\n';
  const { entries } = await read(text, { columns: CSAF_COLUMNS });
  expect(entries).toEqual([{ family: '2026', id: 'cve-2026-1.json', modified: at('11:00:00') }]);
});

it.each([
  ['no UTF-8', Buffer.from([0xff, 0xfe, 0x0a])],
  ['a family that climbs', Buffer.from('2026-11-20T12:00:00Z,../x/A-1')],
  ['a path of two', Buffer.from('2026-11-20T12:00:00Z,a/b/A-1')],
  ['a query', Buffer.from('2026-11-20T12:00:00Z,npm/A-1?x=y')],
  ['an escape', Buffer.from('2026-11-20T12:00:00Z,npm/%2e%2e')],
  ['a date without a time', Buffer.from('2026-11-20,npm/A-1')],
])('refuses %s, naming the line', async (_, bytes) => {
  async function* all(): AsyncGenerator<Uint8Array> {
    yield bytes;
  }
  const reading = readModifiedIndex(all(), { since: 0, lines: 10 });
  await expect(reading).rejects.toMatchObject({ code: 'invalid-advisory' });
  await expect(reading).rejects.toThrow(/line 1/);
});
