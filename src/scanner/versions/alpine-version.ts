/**
 * The order of Alpine package versions as apk-tools 2.14 and 3 have it (its src/version.c):
 * `number{.number}{letter}{_suffix{number}}{~commit}{-rN}`. A version is read into steps; two
 * versions are compared step by step, and where the kinds of step differ the kind decides. As in
 * apk, a malformed rest matters only where the order hangs on it (Alpine's own records have fixes
 * such as `10.2.26.r0`, which are surely newer than 10.2.24); there the answer is an error value.
 */
import type { VersionError } from './version-error.ts';
import { compareDigits, compareTexts, MAX_VERSION_LENGTH } from './version-order.ts';

interface Step {
  /** Which kind of step sorts after which: {@link END} sorts before every later kind. */
  readonly rank: number;
  /** The value within a kind: digits, or text. */
  readonly text: string;
  /** Whether the value is compared as a number. */
  readonly numeric: boolean;
}

const PRE_SUFFIXES = ['alpha', 'beta', 'pre', 'rc'];
const POST_SUFFIXES = ['cvs', 'svn', 'git', 'hg', 'p'];

const RANK_END = PRE_SUFFIXES.length;
const RANK_REVISION = RANK_END + 1;
const RANK_COMMIT = RANK_END + 2;
const RANK_SUFFIX_NUMBER = RANK_END + 3;
const RANK_POST_SUFFIX = RANK_END + 4;
const RANK_LETTER = RANK_POST_SUFFIX + POST_SUFFIXES.length;

const END: Step = { rank: RANK_END, text: '', numeric: false };
const MALFORMED: Step = { rank: -1, text: '', numeric: false };

const NUMBERS = /^\d+(?:\.\d+)*/;
const REST =
  /^([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])\d*)*)(~[0-9a-f]+)?(-r\d+)?/;
const REVISION_ONLY = /^-r\d+$/;
const SUFFIX = /_([a-z]+)(\d*)/g;

/**
 * Negative, zero or positive as the first version is older, equal or newer; an error value where
 * a malformed part of either is reached before the order is decided.
 */
export function compareAlpineVersions(a: string, b: string): number | VersionError {
  const left = readParts(a);
  if (left === undefined) return malformed(a);
  const right = readParts(b);
  if (right === undefined) return malformed(b);
  return compareNumbers(left.numbers, right.numbers) || compareRests(left, right);
}

function malformed(text: string): VersionError {
  const form = 'number{.number}{letter}{_suffix{number}}{~commit}{-rN}';
  return {
    error: `Alpine version ${JSON.stringify(text.slice(0, 100))} is not of the form ${form}`,
  };
}

/** A version cut behind its numbers, which decide nearly always. */
interface Parts {
  readonly text: string;
  readonly numbers: readonly string[];
  readonly rest: string;
}

/** Undefined where there is no number to begin with. */
function readParts(text: string): Parts | undefined {
  const numbers = text.length > MAX_VERSION_LENGTH ? undefined : NUMBERS.exec(text)?.[0];
  if (numbers === undefined) return undefined;
  return { text, numbers: numbers.split('.'), rest: text.slice(numbers.length) };
}

/**
 * As far as both have numbers. Those after the first that begin with a zero are fractions: compared
 * as text, before others.
 */
function compareNumbers(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const numberA = a[index] ?? '';
    const numberB = b[index] ?? '';
    const fraction = index > 0 && (numberA.startsWith('0') || numberB.startsWith('0'));
    const order = fraction ? compareTexts(numberA, numberB) : compareDigits(numberA, numberB);
    if (order !== 0) return order;
  }
  return 0;
}

/** What follows numbers that are alike; a further number outweighs all but what is malformed. */
function compareRests(a: Parts, b: Parts): number | VersionError {
  const longer = Math.sign(a.numbers.length - b.numbers.length);
  if (longer !== 0) {
    const shorter = longer < 0 ? a : b;
    return readRest(shorter.rest)[0] === MALFORMED ? malformed(shorter.text) : longer;
  }
  if (REVISION_ONLY.test(a.rest) && REVISION_ONLY.test(b.rest)) {
    return compareDigits(a.rest.slice(2), b.rest.slice(2));
  }
  return compareAllSteps(a, b);
}

function compareAllSteps(a: Parts, b: Parts): number | VersionError {
  const left = readRest(a.rest);
  const right = readRest(b.rest);
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const stepA = left[index] ?? END;
    const stepB = right[index] ?? END;
    if (stepA === MALFORMED) return malformed(a.text);
    if (stepB === MALFORMED) return malformed(b.text);
    const difference = compareSteps(stepA, stepB);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** What follows the numbers: letter, suffixes, commit and revision, in this order. */
function readRest(rest: string): readonly Step[] {
  const match = REST.exec(rest);
  const [letter, suffixes, commit, revision] = [1, 2, 3, 4].map((group) => match?.[group] ?? '');
  const steps = (suffixes ?? '').matchAll(SUFFIX).flatMap(suffixSteps).toArray();
  if (letter) steps.unshift({ rank: RANK_LETTER, text: letter, numeric: false });
  if (commit) steps.push({ rank: RANK_COMMIT, text: commit.slice(1), numeric: false });
  if (revision) steps.push(valueStep(RANK_REVISION, revision.slice(2)));
  if ((match?.[0].length ?? 0) < rest.length) steps.push(MALFORMED);
  return steps;
}

function suffixSteps(match: RegExpExecArray): Step[] {
  const [, name = '', number = ''] = match;
  const suffix = { rank: suffixRank(name), text: '', numeric: false };
  return number === '' ? [suffix] : [suffix, valueStep(RANK_SUFFIX_NUMBER, number)];
}

function valueStep(rank: number, digits: string): Step {
  return { rank, text: digits, numeric: true };
}

function suffixRank(name: string): number {
  const pre = PRE_SUFFIXES.indexOf(name);
  return pre === -1 ? RANK_POST_SUFFIX + POST_SUFFIXES.indexOf(name) : pre;
}

function compareSteps(a: Step, b: Step): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  return a.numeric && b.numeric ? compareDigits(a.text, b.text) : compareTexts(a.text, b.text);
}
