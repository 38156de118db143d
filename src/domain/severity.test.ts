/** Severities in Grafeas' order, and unknown ones against a limit. */
import { describe, expect, it } from 'vitest';
import { SEVERITIES, isSeverity, severityRank, severityRankForLimit } from './severity.ts';

describe('severities', () => {
  it('rise from unspecified to critical', () => {
    expect(SEVERITIES.map(severityRank)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(severityRank('CRITICAL')).toBeGreaterThan(severityRank('HIGH'));
  });

  it('count as critical against a limit where unknown', () => {
    expect(severityRankForLimit('SEVERITY_UNSPECIFIED')).toBe(severityRank('CRITICAL'));
    expect(SEVERITIES.slice(1).map(severityRankForLimit)).toEqual([1, 2, 3, 4, 5]);
  });

  it.each([
    ['CRITICAL', true],
    ['critical', false],
    ['', false],
    ['length', false],
  ])('isSeverity %j: %s', (text, is) => {
    expect(isSeverity(text)).toBe(is);
  });
});
