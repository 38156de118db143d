/**
 * The order of RubyGems (Gem::Version): numbers and words in order, where a word precedes a number,
 * so that 1.0.a precedes 1.0; a hyphen stands for `.pre.`, and missing segments are zero. A gem
 * built for a platform has it behind its version in lock files and file names
 * (`1.2.3-x86_64-linux`): that is no part of the version.
 */
import { compareDigits, comparerOf, compareTexts } from './version-order.ts';

const FORM = /^\d[0-9a-zA-Z]*(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const SEGMENT = /\d+|[a-zA-Z]+/g;
/** What a platform begins with: a processor, or a runtime that needs none. */
const PROCESSOR =
  /^(?:x86|x86_64|x64|i[3-6]86|arm|armv\w+|arm64|aarch64|powerpc\w*|ppc\w*|s390x|riscv\w*)$/;
const RUNTIME = /^(?:universal|java|jruby|ruby|dalvik\w*|dotnet\w*|mswin\w*|mingw\w*)$/;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareGemVersions = comparerOf({
  name: 'RubyGems version',
  form: 'NUMBER{.SEGMENT}[-PRE-RELEASE][-PLATFORM]',
  read: readGemVersion,
  compare: compareSegments,
});

function readGemVersion(text: string): readonly string[] | undefined {
  const version = withoutPlatform(text);
  if (!FORM.test(version)) return undefined;
  return canonical(version.replaceAll('-', '.pre.').match(SEGMENT) ?? []);
}

/** Zeros right before the first word do not count: 1.0.a is 1.a. */
function canonical(segments: readonly string[]): readonly string[] {
  const word = segments.findIndex(isWord);
  if (word === -1) return segments;
  let end = word;
  while (end > 0 && compareDigits(segments[end - 1] ?? '', '') === 0) end -= 1;
  return [...segments.slice(0, end), ...segments.slice(word)];
}

function withoutPlatform(text: string): string {
  if (!text.includes('-')) return text;
  const parts = text.split('-');
  const platform = parts.findIndex((part, index) => index > 0 && isPlatform(part));
  return platform === -1 ? text : parts.slice(0, platform).join('-');
}

function isPlatform(part: string): boolean {
  return PROCESSOR.test(part) || RUNTIME.test(part);
}

function compareSegments(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const order = compareSegment(a[index] ?? '0', b[index] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegment(a: string, b: string): number {
  if (a === b) return 0;
  const wordA = isWord(a);
  if (wordA !== isWord(b)) return wordA ? -1 : 1;
  return wordA ? compareTexts(a, b) : compareDigits(a, b);
}

function isWord(segment: string): boolean {
  return segment.charCodeAt(0) > 57;
}
