/** The page of limits says what the code has. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { IMAGE_LIMITS } from '../src/image/image-budget.ts';
import { LAYER_LIMITS } from '../src/image/layer-limits.ts';
import { ATTACHMENT_LIMITS } from '../src/remote/find-attachments.ts';
import { REMOTE_LIMITS } from '../src/remote/remote-limits.ts';

const page = readFileSync(new URL('../docs/reference/limits.md', import.meta.url), 'utf8');

it.each([
  ['## Of one layer', LAYER_LIMITS],
  ['## Of all layers of an image', IMAGE_LIMITS],
  ['## Of one request to a registry', REMOTE_LIMITS],
  ['## Of what is attached to an image', ATTACHMENT_LIMITS],
])('%s', (heading, limits) => {
  const section = page.slice(page.indexOf(heading)).split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(
    ([, name = '', most = '']) => [name, Number(most.replaceAll(',', ''))] as const,
  );
  expect(Object.fromEntries(rows)).toEqual(limits);
});
