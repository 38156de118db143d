/**
 * The order of Alpine package versions as apk-tools 2.14 and 3 have it (its src/version.c):
 * `number{.number}{letter}{_suffix{number}}{~commit}{-rN}`. A version is read into steps; two
 * versions are compared step by step, and where the kinds of step differ the kind decides. As in
 * apk, a malformed rest matters only where the order hangs on it (Alpine's own records have fixes
 * such as `10.2.26.r0`, which are surely newer than 10.2.24); there the answer is an error value.
 */
import type { VersionError } from './version-error.ts';
import { MAX_VERSION_LENGTH } from './version-order.ts';

interface Step {
  /** Which kind of step sorts after which: {@link END} sorts before every later kind. */
  readonly rank: number;
  /** The value within a kind: numbers without leading zeros, or text. */
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
const RANK_NUMBER = RANK_LETTER + 1;

const END: Step = { rank: RANK_END, text: '', numeric: false };
const MALFORMED: Step = { rank: -1, text: '', numeric: false };

const NUMBERS = /^\d+(?:\.\d+)*/;
const REST =
  /^([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)(?![a-z])\d*)*)(~[0-9a-f]+)?(-r\d+)?/;
const SUFFIX = /_([a-z]+)(\d*)/g;

/**
 * Negative, zero or positive as the first version is older, equal or newer; an error value where
 * a malformed part of either is reached before the order is decided.
 */
export function compareAlpineVersions(a: string, b: string): number | VersionError {
  const left = readSteps(a);
  const right = readSteps(b);
  const length = Math.max(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const stepA = left[index] ?? END;
    const stepB = right[index] ?? END;
    if (stepA === MALFORMED) return malformed(a);
    if (stepB === MALFORMED) return malformed(b);
    const difference = compareSteps(stepA, stepB);
    if (difference !== 0) return difference;
  }
  return 0;
}

function malformed(text: string): VersionError {
  const form = 'number{.number}{letter}{_suffix{number}}{~commit}{-rN}';
  return {
    error: `Alpine version ${JSON.stringify(text.slice(0, 100))} is not of the form ${form}`,
  };
}

/** Reads a version into its steps, {@link MALFORMED} standing for what apk calls invalid. */
function readSteps(text: string): readonly Step[] {
  const numbers = text.length > MAX_VERSION_LENGTH ? undefined : NUMBERS.exec(text)?.[0];
  if (numbers === undefined) return [MALFORMED];
  const steps = numbers.split('.').map(numberStep);
  if (numbers.length === text.length) return steps;
  return [...steps, ...readRest(text.slice(numbers.length))];
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

/**
 * Numbers after the first that begin with a zero are fractions: compared as text, before others.
 */
function numberStep(text: string, index: number): Step {
  const fraction = index > 0 && text.startsWith('0');
  return fraction ? { rank: RANK_NUMBER, text, numeric: false } : valueStep(RANK_NUMBER, text);
}

function valueStep(rank: number, digits: string): Step {
  return { rank, text: digits.replace(/^0+(?=\d)/, ''), numeric: true };
}

function suffixRank(name: string): number {
  const pre = PRE_SUFFIXES.indexOf(name);
  return pre === -1 ? RANK_POST_SUFFIX + POST_SUFFIXES.indexOf(name) : pre;
}

function compareSteps(a: Step, b: Step): number {
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1;
  const bothNumeric = a.numeric && b.numeric;
  if (bothNumeric && a.text.length !== b.text.length) return a.text.length < b.text.length ? -1 : 1;
  if (a.text === b.text) return 0;
  return a.text < b.text ? -1 : 1;
}
