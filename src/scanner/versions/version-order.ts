/** What the version orders have in common: their shape, the length they read, and numbers. */
import type { VersionError } from './version-error.ts';

/** Orders two versions: negative, zero, positive, or why they cannot be compared. */
export type VersionComparer = (a: string, b: string) => number | VersionError;

/** The most characters that a version may have; real ones stay far below. */
export const MAX_VERSION_LENGTH = 512;

const ZERO = 48;

/** One order: its name in errors, how a text is read, and how two readings compare. */
export interface VersionOrder<T> {
  /** How a version of this order is called, e.g. `Maven version`. */
  readonly name: string;
  /** Reads a version; undefined where the text is none. */
  readonly read: (text: string) => T | undefined;
  readonly compare: (a: T, b: T) => number;
  /** The form that is wanted, for the error. */
  readonly form: string;
}

/** The comparer of an order: a text that cannot be read is an error value, never "equal". */
export function comparerOf<T>(order: VersionOrder<T>): VersionComparer {
  const { compare } = order;
  return (a, b) => {
    const left = readBounded(order, a);
    if (left === undefined) return malformed(order, a);
    const right = readBounded(order, b);
    if (right === undefined) return malformed(order, b);
    return Math.sign(compare(left, right));
  };
}

function readBounded<T>({ read }: VersionOrder<T>, text: string): T | undefined {
  return text.length > MAX_VERSION_LENGTH ? undefined : read(text);
}

function malformed<T>({ name, form }: VersionOrder<T>, text: string): VersionError {
  return { error: `${name} ${JSON.stringify(text.slice(0, 100))} is not of the form ${form}` };
}

/** Compares runs of decimal digits of any length by value; an empty run is zero. */
export function compareDigits(a: string, b: string): number {
  if (a === b) return 0;
  const left = withoutZeros(a);
  const right = withoutZeros(b);
  if (left.length !== right.length) return left.length < right.length ? -1 : 1;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Compares lists of digit runs, the shorter filled up with zeros. */
export function compareReleases(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareDigits(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Compares lists of digit runs, where a list precedes every longer one that begins with it. */
export function compareNumberLists(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareDigits(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Compares texts by code unit. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function withoutZeros(digits: string): string {
  if (digits.charCodeAt(0) !== ZERO) return digits;
  let start = 1;
  while (digits.charCodeAt(start) === ZERO) start += 1;
  return digits.slice(start);
}
