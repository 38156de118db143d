import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../../domain/error.ts';
import { parseTime } from '../../domain/time.ts';
import { EPSS_LIMITS, parseEpss } from './parse-epss.ts';

const HEAD = '#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z\ncve,epss,percentile\n';

function read(text: string): readonly object[] {
  return [...parseEpss(text).forecasts()];
}

function refusalOf(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('parseEpss', () => {
  it('reads model, date and scores, with either line ending and without a last one', () => {
    const { model, date } = parseEpss(HEAD);
    expect([model, date]).toEqual(['v2025.03.14', parseTime('2025-08-25T12:55:00Z')]);
    const rows = 'CVE-2021-44228,0.94358,0.99957\r\nCVE-1999-0001,0,1\nCVE-1999-0002,1e-5,0.5';
    expect(read(HEAD + rows)).toEqual([
      { cve: 'CVE-2021-44228', score: 0.94358, percentile: 0.99957 },
      { cve: 'CVE-1999-0001', score: 0, percentile: 1 },
      { cve: 'CVE-1999-0002', score: 0.00001, percentile: 0.5 },
    ]);
  });

  it('reads the offset that older files write', () => {
    const old = '#model_version:v2023.03.01,score_date:2023-03-07T00:00:00+0000\n';
    expect(parseEpss(`${old}cve,epss,percentile\n`).date).toBe(parseTime('2023-03-07T00:00:00Z'));
  });

  it.each([
    ['nothing', '', 'line 1'],
    ['a web page', '<!doctype html>\n', 'line 1'],
    ['no date', '#model_version:v1,score_date:today\ncve,epss,percentile\n', 'score_date'],
    ['another heading', HEAD.replace('epss,', 'score,'), 'line 2'],
    ['a score above 1', `${HEAD}CVE-2021-1234,1.01,0.5\n`, 'line 3'],
    ['a negative score', `${HEAD}CVE-2021-1234,-0.1,0.5\n`, 'line 3'],
    ['a score that is no number', `${HEAD}CVE-2021-1234,NaN,0.5\n`, 'line 3'],
    ['an infinite percentile', `${HEAD}CVE-2021-1234,0.1,Infinity\n`, 'line 3'],
    ['an empty score', `${HEAD}CVE-2021-1234,,0.5\n`, 'line 3'],
    ['a line that was cut', `${HEAD}CVE-2021-1234,0.1\n`, 'line 3'],
    ['a column too many', `${HEAD}CVE-2021-1234,0.1,0.2,0.3\n`, 'line 3'],
    ['no CVE', `${HEAD}CVE-2021-1234,0.1,0.2\nGHSA-1,0.1,0.2\n`, 'line 4'],
    ['a CVE twice', `${HEAD}CVE-2021-1234,0.1,0.2\nCVE-2021-1234,0.3,0.2\n`, 'each CVE once'],
    ['an endless line', `${HEAD}${'x'.repeat(EPSS_LIMITS.line + 1)}`, 'at most 256 characters'],
  ])('refuses %s', (_fact, text, named) => {
    expect(() => read(text)).toThrow(named);
  });

  it('shows at most a hundred characters of a wrong line', () => {
    expect(() => read(`${HEAD}${'é'.repeat(200)}`)).toThrow(/^.{100,200}$/);
  });

  it('throws nothing but refusals, whatever the lines', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const error = refusalOf(() => read(HEAD + text));
        expect(error === undefined || isAssayError(error, 'invalid-advisory')).toBe(true);
      }),
    );
  });
});
