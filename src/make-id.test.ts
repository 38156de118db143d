/** Ids sort by time and are never the same twice. */
import { expect, it } from 'vitest';
import { createIdSource } from './make-id.ts';

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

it('makes rising UUIDv7, even in one stopped millisecond', () => {
  const next = createIdSource(() => 1_795_000_000_000);
  const ids = Array.from({ length: 10_000 }, () => next());
  expect(ids.every((id) => UUID7.test(id))).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
});

it('keeps rising when the clock steps back', () => {
  const clock = [5000, 4000, 4500];
  const next = createIdSource(() => clock.shift() ?? 6000);
  const ids = [next(), next(), next(), next()];
  expect(ids.toSorted()).toEqual(ids);
});
