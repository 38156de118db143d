import { describe, expect, it } from 'vitest';
import { goDuration } from './go-duration.ts';
import { timeoutOf } from './rego-options.ts';
import { formatEvaluation, problemText } from './rego-output.ts';

type Solutions = Parameters<typeof formatEvaluation>[0];

function solutions(bindings: Record<string, string>[], ...values: [string, string][]): Solutions {
  const expressions = values.map(([text, value]) => ({ text, value, line: 1, column: 1 }));
  return bindings.map((one) => ({ expressions, bindings: one }));
}

describe('results as opa prints them', () => {
  it.each<[string, Solutions, string]>([
    ['nothing', [], 'undefined\n'],
    ['one value', solutions([{}], ['data.x', '["a"]']), '[\n  "a"\n]\n'],
    ['truths', solutions([{}], ['1 == 1', 'true'], ['2 == 1', 'false']), 'true\n'],
    [
      'variables, in the order of their names',
      solutions([{ y: '"b"', x: '1' }], ['x = 1', 'true']),
      '+---+-----+\n| x |  y  |\n+---+-----+\n| 1 | "b" |\n+---+-----+\n',
    ],
    [
      'values beside variables',
      solutions([{ i: '0' }, { i: '10' }], ['a[i]', '{"k":1}']),
      '+----+---------+\n| i  |  a[i]   |\n+----+---------+\n' +
        '| 0  | {"k":1} |\n| 10 | {"k":1} |\n+----+---------+\n',
    ],
  ])('pretty: %s', (_what, given, text) => {
    expect(formatEvaluation(given, 'pretty')).toBe(text);
  });

  it('attack: a value that would move the cursor is shown, not obeyed', () => {
    const given = solutions([{ x: '"\u001b[2J"' }], ['x', 'true']);
    expect(formatEvaluation(given, 'pretty')).toContain('\\u{1b}[2J');
  });

  it('discard prints no result', () => {
    expect(formatEvaluation(solutions([{}], ['x', '1']), 'discard')).toBe('{}\n');
  });
});

it('errors are counted, and show the line that cannot be read', () => {
  const at = { file: 'a.rego', line: 2, column: 3 };
  const one = { code: 'rego_parse_error', message: 'unexpected }', at, line: 'p }' };
  expect(problemText([one])).toBe(
    '1 error occurred: a.rego:2:3: rego_parse_error: unexpected }\n\tp }\n\t  ^\n',
  );
  expect(problemText([one, { code: 'x', message: 'y', hint: 'z' }])).toMatch(
    /^2 errors occurred:\na\.rego.*\n.*\n.*\nx: y\n\thint: z\n$/,
  );
});

it('lines below a message stand on lines of their own, and what they quote moves no cursor', () => {
  const one = {
    code: 'rego_type_error',
    message: 'match error\n\tleft: string\n\tright: \u001b[2J',
  };
  expect(problemText([one])).toBe(
    '1 error occurred: rego_type_error: match error\n\tleft: string\n\tright: \\u{1b}[2J\n',
  );
});

it.each([
  [0, '0s'],
  [999, '999ns'],
  [1500, '1.5µs'],
  [263_375_000, '263.375ms'],
  [1_000_000_000, '1s'],
  [62_500_000_000, '1m2.5s'],
])('%i nanoseconds are %s', (nanoseconds, text) => {
  expect(goDuration(nanoseconds)).toBe(text);
});

describe('--timeout', () => {
  it.each([
    ['30', 30_000],
    ['0.5', 500],
    ['500ms', 500],
    ['1m30s', 90_000],
    ['2h', 7_200_000],
  ])('%s', (timeout, wanted) => {
    expect(timeoutOf({ timeout })).toBe(wanted);
  });

  it.each(['', '0', '-1', '5x', 's', '1s!', '10us', 'Infinity', '100h'])(
    'refuses %j',
    (timeout) => {
      expect(() => timeoutOf({ timeout })).toThrow('give seconds, or a time like 500ms');
    },
  );
});
