/**
 * `regex.globs_match`: is there a non-empty text that two globs both match? A glob here knows
 * literals, `.`, classes `[a-z]`, and `*` and `+` behind each of them; `\` escapes.
 */
import { BuiltinFailure } from '../builtin.ts';

type Range = readonly [from: number, to: number];

/** One character of a glob: what it may be, whether it may be missing, whether it may repeat. */
interface Piece {
  readonly ranges: readonly Range[];
  readonly isOptional: boolean;
  readonly isRepeated: boolean;
}

const ANY: readonly Range[] = [[0, 0x10ffff]];
const MAX_PIECES = 4096;

/** Tells whether two globs meet; takes steps for each pair of positions that is looked at. */
export function doGlobsMeet(a: string, b: string, charge: (steps: number) => void): boolean {
  const [left, right] = [parseGlob(a), parseGlob(b)];
  const width = right.length + 1;
  const seen = new Set<number>();
  const queue = closure(0, left).flatMap((i) => closure(0, right).map((j) => i * width + j));
  const end = left.length * width + right.length;
  while (queue.length > 0) {
    const state = queue.pop() as number;
    if (seen.has(state)) continue;
    seen.add(state);
    charge(1);
    const [i, j] = [Math.floor(state / width), state % width];
    const [x, y] = [left[i], right[j]];
    if (!x || !y || !overlaps(x.ranges, y.ranges)) continue;
    const next = after(i, left).flatMap((p) => after(j, right).map((q) => p * width + q));
    if (next.includes(end)) return true;
    queue.push(...next);
  }
  return false;
}

/** Positions reachable without reading: pieces that may be missing are skipped. */
function closure(from: number, pieces: readonly Piece[]): number[] {
  const positions = [from];
  for (let index = from; pieces[index]?.isOptional; index += 1) positions.push(index + 1);
  return positions;
}

/** Positions behind one character read at a position. */
function after(at: number, pieces: readonly Piece[]): number[] {
  const further = closure(at + 1, pieces);
  return pieces[at]?.isRepeated ? [at, ...further] : further;
}

function overlaps(a: readonly Range[], b: readonly Range[]): boolean {
  return a.some(([from, to]) => b.some(([other, end]) => from <= end && other <= to));
}

const PIECE = /(\\[^]|\.|\[(?:\\[^]|[^\]\\])+\]|[^*+[\]\\])([*+]?)/uy;

function parseGlob(glob: string): Piece[] {
  const pieces: Piece[] = [];
  for (let at = 0; at < glob.length; at = PIECE.lastIndex) {
    PIECE.lastIndex = at;
    const found = PIECE.exec(glob);
    if (!found || pieces.length === MAX_PIECES) {
      throw new BuiltinFailure(`input:${glob}, pos:${at}, bad glob`);
    }
    const [, piece = '', flag] = found;
    pieces.push({ ranges: rangesOf(piece), isOptional: flag === '*', isRepeated: flag !== '' });
  }
  return pieces;
}

function rangesOf(piece: string): readonly Range[] {
  if (piece === '.') return ANY;
  if (piece.startsWith('[')) return classRanges(piece.slice(1, -1));
  const point = piece.codePointAt(piece.startsWith('\\') ? 1 : 0) ?? 0;
  return [[point, point]];
}

function classRanges(body: string): Range[] {
  const found = body.matchAll(/(\\[^]|[^\\])(?:-(\\[^]|[^\\]))?/gu);
  return Array.from(found, ([, from = '', to = from]) => [pointOf(from), pointOf(to)] as const);
}

function pointOf(text: string): number {
  return text.replace(/^\\/, '').codePointAt(0) ?? 92;
}
