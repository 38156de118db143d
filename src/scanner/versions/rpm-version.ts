/**
 * The order of rpm packages (rpm's rpmvercmp and rpmverCmp, and its docs/manual/dependencies.md):
 * `[epoch:]version[-release]`, an epoch that is not written is 0. Within a part, runs of digits
 * compare by value and beat runs of letters; `~` sorts before the end, `^` just after it; every
 * other character only separates. A version without release precedes the same with one.
 */
import { compareDigits, comparerOf, compareTexts } from './version-order.ts';

interface RpmVersion {
  /** Digits; empty for 0. */
  readonly epoch: string;
  readonly version: string;
  /** Absent where there is no hyphen. */
  readonly release: string | undefined;
}

/** What stands at a place of a part. */
type Kind = 'separator' | 'digit' | 'letter' | 'tilde' | 'caret' | 'end';

const TILDE = 126;
const CARET = 94;
const EPOCH = /^\d*$/;
/** A blank or control character belongs to no rpm version. */
const UNPRINTABLE = /[\u0000-\u0020\u007f]/;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareRpmVersions = comparerOf({
  name: 'rpm version',
  form: '[EPOCH:]VERSION[-RELEASE]',
  read: readRpmVersion,
  compare: (a, b) =>
    compareDigits(a.epoch, b.epoch) ||
    comparePart(a.version, b.version) ||
    compareRelease(a.release, b.release),
});

/** Digits before the first colon are the epoch; the last hyphen begins the release. */
function readRpmVersion(text: string): RpmVersion | undefined {
  if (text === '' || UNPRINTABLE.test(text)) return undefined;
  const colon = text.indexOf(':');
  const hasEpoch = colon !== -1 && EPOCH.test(text.slice(0, colon));
  const start = hasEpoch ? colon + 1 : 0;
  const hyphen = text.lastIndexOf('-');
  const hasRelease = hyphen >= start;
  const version = text.slice(start, hasRelease ? hyphen : text.length);
  if (version === '') return undefined;
  return {
    epoch: hasEpoch ? text.slice(0, colon) : '',
    version,
    release: hasRelease ? text.slice(hyphen + 1) : undefined,
  };
}

function compareRelease(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return comparePart(a, b);
}

/** rpmvercmp. */
function comparePart(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  let j = 0;
  for (;;) {
    i = skip(a, i, 'separator');
    j = skip(b, j, 'separator');
    const kindA = kindAt(a, i);
    const kindB = kindAt(b, j);
    if (kindA !== kindB) return RANKS[kindA] - RANKS[kindB];
    if (kindA === 'end') return 0;
    if (kindA === 'tilde' || kindA === 'caret') {
      i += 1;
      j += 1;
      continue;
    }
    const endA = skip(a, i, kindA);
    const endB = skip(b, j, kindA);
    const order = compareRuns(kindA, a.slice(i, endA), b.slice(j, endB));
    if (order !== 0) return order;
    i = endA;
    j = endB;
  }
}

/** Where the kinds differ, they alone decide. */
const RANKS: Readonly<Record<Kind, number>> = {
  tilde: 0,
  end: 1,
  caret: 2,
  letter: 3,
  digit: 4,
  separator: 5,
};

function compareRuns(kind: Kind, a: string, b: string): number {
  return kind === 'digit' ? compareDigits(a, b) : compareTexts(a, b);
}

function skip(text: string, start: number, kind: Kind): number {
  let end = start;
  while (kindAt(text, end) === kind) end += 1;
  return end;
}

function kindAt(text: string, index: number): Kind {
  if (index >= text.length) return 'end';
  const code = text.charCodeAt(index);
  if (code >= 48 && code <= 57) return 'digit';
  if (code === TILDE) return 'tilde';
  if (code === CARET) return 'caret';
  const lower = code | 32;
  return code < 128 && lower >= 97 && lower <= 122 ? 'letter' : 'separator';
}
