/**
 * `regex.globs_match`: is there a non-empty text that two globs both match? A glob here knows
 * literals, `.`, classes `[a-z]`, and `*` and `+` behind each of them; `\\` escapes.
 */
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';

type Range = readonly [from: number, to: number];

/** One character of a glob: what it may be, whether it may be missing, whether it may repeat. */
interface Piece {
  /** In order, none touching the next. */
  readonly ranges: readonly Range[];
  readonly isOptional: boolean;
  readonly isRepeated: boolean;
}

const ANY: readonly Range[] = [[0, 0x10ffff]];
/** What stands behind the last piece: nothing. */
const END: Piece = { ranges: [], isOptional: false, isRepeated: false };
const MAX_PIECES = 4096;
/** Steps of looking at one pair of positions. */
const STEPS_OF_PAIR = 4;

/** Tells whether two globs meet; each pair of positions that is looked at takes steps. */
export function doGlobsMeet(a: string, b: string, context: BuiltinContext): boolean {
  context.charge(a.length + b.length);
  const [left, right] = [parseGlob(a), parseGlob(b)];
  context.allocate((left.length + 1) * (right.length + 1) * 2);
  return new Meeting(left, right, context.charge).isPossible();
}

/** A search over pairs of positions: before anything was read, and after. */
class Meeting {
  readonly #left: readonly Piece[];
  readonly #right: readonly Piece[];
  readonly #charge: (steps: number) => void;
  readonly #width: number;
  /** One cell for each pair, twice: whether it was come to. */
  readonly #seen: Uint8Array;
  readonly #queue: number[] = [];

  constructor(left: readonly Piece[], right: readonly Piece[], charge: (steps: number) => void) {
    this.#left = left;
    this.#right = right;
    this.#charge = charge;
    this.#width = right.length + 1;
    this.#seen = new Uint8Array((left.length + 1) * this.#width * 2);
  }

  isPossible(): boolean {
    this.#reach(0, 0, 0);
    const end = this.#cell(this.#left.length, this.#right.length, 1);
    while (this.#queue.length > 0 && this.#seen[end] === 0) {
      const cell = this.#queue.pop() as number;
      const pair = cell >> 1;
      this.#go(Math.floor(pair / this.#width), pair % this.#width, cell & 1);
    }
    return this.#seen[end] === 1;
  }

  #cell(i: number, j: number, hasRead: number): number {
    return (i * this.#width + j) * 2 + hasRead;
  }

  #reach(i: number, j: number, hasRead: number): void {
    const cell = this.#cell(i, j, hasRead);
    if (this.#seen[cell] === 1) return;
    this.#seen[cell] = 1;
    this.#queue.push(cell);
  }

  #go(i: number, j: number, hasRead: number): void {
    const [x, y] = [this.#left[i] ?? END, this.#right[j] ?? END];
    this.#charge(STEPS_OF_PAIR + (x.ranges.length + y.ranges.length) / 8);
    if (x.isOptional) this.#reach(i + 1, j, hasRead);
    if (y.isOptional) this.#reach(i, j + 1, hasRead);
    if (overlaps(x.ranges, y.ranges)) this.#read([i, x], [j, y]);
  }

  /** One character is read on both sides; what repeats may stay where it is. */
  #read([i, x]: readonly [number, Piece], [j, y]: readonly [number, Piece]): void {
    this.#reach(i + 1, j + 1, 1);
    if (x.isRepeated) this.#reach(i, j + 1, 1);
    if (y.isRepeated) this.#reach(i + 1, j, 1);
    if (x.isRepeated && y.isRepeated) this.#reach(i, j, 1);
  }
}

/** Ranges in order are gone through side by side. */
function overlaps(a: readonly Range[], b: readonly Range[]): boolean {
  let [i, j] = [0, 0];
  for (;;) {
    const [x, y] = [a[i], b[j]];
    if (!x || !y) return false;
    if (x[0] <= y[1] && y[0] <= x[1]) return true;
    if (x[1] < y[0]) i += 1;
    else j += 1;
  }
}

const PIECE = /(\\[^]|\.|\[(?:\\[^]|[^\]\\])*\]|[^*+[\]\\])([*+]?)/uy;

function parseGlob(glob: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < glob.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const found = PIECE.exec(glob);
    if (!found || pieces.length === MAX_PIECES) throw badGlob(glob, at);
    const [, piece = '', flag] = found;
    pieces.push({
      ranges: rangesOf(piece, () => badGlob(glob, at)),
      isOptional: flag === '*',
      isRepeated: flag !== '',
    });
  }
  return pieces;
}

function badGlob(glob: string, at: number): BuiltinFailure {
  return new BuiltinFailure(`input:${glob.slice(0, 100)}, pos:${at}, bad glob`);
}

function rangesOf(piece: string, failure: () => BuiltinFailure): readonly Range[] {
  if (piece === '.') return ANY;
  if (piece.startsWith('[')) return joined(classRanges(piece.slice(1, -1), failure));
  const point = piece.codePointAt(piece.startsWith('\\') ? 1 : 0) ?? 0;
  return [[point, point]];
}

const MEMBER = /(\\[^]|[^\\-])(?:-(\\[^]|[^\\\]-]))?/uy;

function classRanges(body: string, failure: () => BuiltinFailure): Range[] {
  const ranges: Range[] = [];
  for (let at = 0; at < body.length; at = MEMBER.lastIndex) {
    MEMBER.lastIndex = at;
    const [whole, from = '', to = from] = MEMBER.exec(body) ?? [];
    const range = [pointOf(from), pointOf(to)] as const;
    if (whole === undefined || range[0] > range[1]) throw failure();
    ranges.push(range);
  }
  return ranges;
}

function joined(ranges: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a[0] - b[0])) {
    const previous = result.at(-1);
    if (previous && range[0] <= previous[1] + 1) {
      result.splice(-1, 1, [previous[0], Math.max(previous[1], range[1])]);
    } else result.push(range);
  }
  return result;
}

function pointOf(text: string): number {
  return text.replace(/^\\(?=[^])/, '').codePointAt(0) ?? 92;
}
