/** A page token or filter with a question mark reaches its reader whole. */
import { expect, it } from 'vitest';
import { splitUrl } from './split-url.ts';

it.each([
  ['/v1/a', '/v1/a', ''],
  ['/v1/a?', '/v1/a', ''],
  ['/v1/a?filter=b?c&d', '/v1/a', 'filter=b?c&d'],
  ['?', '', ''],
])('%s', (url, path, query) => {
  expect(splitUrl(url)).toEqual({ path, query });
});
