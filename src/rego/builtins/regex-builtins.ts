/**
 * Regular expressions in RE2's syntax and in time linear in the text (`re2js`), so that no policy
 * and no input can make one run away. Results are Go's, empty matches and `$1` templates included.
 */
import { RE2JS } from 're2js';
import { BuiltinFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext } from '../model/builtin.ts';
import type { Value } from '../model/value.ts';
import { doGlobsMeet } from './globs-match.ts';
import { smallIntegerOperand } from './operands.ts';

/** A longer pattern is refused: compiling takes memory by its length and its repetitions. */
const MAX_PATTERN = 16_384;
const MAX_COMPILED = 256;
/** What compiling takes: repetitions make many instructions of few characters. */
const [STEPS_OF_CHARACTER, STEPS_OF_INSTRUCTION, BYTES_OF_INSTRUCTION] = [20, 16, 32];

/** The builtins of `regex.`, and `re_match` of v0. */
export const regexBuiltins: readonly Builtin[] = [
  match('regex.match'),
  match('re_match'),
  {
    name: 'regex.is_valid',
    args: ['any'],
    result: 'boolean',
    call: ([pattern], context) => typeof pattern === 'string' && isValidPattern(pattern, context),
  },
  { name: 'regex.find_n', args: ['string', 'string', 'number'], result: 'array', call: findN },
  {
    name: 'regex.find_all_string_submatch_n',
    args: ['string', 'string', 'number'],
    result: 'array',
    call: findSubmatches,
  },
  { name: 'regex.split', args: ['string', 'string'], result: 'array', call: split },
  { name: 'regex.replace', args: ['string', 'string', 'string'], result: 'string', call: replace },
  {
    name: 'regex.template_match',
    args: ['string', 'string', 'string', 'string'],
    result: 'boolean',
    call: templateMatch,
  },
  {
    name: 'regex.globs_match',
    args: ['string', 'string'],
    result: 'boolean',
    call: ([a, b], context) => doGlobsMeet(a as string, b as string, context),
  },
];

/** One match: the texts of its groups (empty where a group took no part), and its ends. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly string[];
}

function match(name: string): Builtin {
  return {
    name,
    args: ['string', 'string'],
    result: 'boolean',
    call: ([pattern, text], context) => isMatch(pattern as string, text as string, context),
  };
}

/** Steps of one match: an automaton takes as long for a character as some steps of a rule do. */
function matchSteps(pattern: RE2JS, text: string): number {
  return 1 + text.length * (4 + pattern.programSize() / 4);
}

/** Tells whether a pattern matches anywhere in a text; throws a `BuiltinFailure` for a bad one. */
export function isMatch(pattern: string, text: string, context: BuiltinContext): boolean {
  const compiled = compilePattern(pattern, context);
  context.charge(matchSteps(compiled, text));
  return compiled.matcher(text).find();
}

function isValidPattern(pattern: string, context: BuiltinContext): boolean {
  try {
    return compilePattern(pattern, context) !== undefined;
  } catch (error) {
    if (error instanceof BuiltinFailure) return false;
    throw error;
  }
}

/** A compiled pattern, kept for the query; throws a `BuiltinFailure`. */
export function compilePattern(pattern: string, context: BuiltinContext): RE2JS {
  const key = `regex ${pattern}`;
  const known = context.memory.get(key);
  if (known instanceof RE2JS) return known;
  if (pattern.length > MAX_PATTERN) {
    throw new BuiltinFailure(
      `pattern has ${pattern.length} characters, at most ${MAX_PATTERN} are read`,
    );
  }
  context.charge(300 + pattern.length * STEPS_OF_CHARACTER);
  const compiled = tryToCompile(pattern);
  context.charge(compiled.programSize() * STEPS_OF_INSTRUCTION);
  context.allocate(compiled.programSize() * BYTES_OF_INSTRUCTION);
  if (context.memory.size < MAX_COMPILED) context.memory.set(key, compiled);
  return compiled;
}

function tryToCompile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new BuiltinFailure((error as Error).message);
  }
}

/** A pattern that may look far beyond its match before it knows where that ends. */
const UNBOUNDED = /[*+]|\{\d+,\}/;
/** One character or class, repeated: it ends where it no longer matches. */
const ONE_LOOP = /^(?:\\[dDwWsS]|\[[^\]\\]+\]|[\w ,;])[*+]$/;
/** A search looks at so many characters for a step, where it goes to the end of a text. */
const LOOKAHEAD_PER_STEP = 2;
/** What a group of a match takes of memory. */
const BYTES_OF_GROUP = 48;

