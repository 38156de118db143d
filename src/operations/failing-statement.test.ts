import { expect, it } from 'vitest';
import { allBuiltins } from '../rego/builtins/all-builtins.ts';
import { parseSources, runRegoJob, type RegoSources } from '../rego/rego-job.ts';
import { failingStatement } from './failing-statement.ts';

async function failing(text: string, version: 'v0' | 'v1' = 'v1'): Promise<string | undefined> {
  const sources: RegoSources = {
    modules: [{ file: 't.rego', text: `package t\n${text}` }],
    version,
  };
  const [module] = parseSources(sources);
  const [rule] = module?.rules ?? [];
  if (!module || !rule) throw new Error('no rule');
  const found = await failingStatement(
    async (job) => runRegoJob({ ...job, nowNanos: 0n, seed: new Uint8Array(32) }, allBuiltins),
    sources,
    { module, rule },
  );
  return found && `${found.line}: ${found.text}`;
}

it.each([
  ['test_a if 1 == 2', '2: 1 == 2'],
  ['test_a if {\n  x := 1\n  y := x + 1 # two; not three\n  y == 3\n  x == 1\n}', '5: y == 3'],
  ['test_a if { true; 1 == 2 }', '2: 1 == 2'],
  ['test_a if {\n  some z\n  z = 2\n  z == 3\n}', '5: z == 3'],
  ['test_a if {\n  some z\n  z = [2][_]\n  z == 3\n  true\n}', '5: z == 3'],
  ['test_a if {\n  count([\n    1,\n  ]) == 2\n  true\n}', '3: count([ 1, ]) == 2'],
  [
    'test_a if {\n  not input.x with input as {"x": 1}\n  true\n}',
    '3: not input.x with input as {"x": 1}',
  ],
])('%j: %s', async (text, wanted) => {
  expect(await failing(text)).toBe(wanted);
});

it('in a module of v0 too', async () => {
  expect(await failing('test_a {\n  x := 1\n  x == 2\n  true\n}', 'v0')).toBe('4: x == 2');
});

it('is not told where a beginning does not compile without its end', async () => {
  expect(await failing('test_a if {\n  count(y) == 3\n  y = [1]\n}')).toBeUndefined();
});
