/**
 * Regular expressions in RE2's syntax and in time linear in the text (`re2js`), so that no policy
 * and no input can make one run away. Results are Go's, empty matches and `$1` templates included.
 */
import { RE2JS } from 're2js';
import { BuiltinFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext } from '../builtin.ts';
import type { Value } from '../value.ts';
import { doGlobsMeet } from './globs-match.ts';
import { smallIntegerOperand } from './operands.ts';

/** A longer pattern is refused: compiling takes memory by its length and its repetitions. */
const MAX_PATTERN = 16_384;
const MAX_COMPILED = 256;

/** The builtins of `regex.`, and `re_match` of v0. */
export const regexBuiltins: readonly Builtin[] = [
  match('regex.match'),
  match('re_match'),
  {
    name: 'regex.is_valid',
    args: ['any'],
    result: 'boolean',
    call: ([pattern]) => typeof pattern === 'string' && isValidPattern(pattern),
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
    call: ([a, b], context) => doGlobsMeet(a as string, b as string, context.charge),
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
function matchSteps(pattern: string, text: string): number {
  return 1 + text.length * (4 + pattern.length / 4);
}

/** Tells whether a pattern matches anywhere in a text; throws a `BuiltinFailure` for a bad one. */
export function isMatch(pattern: string, text: string, context: BuiltinContext): boolean {
  const compiled = compilePattern(pattern, context);
  context.charge(matchSteps(pattern, text));
  return compiled.matcher(text).find();
}

function isValidPattern(pattern: string): boolean {
  try {
    return pattern.length <= MAX_PATTERN && RE2JS.compile(pattern) !== undefined;
  } catch {
    return false;
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
  context.charge(300 + pattern.length * 8);
  const compiled = tryToCompile(pattern);
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

/** Go's rule: a match of nothing right behind another match does not count. */
function matches(
  [pattern, text]: readonly Value[],
  limit: number,
  context: BuiltinContext,
): Match[] {
  const [source, input] = [pattern as string, text as string];
  const matcher = compilePattern(source, context).matcher(input);
  context.charge(matchSteps(source, input));
  const found: Match[] = [];
  let [position, lastEnd] = [0, -1];
  while (found.length < limit && position <= input.length && matcher.find(position)) {
    const [start, end] = [matcher.start(), matcher.end()];
    context.charge(1);
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
  const pieces: string[] = [];
  let last = 0;
  for (const found of matches([pattern, text], Infinity, context)) {
    const fresh = expand(template, found.groups, names);
    context.allocate((found.start - last + fresh.length) * 2);
    pieces.push(text.slice(last, found.start), fresh);
    last = found.end;
  }
  return pieces.join('') + text.slice(last);
}

/** Go's Expand: `$1`, `$name`, `${name}` and `$$`; an unknown name is the empty text. */
function expand(
  template: string,
  groups: readonly string[],
  names: Record<string, number>,
): string {
  return template.replaceAll(
    /\$(?:\$|(\w+)|\{(\w+)\})/g,
    (_whole: string, plain?: string, braced?: string) => {
      const name = plain ?? braced;
      if (name === undefined) return '$';
      const index = /^\d+$/.test(name) ? Number(name) : names[name];
      return (index === undefined ? undefined : groups[index]) ?? '';
    },
  );
}

function templateMatch(args: readonly Value[], context: BuiltinContext): Value {
  const [template, text, open, close] = args as readonly [string, string, string, string];
  if (Array.from(open).length !== 1 || Array.from(close).length !== 1) {
    throw new BuiltinFailure('start and end delimiters must be exactly one character long');
  }
  return isMatch(templatePattern(template, open, close), text, context);
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
