import { expect, it } from 'vitest';
import { evalRego } from './eval-rego.ts';

const asked = { query: 'input', paths: [], version: 'v1', strictBuiltinErrors: false } as const;

it.each([
  ['JSON, without loss', '{"a": 12345678901234567890123}', '{"a":12345678901234567890123}'],
  ['YAML that begins as JSON does', '{a: b}', '{"a":"b"}'],
])('an input without a name is read as %s', async (_what, inputText, value) => {
  const { outcomes } = await evalRego({ ...asked, inputText, timeout: 60_000, now: 0 });
  expect(outcomes).toMatchObject([{ solutions: [{ expressions: [{ value }] }] }]);
});

it('an input that is neither is refused', async () => {
  const evaluated = evalRego({ ...asked, inputText: '{"a": ', timeout: 60_000, now: 0 });
  await expect(evaluated).rejects.toThrow(/^the standard input cannot be read: /);
});
