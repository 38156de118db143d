/**
 * Globs with delimiters: `*` stays between them, `**` crosses them. A glob becomes a regular
 * expression of RE2, so that it too takes linear time.
 */
import { operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext } from '../model/builtin.ts';
import type { Value } from '../model/value.ts';
import { globPattern } from './glob-pattern.ts';
import { remembered, stringMembers } from './operands.ts';
import { isMatch } from './regex-builtins.ts';

/** `glob.match` and `glob.quote_meta`. */
export const globBuiltins: readonly Builtin[] = [
  {
    name: 'glob.match',
    args: ['string', ['array', 'null'], 'string'],
    result: 'boolean',
    call: globMatch,
  },
  {
    name: 'glob.quote_meta',
    args: ['string'],
    result: 'string',
    call: ([text]) => (text as string).replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`),
  },
];

/** No delimiters at all for null, the point for an empty list. */
function globMatch([glob, delimiters, text]: readonly Value[], context: BuiltinContext): Value {
  const given = delimiters === null ? [] : stringMembers(delimiters as Value, 2);
  if (given.some((delimiter) => Array.from(delimiter).length !== 1)) {
    throw operandFailure(2, 'must be array of runes but got array containing string');
  }
  const used = delimiters !== null && given.length === 0 ? ['.'] : given;
  const source = glob as string;
  context.charge(source.length);
  const key = `glob ${JSON.stringify(used)} ${source}`;
  const pattern = remembered(context, key, () => globPattern(source, used));
  return isMatch(pattern, text as string, context);
}
