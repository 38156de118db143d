/**
 * Whose work is next where much of it waits: owners take turns, so that whoever asks a lot, or for
 * long, makes the others wait for one piece of it and not for all. What waits is bounded, in all
 * and of each owner.
 */

/** What may wait: pieces of work, and characters of what they hold. */
export interface TurnLimits {
  readonly pieces: number;
  readonly size: number;
  /** Of one owner. */
  readonly ownPieces: number;
  readonly ownSize: number;
}

/** One piece of work. */
export interface Piece {
  readonly owner: string;
  /** Characters that it holds. */
  readonly size: number;
}

/** Work that waits. */
export interface FairTurns<T extends Piece> {
  /** Takes a piece; false where too much waits. */
  readonly add: (piece: T) => boolean;
  /** Gives the next piece of an owner who may have one now. */
  readonly next: (mayRun: (owner: string) => boolean) => T | undefined;
}

/** Makes an empty queue. */
export function createFairTurns<T extends Piece>(limits: TurnLimits): FairTurns<T> {
  /** By owner, the one whose turn is next first. */
  const waiting = new Map<string, T[]>();
  let pieces = 0;
  let size = 0;
  const sizeOf = (own: readonly T[]): number => own.reduce((sum, one) => sum + one.size, 0);
  return {
    add: (piece) => {
      const own = waiting.get(piece.owner) ?? [];
      const isFull = pieces >= limits.pieces || size + piece.size > limits.size;
      const hasEnough = own.length >= limits.ownPieces || sizeOf(own) + piece.size > limits.ownSize;
      if (isFull || hasEnough) return false;
      waiting.set(piece.owner, [...own, piece]);
      pieces += 1;
      size += piece.size;
      return true;
    },
    next: (mayRun) => {
      for (const [owner, [first, ...rest]] of waiting) {
        if (first === undefined || !mayRun(owner)) continue;
        waiting.delete(owner);
        if (rest.length > 0) waiting.set(owner, rest);
        pieces -= 1;
        size -= first.size;
        return first;
      }
      return undefined;
    },
  };
}
