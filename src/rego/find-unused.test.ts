import { describe, expect, it } from 'vitest';
import { findUnused } from './find-unused.ts';
import { parseModule } from './parse-module.ts';

function unusedIn(text: string): string[] {
  const module = parseModule({ file: 'a.rego', text: `package a\n${text}`, version: 'v1' });
  return findUnused(module).map(({ message }) => message);
}

describe('what nothing uses', () => {
  it.each<[string, string[]]>([
    ['import data.x', ['import data.x unused']],
    ['import input.x as y\np := 1', ['import input.x as y unused']],
    ['f(x) := 1', ['unused argument x. (hint: use _ (wildcard variable) instead)']],
    ['f([x, y]) := y', ['unused argument x. (hint: use _ (wildcard variable) instead)']],
    ['p if x := 1', ['assigned var x unused']],
    ['p if { x := 1; [y, z] := [x, 2]; y > 0 }', ['assigned var z unused']],
    ['p := [1 | x := 1]', ['assigned var x unused']],
    ['p if every v in [1] { x := v }', ['assigned var x unused']],
    ['p if false else := 2 if x := 1', ['assigned var x unused']],
  ])('%j', (text, messages) => {
    expect(unusedIn(text)).toEqual(messages);
  });

  it.each([
    'import data.x\np := x.y',
    'import data.lib\np := lib.f(1)',
    'import input.x\ntest_p if p with x as 1\np := 1',
    'import rego.v1',
    'f(x) := x',
    'f(_) := 1',
    'f(x) if g(1) with data.z as x\ng(_) := 1',
    'default f(x) := 1\nf(x) := x',
    'p := x if x := 1',
    'p contains x if x := 1',
    'p[x].q := 1 if x := "a"',
    'p if { x := 1; not q[x] }\nq := []',
    'p := {x: y | some y in [1]; x := "a"}',
    'p := $"{x}" if x := 1',
    'p if { x := 1; every v in [1] { v == x } }',
  ])('is not in %j', (text) => {
    expect(unusedIn(text)).toEqual([]);
  });
});
