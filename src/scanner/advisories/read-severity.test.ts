import { describe, expect, it } from 'vitest';

import { scoreCvss2 } from './cvss2-score.ts';
import { scoreCvss3 } from './cvss3-score.ts';
import { readSeverity, severityOfScore } from './read-severity.ts';

describe('scoreCvss3', () => {
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 8.8],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 7.8],
    ['CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H', 5.9],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N', 0],
    ['CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N', 1.6],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O', 9.8],
  ])('%s is %d', (vector, score) => {
    expect(scoreCvss3(vector)).toBe(score);
  });

  it.each([
    ['an unknown value', 'CVSS:3.1/AV:X/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'],
    ['a missing metric', 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H'],
    ['a metric twice', 'CVSS:3.1/AV:N/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'],
    ['an inherited name as value', 'CVSS:3.1/AV:toString/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'],
    ['another version', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'],
    ['no vector', 'high'],
    ['a text of megabytes', `CVSS:3.1/${'A'.repeat(1e6)}`],
  ])('refuses %s', (_name, vector) => {
    expect(scoreCvss3(vector)).toBeUndefined();
  });
});

describe('scoreCvss2', () => {
  it.each([
    ['AV:N/AC:L/Au:N/C:N/I:N/A:C', 7.8],
    ['AV:N/AC:L/Au:N/C:C/I:C/A:C', 10],
    ['(AV:L/AC:H/Au:N/C:C/I:C/A:C)', 6.2],
    ['AV:N/AC:L/Au:N/C:N/I:N/A:P', 5],
    ['AV:N/AC:L/Au:N/C:N/I:N/A:N', 0],
  ])('%s is %d', (vector, score) => {
    expect(scoreCvss2(vector)).toBe(score);
  });

  it('refuses a vector without Au', () => {
    expect(scoreCvss2('AV:N/AC:L/C:N/I:N/A:P')).toBeUndefined();
  });
});

describe('readSeverity', () => {
  const critical = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' };
  const low = { type: 'CVSS_V2', score: 'AV:L/AC:H/Au:M/C:P/I:N/A:N' };

  it.each([
    ["Debian's unimportant", { ecosystem_specific: { urgency: 'unimportant' } }, 'MINIMAL'],
    ["Debian's provisional medium", { ecosystem_specific: { urgency: 'medium**' } }, 'MEDIUM'],
    ["GitHub's moderate", { database_specific: { severity: 'MODERATE' } }, 'MEDIUM'],
    ["Ubuntu's priority", { severity: [{ type: 'Ubuntu', score: 'negligible' }] }, 'MINIMAL'],
    ['a vector', { severity: [critical] }, 'CRITICAL'],
    ['the newest CVSS', { severity: [low, critical] }, 'CRITICAL'],
    ['an old vector where there is no other', { severity: [low] }, 'LOW'],
    [
      'a word before a vector',
      { database_specific: { severity: 'LOW' }, severity: [critical] },
      'LOW',
    ],
    [
      'a vector where the word says nothing',
      { database_specific: { severity: 'unknown' }, severity: [critical] },
      'CRITICAL',
    ],
  ])('reads %s', (_name, record, wanted) => {
    expect(readSeverity(record, 'osv:')?.severity).toBe(wanted);
  });

  it('says where it was read and keeps the score beside a word', () => {
    const record = { database_specific: { severity: 'LOW' }, severity: [critical] };
    expect(readSeverity(record, 'osv:')).toEqual({
      severity: 'LOW',
      source: 'osv:database_specific.severity',
      score: 9.8,
      vector: critical.score,
    });
  });

  it('names the newest CVSS as source, passing over a vector that does not parse', () => {
    const newest = {
      type: 'CVSS_V4',
      score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N',
    };
    expect(readSeverity({ severity: [critical, newest] }, 'osv:')).toEqual({
      severity: 'HIGH',
      source: 'osv:severity CVSS_V4',
      score: 8.7,
      vector: newest.score,
    });
    const broken = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' };
    expect(readSeverity({ severity: [critical, broken] }, 'osv:')?.source).toBe(
      'osv:severity CVSS_V3',
    );
  });

  it.each([
    ['nothing', {}],
    ['not yet assigned', { ecosystem_specific: { urgency: 'not yet assigned' } }],
    [
      'wrong types',
      { severity: 'high', database_specific: [], ecosystem_specific: { severity: 9 } },
    ],
    ['a malformed vector', { severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/nonsense' }, null] }],
  ])('reads none from %s', (_name, record) => {
    expect(readSeverity(record, 'osv:')).toBeUndefined();
  });

  it.each([
    [0, 'MINIMAL'],
    [0.1, 'LOW'],
    [3.9, 'LOW'],
    [4, 'MEDIUM'],
    [7, 'HIGH'],
    [9, 'CRITICAL'],
  ])('rates a score of %d as %s', (score, wanted) => {
    expect(severityOfScore(score)).toBe(wanted);
  });
});
