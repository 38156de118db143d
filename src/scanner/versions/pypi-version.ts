/**
 * The order of Python packages (PEP 440, now the specification "Version specifiers"): epoch,
 * release, pre-, post- and development release and local label, in every spelling that
 * normalisation allows. Texts from before PEP 440 still stand in records; they sort before all
 * others, among themselves as setuptools once did.
 */
import { compareDigits, comparerOf, compareReleases, compareTexts } from './version-order.ts';

interface PypiVersion {
  /** The parts of a version from before PEP 440; empty for all others. */
  readonly legacy: readonly string[];
  readonly epoch: string;
  readonly release: readonly string[];
  /** Rank of the pre-release: {@link DEV_ONLY}, those of {@link PRE_RANKS}, or {@link FINAL}. */
  readonly phase: number;
  readonly preNumber: string;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[];
}

const FORM = new RegExp(
  [
    /^v?(?:(?<epoch>\d+)!)?(?<release>\d+(?:\.\d+)*)/,
    /(?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<preNumber>\d*))?/,
    /(?:-(?<dash>\d+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>\d*))?/,
    /(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>\d*))?/,
    /(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/,
  ]
    .map(({ source }) => source)
    .join(''),
);
const RELEASE = /^\d+(?:\.\d+)*$/;
const LEGACY = /^[a-z0-9.!+_-]+$/;
const LEGACY_PART = /\d+|[a-z]+|[.-]/g;

const DEV_ONLY = -1;
const FINAL = 3;
const PRE_RANKS: ReadonlyMap<string, number> = new Map([
  ['a', 0],
  ['alpha', 0],
  ['b', 1],
  ['beta', 1],
  ['c', 2],
  ['rc', 2],
  ['pre', 2],
  ['preview', 2],
]);
const NONE: readonly string[] = [];

/** Negative, zero or positive as the first version is older, equal or newer. */
export const comparePypiVersions = comparerOf({
  name: 'Python version',
  form: '[EPOCH!]RELEASE[{a|b|rc}N][.postN][.devN][+LOCAL]',
  read: readPypiVersion,
  compare: comparePypi,
});

function readPypiVersion(text: string): PypiVersion | undefined {
  if (RELEASE.test(text)) return plain(text.split('.'));
  const groups = FORM.exec(text)?.groups;
  return groups === undefined ? readUnusual(text.trim().toLowerCase()) : readParts(groups);
}

function readUnusual(text: string): PypiVersion | undefined {
  const groups = FORM.exec(text)?.groups;
  if (groups !== undefined) return readParts(groups);
  return LEGACY.test(text) ? readLegacy(text) : undefined;
}

type Groups = Readonly<Record<string, string | undefined>>;

function readParts(groups: Groups): PypiVersion {
  const { epoch = '', release = '', pre = '', preNumber = '', local } = groups;
  const { post, dev } = readTail(groups);
  const finalPhase = dev !== undefined && post === undefined ? DEV_ONLY : FINAL;
  return {
    legacy: NONE,
    epoch,
    release: release.split('.'),
    phase: PRE_RANKS.get(pre) ?? finalPhase,
    preNumber,
    post,
    dev,
    local: local?.split(/[-_.]/) ?? NONE,
  };
}

/** The numbers of the post- and the development release; empty where only the word is there. */
function readTail(groups: Groups): Pick<PypiVersion, 'post' | 'dev'> {
  const { dash, post, postNumber = '', dev, devNumber = '' } = groups;
  return {
    post: dash ?? (post === undefined ? undefined : postNumber),
    dev: dev === undefined ? undefined : devNumber,
  };
}

function plain(release: readonly string[]): PypiVersion {
  return {
    legacy: NONE,
    epoch: '',
    release,
    phase: FINAL,
    preNumber: '',
    post: undefined,
    dev: undefined,
    local: NONE,
  };
}

function comparePypi(a: PypiVersion, b: PypiVersion): number {
  if (a.legacy.length > 0 || b.legacy.length > 0) return compareLegacy(a.legacy, b.legacy);
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    a.phase - b.phase ||
    compareDigits(a.preNumber, b.preNumber) ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1) ||
    compareLocal(a.local, b.local)
  );
}

/** Numbers that may be missing; `missing` is the order of a missing one against any other. */
function compareOptional(a: string | undefined, b: string | undefined, missing: number): number {
  if (a !== undefined && b !== undefined) return compareDigits(a, b);
  if (a === b) return 0;
  return a === undefined ? missing : -missing;
}

/** A number follows a word, and a longer label the shorter one that it begins with. */
function compareLocal(a: readonly string[], b: readonly string[]): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareLabel(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareLabel(a: string, b: string): number {
  const numberA = RELEASE.test(a);
  if (numberA !== RELEASE.test(b)) return numberA ? 1 : -1;
  return numberA ? compareDigits(a, b) : compareTexts(a, b);
}

/** Legacy versions precede all others. */
function compareLegacy(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareTexts(a[index] ?? '', b[index] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

const LEGACY_WORDS: ReadonlyMap<string, string> = new Map([
  ['pre', 'c'],
  ['preview', 'c'],
  ['rc', 'c'],
  ['-', 'final-'],
  ['dev', '@'],
]);

/** The parts that setuptools made of a version: numbers of eight digits, words with `*`. */
function readLegacy(text: string): PypiVersion {
  const parts: string[] = [];
  for (const part of [...(text.match(LEGACY_PART) ?? []), 'final']) {
    if (part === '.') continue;
    addLegacyPart(parts, LEGACY_WORDS.get(part) ?? part);
  }
  return { ...plain(NONE), legacy: parts };
}

function addLegacyPart(parts: string[], word: string): void {
  if (RELEASE.test(word)) {
    parts.push(word.padStart(8, '0'));
    return;
  }
  const part = `*${word}`;
  if (part < '*final') while (parts.at(-1) === '*final-') parts.pop();
  while (parts.at(-1) === '00000000') parts.pop();
  parts.push(part);
}
