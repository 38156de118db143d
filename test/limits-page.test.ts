/** The page of limits says what the code has. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { IMAGE_LIMITS } from '../src/image/image-budget.ts';
import { LAYER_LIMITS } from '../src/image/layer-limits.ts';

const page = readFileSync(new URL('../docs/reference/limits.md', import.meta.url), 'utf8');

it.each([
  ['## Of one layer', LAYER_LIMITS],
  ['## Of all layers of an image', IMAGE_LIMITS],
])('%s', (heading, limits) => {
  const section = page.slice(page.indexOf(heading)).split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(
    ([, name = '', most = '']) => [name, Number(most.replaceAll(',', ''))] as const,
  );
  expect(Object.fromEntries(rows)).toEqual(limits);
});
