import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { scoreCvss4 } from './cvss4-score.ts';
import { severityOfScore } from './read-severity.ts';

const data = process.env['ASSAY_TEST_DATA'];
const canUnzip = data !== undefined && spawnSync('unzip', ['-v']).status === 0;

describe('scoreCvss4', () => {
  it.each([
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H', 10],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 9.3],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N', 8.7],
    ['AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 8.5],
    ['AV:A/AC:H/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 7.5],
    ['AV:A/AC:H/AT:P/PR:L/UI:N/VC:N/VI:H/VA:L/SC:N/SI:H/SA:L', 7],
    ['AV:N/AC:L/AT:P/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N', 6.3],
    ['AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:L/VA:L/SC:L/SI:L/SA:L', 1],
    ['AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N', 1],
    ['AV:N/AC:L/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
    ['AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/U:Red', 9.3],
  ])('%s is %d', (vector, score) => {
    expect(scoreCvss4(`CVSS:4.0/${vector}`)).toBe(score);
  });

  it.each([
    ['another version', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['a missing metric', 'CVSS:4.0/AV:N/AC:L/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'],
    ['an unknown value', 'CVSS:4.0/AV:N/AC:M/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'],
  ])('refuses %s', (_name, vector) => {
    expect(scoreCvss4(vector)).toBeUndefined();
  });

  it.skipIf(!canUnzip)("agrees with the word beside every base vector of Bitnami's records", () => {
    const zip = join(data ?? '', 'osv', 'Bitnami', 'all.zip');
    const text = execFileSync('unzip', ['-p', zip], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const pattern =
      /"score": "(CVSS:4\.0\/[^"]*\/E:X[^"]*)"(?:(?!"schema_version")[^])*?"severity": "(\w+)"/g;
    const words = {
      CRITICAL: 'Critical',
      HIGH: 'High',
      MEDIUM: 'Medium',
      LOW: 'Low',
      MINIMAL: 'None',
    };
    const rows = [...text.matchAll(pattern)];
    const faults = rows.filter(([, vector = '', word = '']) => {
      const severity = severityOfScore(scoreCvss4(vector) ?? -1);
      return severity === 'SEVERITY_UNSPECIFIED' || words[severity] !== word;
    });
    expect(rows.length).toBeGreaterThan(200);
    expect(
      faults.map(([, vector, word]) => `${vector} ${word} ${scoreCvss4(vector ?? '')}`),
    ).toEqual([]);
  });
});
