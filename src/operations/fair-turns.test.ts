import { expect, test } from 'vitest';
import { createFairTurns, type Piece } from './fair-turns.ts';

const limits = { pieces: 10, size: 100, ownPieces: 4, ownSize: 50 };
const anybody = (): boolean => true;

interface Named extends Piece {
  readonly name: string;
}

function add(turns: ReturnType<typeof createFairTurns<Named>>, name: string, size = 1): boolean {
  return turns.add({ owner: name.charAt(0), name, size });
}

function all(turns: ReturnType<typeof createFairTurns<Named>>): string[] {
  const names: string[] = [];
  for (let one = turns.next(anybody); one; one = turns.next(anybody)) names.push(one.name);
  return names;
}

test('attack: who asks for much waits behind one piece of each other', () => {
  const turns = createFairTurns<Named>(limits);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) add(turns, name);
  expect(all(turns)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
});

test('attack: one owner does not fill the room of the others', () => {
  const turns = createFairTurns<Named>(limits);
  const taken = ['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => add(turns, name));
  expect(taken).toEqual([true, true, true, true, false]);
  expect(add(turns, 'b1')).toBe(true);
  expect(add(turns, 'c1', 51)).toBe(false);
  expect(add(turns, 'c2', 50)).toBe(true);
});

test('what waits is bounded over all owners, and room comes back', () => {
  const turns = createFairTurns<Named>(limits);
  for (const name of ['a1', 'b1']) expect(add(turns, name, 50)).toBe(true);
  expect(add(turns, 'c1')).toBe(false);
  expect(turns.next(anybody)?.name).toBe('a1');
  expect(add(turns, 'c1')).toBe(true);
  for (let piece = 0; piece < 8; piece += 1) add(turns, `${'defghijk'.charAt(piece)}1`, 0);
  expect(add(turns, 'x1', 0)).toBe(false);
});

test('an owner who may not run is passed over and keeps the place', () => {
  const turns = createFairTurns<Named>(limits);
  for (const name of ['a1', 'b1', 'a2']) add(turns, name);
  expect(turns.next((owner) => owner !== 'a')?.name).toBe('b1');
  expect(turns.next((owner) => owner !== 'a')).toBeUndefined();
  expect(all(turns)).toEqual(['a1', 'a2']);
});
