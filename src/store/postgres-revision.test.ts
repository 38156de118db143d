/** What a replica knows of the others' commits, by a clock that is handed in. */
import { describe, expect, it } from 'vitest';
import { createRevisionKnowledge, REVISION_BOUND } from './postgres-revision.ts';

/** Looks at a time and is answered at once. */
function looked(now: number, revision: number) {
  const knowledge = createRevisionKnowledge();
  knowledge.look(now)(revision);
  return knowledge;
}

describe('the revision', () => {
  it('stands while a look is fresh', () => {
    const knowledge = looked(0, 7);
    expect(knowledge.current(0)).toBe(7);
    expect(knowledge.current(REVISION_BOUND)).toBe(7);
  });

  it('rises with what was seen and with what a look finds', () => {
    const knowledge = looked(0, 7);
    knowledge.saw(8);
    expect(knowledge.current(1)).toBe(8);
    knowledge.look(2)(9);
    expect(knowledge.current(3)).toBe(9);
  });

  it('does not fall for a look or a word that comes late', () => {
    const knowledge = looked(0, 7);
    knowledge.saw(6);
    expect(knowledge.current(1)).toBe(7);
    const late = knowledge.look(2);
    knowledge.saw(9);
    late(8);
    expect(knowledge.current(3)).toBe(9);
  });

  it('is new for each question while no look is fresh, and after that', () => {
    const knowledge = looked(0, 7);
    const seen = [1, 2, 3].map((n) => knowledge.current(REVISION_BOUND + n));
    knowledge.look(2000)(7);
    seen.push(knowledge.current(2001));
    expect(new Set([7, ...seen.slice(0, 3)]).size).toBe(4);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  it('counts the age of a look from when it was asked, not from its answer', () => {
    const knowledge = looked(0, 7);
    const answer = knowledge.look(100);
    answer(7);
    expect(knowledge.current(100 + REVISION_BOUND)).toBe(7);
    expect(knowledge.current(101 + REVISION_BOUND)).not.toBe(7);
  });

  it('is new where the database lost commits, and stays so when it makes them anew', () => {
    const knowledge = looked(0, 7);
    knowledge.look(10)(5);
    const after = knowledge.current(11);
    expect(after).toBeGreaterThan(7);
    knowledge.saw(6);
    expect(knowledge.current(12)).toBeGreaterThan(after);
  });
});
