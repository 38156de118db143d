/** Only what cannot be another machine is loopback. */
import { expect, it } from 'vitest';
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts';

it.each([
  ['127.0.0.1', true, true],
  ['127.255.0.3', true, true],
  ['::1', true, true],
  ['::ffff:127.0.0.1', true, false],
  ['localhost', false, true],
  ['LocalHost', false, true],
  ['[::1]', false, true],
  ['127.0.0.1.evil.example', false, false],
  ['localhost.evil.example', false, false],
  ['127.0.0.256', false, false],
  ['127.0.1', false, false],
  ['127.00.0.1', false, false],
  ['128.0.0.1', false, false],
  ['::ffff:10.0.0.1', false, false],
  ['0.0.0.0', false, false],
  ['', false, false],
])('%j: address %s, host %s', (text, address, host) => {
  expect([isLoopbackAddress(text), isLoopbackHost(text)]).toEqual([address, host]);
});
