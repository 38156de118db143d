/** Chunks are handed out in slices, with turns of the loop between them and a bound on what waits. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { newSliceQueue } from './slice-queue.ts';

const CHUNK = 256 * 1024;
const SLICE = 64 * 1024;

function recorded() {
  const calls: (number | string)[] = [];
  const queue = newSliceQueue({
    take: (slice) => void calls.push(slice.length),
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    nextTurn: setImmediate,
  });
  return { calls, queue };
}

it('one slice is handed out in each turn, and the end is told in one of its own', async () => {
  const { calls, queue } = recorded();
  queue.push(Buffer.allocUnsafeSlow(SLICE + 1));
  queue.end(() => void calls.push('end'));
  const seen: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    await nextTurn();
    seen.push(calls.length);
  }
  expect(calls).toEqual([SLICE, 1, 'end']);
  expect(seen).toEqual([1, 2, 3, 3]);
});

it('an end without any chunk is told', async () => {
  const { calls, queue } = recorded();
  queue.end(() => void calls.push('end'));
  await nextTurn();
  expect(calls).toEqual(['end']);
});

it('whoever pushes is told to pause at eight chunks, and to go on at six', async () => {
  const { calls, queue } = recorded();
  for (let chunk = 0; chunk < 8; chunk += 1) queue.push(Buffer.allocUnsafeSlow(CHUNK));
  expect(calls).toEqual(['pause']);
  for (let turn = 0; turn < 8; turn += 1) await nextTurn();
  expect(calls.slice(1)).toEqual([...Array.from({ length: 8 }, () => SLICE), 'resume']);
});

it('a chunk that fills its buffer is given back after its last slice, others are not', async () => {
  const { queue } = recorded();
  const whole = Buffer.allocUnsafeSlow(CHUNK);
  const part = Buffer.allocUnsafeSlow(CHUNK).subarray(0, 100);
  queue.push(whole);
  queue.push(part);
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect(whole.length).toBe(CHUNK);
  for (let turn = 0; turn < 2; turn += 1) await nextTurn();
  expect(whole.length).toBe(0);
  expect(part.buffer.byteLength).toBe(CHUNK);
});
