/**
 * Name patterns of Binary Authorization's whitelist (`AdmissionWhitelistPattern` in its API): they
 * let images past every rule, so they match whole parts of a normalised name, and one that could
 * never match, or matches more than it seems to, is refused when the policy is written.
 */
import { AssayError } from './error.ts';
import {
  type ImageReference,
  formatImageReference,
  parseImageReference,
} from './image-reference.ts';

interface NamePattern {
  /** The text before the wildcard: `registry/` and what follows. */
  readonly prefix: string;
  readonly wildcard: '' | '*' | '**';
}

const MAX_LENGTH = 1024;

/**
 * Refuses with `invalid-policy` a pattern that is not `registry/path/to/image` with at most one
 * `*` or `**` at its end and after `registry/`, and one that matches no reference at all because
 * references are matched with Docker's defaults filled in (`nginx*` for
 * `docker.io/library/nginx*`).
 */
export function checkNamePattern(text: string): void {
  const problem = shapeProblem(text) ?? uselessProblem(text);
  if (problem === undefined) return;
  const shown = JSON.stringify(text.slice(0, 300));
  throw new AssayError('invalid-policy', `name pattern ${shown} ${problem}`);
}

/**
 * Tells whether a reference matches. It is matched as its normalised text `name[:tag]`; one with a
 * digest as `name@digest`, because then the tag has no say in what runs. `*` takes any text but
 * `/`, `**` any text, both also none; without a wildcard the texts are equal, tag and digest
 * included. An ill-formed pattern matches nothing.
 */
export function matchesNamePattern(pattern: string, reference: ImageReference): boolean {
  return matchesTexts({ pattern, split: splitPattern(pattern) }, textsOf(reference));
}

/** The first of a list of patterns that a reference matches, or undefined. */
export function findNamePattern(
  patterns: readonly string[],
  reference: ImageReference,
): string | undefined {
  const texts = textsOf(reference);
  return compiled(patterns).find((one) => matchesTexts(one, texts))?.pattern;
}

interface CompiledPattern {
  readonly pattern: string;
  readonly split: NamePattern | undefined;
}

/** Lists of patterns belong to policies, which stay while thousands of images are matched. */
const COMPILED = new WeakMap<readonly string[], readonly CompiledPattern[]>();

function compiled(patterns: readonly string[]): readonly CompiledPattern[] {
  const known = COMPILED.get(patterns);
  if (known !== undefined) return known;
  const made = patterns.map((pattern) => ({ pattern, split: splitPattern(pattern) }));
  COMPILED.set(patterns, made);
  return made;
}

interface MatchedTexts {
  readonly whole: string;
  readonly matched: string;
}

function textsOf(reference: ImageReference): MatchedTexts {
  const whole = formatImageReference(reference);
  const { name, digest } = reference;
  return { whole, matched: digest === undefined ? whole : `${name}@${digest}` };
}

function matchesTexts({ pattern, split }: CompiledPattern, texts: MatchedTexts): boolean {
  return (split !== undefined && fits(split, texts.matched)) || pattern === texts.whole;
}

/** The rule itself, over a text that is taken as it is. */
export function matchesNameText(pattern: string, text: string): boolean {
  const split = splitPattern(pattern);
  return split !== undefined && fits(split, text);
}

function fits(split: NamePattern, text: string): boolean {
  if (split.wildcard === '') return text === split.prefix;
  if (!text.startsWith(split.prefix)) return false;
  return split.wildcard === '**' || !text.includes('/', split.prefix.length);
}

/** Takes a pattern apart; undefined: a wildcard stands where none may. */
function splitPattern(pattern: string): NamePattern | undefined {
  const star = pattern.indexOf('*');
  if (star < 0) return { prefix: pattern, wildcard: '' };
  const prefix = pattern.slice(0, star);
  const wildcard = pattern.slice(star);
  if (wildcard !== '*' && wildcard !== '**') return undefined;
  return prefix.indexOf('/') > 0 ? { prefix, wildcard } : undefined;
}

function shapeProblem(text: string): string | undefined {
  if (text === '') return 'is empty; write it like registry.example/team/*';
  if (text.length > MAX_LENGTH)
    return `has ${text.length} characters; at most ${MAX_LENGTH} are read`;
  const star = text.indexOf('*');
  if (star < 0 || splitPattern(text) !== undefined) return undefined;
  if (!/^\*{1,2}$/.test(text.slice(star))) {
    return 'has a wildcard inside; only one * or ** is allowed, at the end';
  }
  return (
    `has a wildcard in the registry; * and ** are allowed only after ` + `registry/${hubHint(text)}`
  );
}

function uselessProblem(text: string): string | undefined {
  if (text.includes('://')) return 'has a scheme; leave it out';
  const star = text.indexOf('*');
  const prefix = star < 0 ? text : text.slice(0, star);
  const matched = completions(prefix, star >= 0).some((full) => readsAsMatch(text, full));
  if (matched) return undefined;
  return (
    `matches no image reference, because references are matched as ` +
    `registry/path${hubHint(text)}`
  );
}

/** Texts, one of which is a reference that the pattern takes, unless there is none. */
function completions(prefix: string, wildcard: boolean): string[] {
  if (!wildcard) return [prefix];
  const digits = prefix.slice(prefix.lastIndexOf(':') + 1).length;
  const digest = '0'.repeat(Math.max(0, 64 - digits));
  return ['', 'x', 'x/x', digest, `sha256:${'0'.repeat(64)}`].map((end) => `${prefix}${end}`);
}

function readsAsMatch(pattern: string, text: string): boolean {
  const reference = tryParse(text);
  return reference !== undefined && matchesNamePattern(pattern, reference);
}

/**
 * `; did you mean …?` with the pattern's text normalised, where that gives a pattern that works.
 */
function hubHint(text: string): string {
  const star = text.indexOf('*');
  const prefix = star < 0 ? text : text.slice(0, star);
  // A half-written host (`gcr.i*`) is no short name of Docker Hub.
  if (/^[^/:]*\.[^/:]*$|^$/.test(prefix)) return '';
  const reference = tryParse(star < 0 ? text : `${prefix}x`);
  if (reference === undefined) return '';
  const normalised = formatImageReference(reference);
  const meant = star < 0 ? normalised : `${normalised.slice(0, -1)}${text.slice(star)}`;
  return meant === text ? '' : `; did you mean ${meant}?`;
}

function tryParse(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}