/** Go's rule: a match of nothing right behind another match does not count. */
function matches(
  [pattern, text]: readonly Value[],
  limit: number,
  context: BuiltinContext,
): Match[] {
  const [source, input] = [pattern as string, text as string];
  const compiled = compilePattern(source, context);
  const matcher = compiled.matcher(input);
  context.charge(matchSteps(compiled, input));
  const isFar = UNBOUNDED.test(source) && !ONE_LOOP.test(source);
  const perUnit = isFar ? 1 / LOOKAHEAD_PER_STEP : 0;
  const bytes = (matcher.groupCount() + 1) * BYTES_OF_GROUP;
  const found: Match[] = [];
  let [position, lastEnd] = [0, -1];
  while (found.length < limit && position <= input.length && matcher.find(position)) {
    const [start, end] = [matcher.start(), matcher.end()];
    context.charge(1 + (input.length - start) * perUnit);
    context.allocate(bytes);
    if (end > position || start !== lastEnd) found.push({ start, end, groups: groupsOf(matcher) });
    position = end > position ? end : position + widthAt(input, position);
    lastEnd = end;
  }
  return found;
}

function widthAt(text: string, index: number): number {
  return (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
}

function groupsOf(matcher: ReturnType<RE2JS['matcher']>): string[] {
  return Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? '');
}

/** A negative number of matches means all of them. */
function limitOf(count: Value | undefined): number {
  const limit = smallIntegerOperand(count as Value, 3);
  return limit < 0 ? Infinity : limit;
}

function findN(args: readonly Value[], context: BuiltinContext): Value {
  return matches(args, limitOf(args[2]), context).map(({ groups }) => groups[0] as string);
}

function findSubmatches(args: readonly Value[], context: BuiltinContext): Value {
  return matches(args, limitOf(args[2]), context).map(({ groups }) => groups);
}

function split(args: readonly Value[], context: BuiltinContext): Value {
  const [pattern, text] = args as readonly [string, string];
  compilePattern(pattern, context);
  if (text === '' && pattern !== '') return [''];
  const parts: string[] = [];
  let [begin, end] = [0, 0];
  for (const found of matches(args, Infinity, context)) {
    end = found.start;
    if (found.end !== 0) parts.push(text.slice(begin, end));
    begin = found.end;
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
}

function replace(args: readonly Value[], context: BuiltinContext): Value {
  const [text, pattern, template] = args as readonly [string, string, string];
  const names = compilePattern(pattern, context).namedGroups();
  context.charge(template.length);
  const parts = templateParts(template, names);
  const pieces: string[] = [];
  let last = 0;
  for (const { start, end, groups } of matches([pattern, text], Infinity, context)) {
    const fresh = parts.map((part) => (typeof part === 'string' ? part : (groups[part] ?? '')));
    const size = fresh.reduce((sum, part) => sum + part.length, start - last);
    context.charge(parts.length);
    context.allocate(size * 2);
    pieces.push(text.slice(last, start), ...fresh);
    last = end;
  }
  return pieces.join('') + text.slice(last);
}

const REFERENCE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

/**
 * A template as Go's Expand reads it, texts and numbers of groups: `$1`, `$name`, `${name}` and
 * `$$`; an unknown name is no group.
 */
function templateParts(
  template: string,
  names: Readonly<Record<string, number>>,
): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  let last = 0;
  for (const { 0: whole, 1: plain, 2: braced, index } of template.matchAll(REFERENCE)) {
    parts.push(template.slice(last, index), groupOf(plain ?? braced, names));
    last = index + whole.length;
  }
  return [...parts, template.slice(last)];
}

function groupOf(
  name: string | undefined,
  names: Readonly<Record<string, number>>,
): string | number {
  if (name === undefined) return '$';
  if (/^(?:0|[1-9]\d{0,8})$/.test(name)) return Number(name);
  return Object.hasOwn(names, name) ? (names[name] as number) : '';
}

function templateMatch(args: readonly Value[], context: BuiltinContext): Value {
  const [template, text, open, close] = args as readonly [string, string, string, string];
  context.charge(template.length);
  checkDelimiter('start', open);
  checkDelimiter('end', close);
  return isMatch(templatePattern(template, open, close), text, context);
}

function checkDelimiter(which: string, delimiter: string): void {
  const { length } = new TextEncoder().encode(delimiter);
  if (length === 1) return;
  const problem = `has to be exactly one character long but is ${length} long`;
  throw new BuiltinFailure(`${which} delimiter ${problem}`);
}

/** What stands between delimiters is a pattern, everything else is itself. */
function templatePattern(template: string, open: string, close: string): string {
  const pieces: string[] = [];
  let [depth, start] = [0, 0];
  for (let index = 0; index < template.length; index += 1) {
    const unit = template[index];
    if (unit === open && depth++ === 0) {
      pieces.push(RE2JS.quote(template.slice(start, index)));
      start = index + 1;
    } else if (unit === close && --depth === 0) {
      pieces.push(`(${template.slice(start, index)})`);
      start = index + 1;
    }
    if (depth < 0) break;
  }
  if (depth !== 0) throw new BuiltinFailure(`unbalanced braces in ${JSON.stringify(template)}`);
  return `^${pieces.join('')}${RE2JS.quote(template.slice(start))}$`;
}
