import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { AdvisoryEvent } from '../../domain/advisory.ts';
import { compareAlpineVersions } from '../versions/alpine-version.ts';
import { compareDebianVersions } from '../versions/debian-version.ts';
import { evaluateRange } from './evaluate-range.ts';

const FIRST_AND_SECOND: readonly AdvisoryEvent[] = [
  { introduced: '0' },
  { fixed: '1.5' },
  { introduced: '2.0' },
  { fixed: '2.3' },
];

describe('evaluateRange', () => {
  it.each<[string, string, readonly AdvisoryEvent[], object]>([
    [
      'before the fix',
      '1.0',
      [{ introduced: '0' }, { fixed: '1.5' }],
      { kind: 'affected', fixed: '1.5' },
    ],
    ['at the fix', '1.5', [{ introduced: '0' }, { fixed: '1.5' }], { kind: 'not-affected' }],
    ['after the fix', '1.6', [{ introduced: '0' }, { fixed: '1.5' }], { kind: 'not-affected' }],
    ['no fix', '99', [{ introduced: '0' }], { kind: 'affected' }],
    [
      'a fix of 0 means never affected',
      '1.0',
      [{ introduced: '0' }, { fixed: '0' }],
      { kind: 'not-affected' },
    ],
    [
      'a fix of 0, events turned round',
      '1.0',
      [{ fixed: '0' }, { introduced: '0' }],
      { kind: 'not-affected' },
    ],
    [
      'even the lowest version is at or after "0"',
      '0~~',
      [{ introduced: '0' }],
      { kind: 'affected' },
    ],
    [
      'the version 0 itself',
      '0',
      [{ introduced: '0' }, { fixed: '1' }],
      { kind: 'affected', fixed: '1' },
    ],
    ['before its introduction', '1.0', [{ introduced: '1.1' }], { kind: 'not-affected' }],
    ['at its introduction', '1.1', [{ introduced: '1.1' }], { kind: 'affected' }],
    [
      'the last affected one',
      '1.1',
      [{ introduced: '0' }, { lastAffected: '1.1' }],
      { kind: 'affected' },
    ],
    [
      'after the last affected one',
      '1.1-1',
      [{ introduced: '0' }, { lastAffected: '1.1' }],
      { kind: 'not-affected' },
    ],
    [
      'the first interval has its own fix',
      '1.0',
      FIRST_AND_SECOND,
      { kind: 'affected', fixed: '1.5' },
    ],
    ['between intervals', '1.9', FIRST_AND_SECOND, { kind: 'not-affected' }],
    [
      'the second interval has its own fix',
      '2.1',
      FIRST_AND_SECOND,
      { kind: 'affected', fixed: '2.3' },
    ],
    ['below a limit', '1.0', [{ introduced: '0' }, { limit: '2' }], { kind: 'affected' }],
    ['at a limit', '2', [{ introduced: '0' }, { limit: '2' }], { kind: 'not-affected' }],
    [
      'below one of two limits',
      '2',
      [{ introduced: '0' }, { limit: '2' }, { limit: '3' }],
      { kind: 'affected' },
    ],
    ['a limit of everything', '2', [{ introduced: '0' }, { limit: '*' }], { kind: 'affected' }],
    [
      'fixed, then introduced at the same version',
      '2',
      [{ introduced: '0' }, { fixed: '2' }, { introduced: '2' }, { fixed: '3' }],
      { kind: 'affected', fixed: '3' },
    ],
  ])('%s (%s)', (_fact, version, events, wanted) => {
    expect(evaluateRange(compareDebianVersions, version, events)).toEqual(wanted);
  });

  it.each<[string, readonly AdvisoryEvent[]]>([
    ['a fix', [{ introduced: '0' }, { fixed: 'one two' }]],
    ['an introduction', [{ introduced: '1 0' }, { fixed: '2' }]],
    ['a limit', [{ introduced: '0' }, { limit: '' }]],
  ])('is undecided, with the reason, where %s is malformed', (_name, events) => {
    const answer = evaluateRange(compareDebianVersions, '1.0', events);
    expect(answer).toMatchObject({
      kind: 'undecided',
      reason: expect.stringContaining('Debian version'),
    });
  });

  it('decides where the malformed part of a version does not matter', () => {
    const events = [{ introduced: '0' }, { fixed: '10.2.26.r0' }];
    expect(evaluateRange(compareAlpineVersions, '10.2.24-r0', events)).toEqual({
      kind: 'affected',
      fixed: '10.2.26.r0',
    });
    expect(evaluateRange(compareAlpineVersions, '10.2.26-r1', events)).toMatchObject({
      kind: 'undecided',
    });
  });

  it('agrees, whatever the order of events, with a walk over every version', () => {
    const version = fc.integer({ min: 1, max: 30 });
    const cuts = fc.uniqueArray(version, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(cuts, version, fc.integer(), (points, asked, seed) => {
        const sorted = points.toSorted((a, b) => a - b);
        const events = sorted.map((point, index) =>
          index % 2 === 0 ? { introduced: `${point}` } : { fixed: `${point}` },
        );
        const turned = events.toSorted((a, b) => hash(a, seed) - hash(b, seed));
        const before = sorted.filter((point) => point <= asked).length;
        const fix = sorted[before];
        const wanted =
          before % 2 === 0
            ? { kind: 'not-affected' }
            : { kind: 'affected', ...(fix === undefined ? {} : { fixed: `${fix}` }) };
        expect(evaluateRange(compareDebianVersions, `${asked}`, turned)).toEqual(wanted);
      }),
    );
  });
});

function hash(event: AdvisoryEvent, seed: number): number {
  return ((Number(event.introduced ?? event.fixed) + 7) * (seed | 1)) % 1009;
}
