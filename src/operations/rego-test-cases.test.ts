import { expect, it } from 'vitest';
import { parseModule } from '../rego/syntax/parse-module.ts';
import { withCasesRules } from './rego-test-cases.ts';

function added(text: string, version: 'v0' | 'v1' = 'v1'): string {
  const source = { file: 't.rego', text };
  const { modules } = withCasesRules([source], [parseModule({ ...source, version })]);
  return modules[0]?.text.slice(text.length) ?? '';
}

it('a rule with the statements up to the name of the case is added', () => {
  const text =
    'package t\ntest_x[note] if {\n\tlist := {"a": 1}\n\tsome note, n in list # each\n\tn == 2\n}\n';
  const rule = 'assay_cases_of_test_x[note] = true if {\n';
  expect(added(text)).toBe(`\n${rule}list := {"a": 1}\n\tsome note, n in list # each\n}\n`);
});

it('as v0 writes it where the module is v0', () => {
  const text = 'package t\ntest_x[note] = true { note := ["a"][_]; note == "b" }\n';
  expect(added(text, 'v0')).toBe('\nassay_cases_of_test_x[note] = true {\nnote := ["a"][_]\n}\n');
});

it.each([
  'package t\ntest_x if true\n',
  'package t\ntest_x contains n if { some n in [1]; n == 1 }\n',
  'package t\ntest_x.a if true\n',
  'package t\np[n] if { some n in ["a"]; n == "a" }\n',
  'package t\ntest_x[n] if { some n in ["a"] }\n',
])('nothing is added to %j', (text) => {
  expect(added(text)).toBe('');
});
