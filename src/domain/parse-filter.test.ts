/** The filter grammar: what each shape means, where errors point, caps, and print-then-read. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError, isAssayError } from './error.ts';
import type {
  Filter,
  FilterExpression,
  FilterField,
  FilterJunction,
  FilterOperator,
  FilterValue,
} from './filter.ts';
import {
  MAX_FILTER_DEPTH,
  MAX_FILTER_LENGTH,
  MAX_FILTER_TERMS,
  parseFilter,
} from './parse-filter.ts';

/** A filter as one line with every grouping shown. */
function show(filter: Filter): string {
  if (filter.kind === 'all') return 'all';
  if (filter.kind === 'not') return `(NOT ${show(filter.operand)})`;
  if (filter.kind === 'call')
    return `${filter.function}(${field(filter.field)}, ${value(filter.value)})`;
  if (filter.kind === 'compare') {
    return `${field(filter.field)}${filter.operator}${value(filter.value)}`;
  }
  return `(${filter.operands.map(show).join(filter.kind === 'and' ? ' AND ' : ' OR ')})`;
}

function field(node: FilterField): string {
  return node.path.join('.');
}

function value(node: FilterValue): string {
  return node.quoted ? JSON.stringify(node.text) : node.text;
}

describe('parseFilter', () => {
  it.each([
    ['empty', '', 'all'],
    ['blank', ' \t\n', 'all'],
    ['a comparison', 'kind="PACKAGE"', 'kind="PACKAGE"'],
    ['blanks around the operator', 'kind = "PACKAGE"', 'kind="PACKAGE"'],
    ['single quotes', "kind='PACKAGE'", 'kind="PACKAGE"'],
    ['a bare word', 'kind=PACKAGE', 'kind=PACKAGE'],
    ['a number', 'score>=7.5', 'score>=7.5'],
    ['a negative number', 'score<-1', 'score<-1'],
    ['a bare time', 'createTime>2019-04-10T10:00:00Z', 'createTime>2019-04-10T10:00:00Z'],
    ['a quoted time prefix', 'createTime>"2019-04-10T"', 'createTime>"2019-04-10T"'],
    ['a bare URL', 'resourceUrl=https://r/a@sha256:0', 'resourceUrl=https://r/a@sha256:0'],
    ['not equal', 'a!=b', 'a!=b'],
    ['less or equal', 'a<=b', 'a<=b'],
    ['has', 'a:b', 'a:b'],
    ['has anything', 'a:*', 'a:*'],
    [
      'a dotted field',
      'vulnerability.packageIssue.affectedPackage="x"',
      'vulnerability.packageIssue.affectedPackage="x"',
    ],
    ['escapes', String.raw`a="\"\\\n\t'"`, `a=${JSON.stringify(`"\\\n\t'`)}`],
    ['an escaped single quote', String.raw`a='it\'s'`, `a="it's"`],
    ['keywords inside quotes', 'a="x AND y"', 'a="x AND y"'],
    ['AND', 'a=1 AND b=2 AND c=3', '(a=1 AND b=2 AND c=3)'],
    ['side by side', 'a=1 b=2 (c=3)', '(a=1 AND b=2 AND c=3)'],
    ['OR binds tighter on the right', 'a=1 AND b=2 OR c=3', '(a=1 AND (b=2 OR c=3))'],
    ['OR binds tighter on the left', 'a=1 OR b=2 AND c=3', '((a=1 OR b=2) AND c=3)'],
    ['OR between side by side', 'a=1 OR b=2 c=3 OR d=4', '((a=1 OR b=2) AND (c=3 OR d=4))'],
    ['NOT', 'NOT a=1 AND b=2', '((NOT a=1) AND b=2)'],
    ['NOT inside OR', 'NOT a=1 OR b=2', '((NOT a=1) OR b=2)'],
    ['minus', '-a=1', '(NOT a=1)'],
    ['minus a group', 'a=1 -(b=2 OR c=3)', '(a=1 AND (NOT (b=2 OR c=3)))'],
    ['NOT without a blank', 'NOT(a=1)', '(NOT a=1)'],
    ['AND without blanks', '(a=1)AND(b=2)', '(a=1 AND b=2)'],
    ['a group keeps its own', '(a=1 AND b=2) OR c=3', '((a=1 AND b=2) OR c=3)'],
    ['redundant parentheses', '(((kind = "V"))) AND ((r = "x"))', '(kind="V" AND r="x")'],
    ['has_prefix', 'has_prefix(resource_url, "gcr.io/p")', 'has_prefix(resource_url, "gcr.io/p")'],
    ['has_suffix with blanks', "has_suffix( a.b ,'x' )", 'has_suffix(a.b, "x")'],
    ['a negated function', '-has_prefix(a,"b")', '(NOT has_prefix(a, "b"))'],
    ['lower-case words are fields', 'and=1 or=2 not=3', '(and=1 AND or=2 AND not=3)'],
    [
      'a field that begins like a keyword',
      'ORDER=1 ANDY=2 NOTE=3',
      '(ORDER=1 AND ANDY=2 AND NOTE=3)',
    ],
    ['a hyphen in a field', 'a-b=1', 'a-b=1'],
    [
      'what gcloud sends for images',
      '((has_prefix(resourceUrl, "https://H/P")) AND (kind = "BUILD" OR kind = "IMAGE")) AND ((resourceUrl = "u") OR (resourceUrl = "w"))',
      '((has_prefix(resourceUrl, "https://H/P") AND (kind="BUILD" OR kind="IMAGE")) AND (resourceUrl="u" OR resourceUrl="w"))',
    ],
    [
      'what the seeds send',
      'kind="PACKAGE" AND has_prefix(resource_url, "gcr.io/P/img")',
      '(kind="PACKAGE" AND has_prefix(resource_url, "gcr.io/P/img"))',
    ],
  ])('reads %s', (_fact, text, shown) => {
    expect(show(parseFilter(text))).toBe(shown);
  });

  it.each([
    ['an operator missing', 'kind "x"', 6, 'found "\\"", wanted one of != <='],
    ['a value missing', 'kind=', 6, 'found the end, wanted a value'],
    ['a double equals sign', 'kind=="x"', 6, 'found "=", wanted a value'],
    ['a keyword for a value', 'kind=AND', 6, 'found "AND", wanted a value'],
    ['a dangling AND', 'a=1 AND', 8, 'found the end, wanted a comparison'],
    ['a dangling OR', 'a=1 OR ', 8, 'found the end, wanted a comparison'],
    ['a leading AND', 'AND a=1', 1, 'found "AND", wanted a comparison'],
    ['two ANDs', 'a=1 AND AND b=2', 9, 'found "AND"'],
    ['two NOTs', 'NOT NOT a=1', 5, 'found "NOT"'],
    ['an open parenthesis', '(a=1', 5, 'wanted ")" for the "(" at position 1'],
    ['a closing parenthesis too many', 'a=1)', 4, 'found ")", wanted AND, OR'],
    ['empty parentheses', '()', 2, 'found ")", wanted a comparison'],
    [
      'an unknown function',
      'a=1 AND lower(b, "x")',
      9,
      'found the function lower, wanted one of has_prefix',
    ],
    ['a function of a prototype', 'toString(a,"b")', 1, 'found the function toString'],
    ['a function without a text', 'has_prefix(a)', 13, 'wanted "," and a text'],
    ['a function of three', 'has_prefix(a,"b","c")', 17, 'wanted ")"'],
    ['a function of nothing', 'has_prefix()', 12, 'wanted a field'],
    ['an open text', 'a="x', 3, 'lacks its closing "'],
    ['an open text after an escape', 'a="x\\"', 3, 'lacks its closing "'],
    ['an unknown escape', 'a="x\\q"', 5, 'found the escape \\q'],
    ['an escape at the end', 'a="\\', 4, 'found the escape'],
    ['a dot at the end', 'a.=1', 3, 'wanted a field name after the dot'],
    ['a blank after the dot', 'a. b=1', 4, 'wanted a field name'],
    ['a word only', 'PACKAGE', 8, 'found the end, wanted one of'],
    ['another sign', '& a=1', 1, 'found "&"'],
    ['a comma', 'a=1, b=2', 4, 'found ","'],
    ['a number first', '1=a', 1, 'found "1"'],
    ['a text first', '"a"=1', 1, 'wanted a comparison'],
    ['a letter beyond ASCII', 'ä=1', 1, 'found "ä"'],
    ['something beyond the plane', '😀=1', 1, 'found "😀"'],
  ])('refuses %s', (_fact, text, position, part) => {
    const error = errorOf(text);
    expect(error.code).toBe('invalid-filter');
    expect(error.message).toContain(`at position ${position}: `);
    expect(error.message).toContain(part);
    expect(error.details).toEqual({ position });
  });

  it('says where each node stands', () => {
    const text = ' kind = "X"  AND  -has_prefix( a.b , c ) ';
    const filter = parseFilter(text) as FilterJunction;
    const cut = (at: { offset: number; length: number }): string =>
      text.slice(at.offset, at.offset + at.length);
    const [comparison, negation] = filter.operands;
    expect(cut(filter.at)).toBe(text.trim());
    expect(cut(comparison?.at ?? filter.at)).toBe('kind = "X"');
    expect(cut(negation?.at ?? filter.at)).toBe('-has_prefix( a.b , c )');
    expect(negation).toMatchObject({ operand: { field: { at: { offset: 31, length: 3 } } } });
    expect(comparison).toMatchObject({ value: { at: { offset: 8, length: 3 } } });
  });

  it.each([
    ['length', 'a'.repeat(MAX_FILTER_LENGTH + 1), 'at most 16384'],
    [
      'depth',
      `${'('.repeat(MAX_FILTER_DEPTH + 1)}a=1${')'.repeat(MAX_FILTER_DEPTH + 1)}`,
      'nested',
    ],
    ['depth, unclosed', '('.repeat(MAX_FILTER_LENGTH), 'nested'],
    ['depth, negated', '-('.repeat(8000), 'nested'],
    ['terms', 'a=1 '.repeat(MAX_FILTER_TERMS + 1), 'more than 500 terms'],
  ])('caps %s', (_attack, text, part) => {
    expect(errorOf(text).message).toContain(part);
  });

  it('takes filters at the caps', () => {
    const nested = `${'('.repeat(MAX_FILTER_DEPTH)}a=1${')'.repeat(MAX_FILTER_DEPTH)}`;
    expect(show(parseFilter(nested))).toBe('a=1');
    const many = parseFilter('a=1 '.repeat(MAX_FILTER_TERMS));
    expect(many).toMatchObject({ kind: 'and', operands: { length: MAX_FILTER_TERMS } });
    expect(parseFilter(' '.repeat(MAX_FILTER_LENGTH))).toEqual({ kind: 'all' });
  });
});

describe('laws', () => {
  const at = { offset: 0, length: 0 };
  const word = fc.constantFrom('a', 'kind', 'resource_url', 'x-1', 'AND_', 'not');
  const path: fc.Arbitrary<FilterField> = fc
    .array(word, { minLength: 1, maxLength: 3 })
    .map((parts) => ({ path: parts, at }));
  const text: fc.Arbitrary<FilterValue> = fc.oneof(
    fc.string().map((one) => ({ text: one, quoted: true, at })),
    fc
      .constantFrom('1', 'x', '2026-01-01T00:00:00Z', '-1', '*')
      .map((one) => ({ text: one, quoted: false, at })),
  );
  const operator = fc.constantFrom<FilterOperator[]>('=', '!=', '<', '<=', '>', '>=', ':');
  const leaf: fc.Arbitrary<FilterExpression> = fc.oneof(
    fc.record({
      kind: fc.constant('compare' as const),
      field: path,
      operator,
      value: text,
      at: fc.constant(at),
    }),
    fc.record({
      kind: fc.constant('call' as const),
      function: fc.constantFrom('has_prefix' as const, 'has_suffix' as const),
      field: path,
      value: text,
      at: fc.constant(at),
    }),
  );
  const { tree } = fc.letrec<{ tree: FilterExpression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('tree').map((operand) => ({ kind: 'not' as const, operand, at })),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
        at: fc.constant(at),
      }),
    ),
  }));

  it('a printed filter reads as itself', () => {
    fc.assert(
      fc.property(tree, (filter) => {
        expect(show(parseFilter(print(filter)))).toBe(show(filter));
      }),
    );
  });

  it('throws nothing but invalid-filter inside the text, whatever it is given', () => {
    const piece = fc.constantFrom(
      'a',
      '=',
      '"',
      "'",
      '(',
      ')',
      ' AND ',
      ' OR ',
      'NOT ',
      '-',
      '.',
      ',',
      '\\',
      'has_prefix',
      ':',
      '<',
    );
    const noise = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(noise, (one) => {
        try {
          parseFilter(one);
          return true;
        } catch (error) {
          const position = isAssayError(error, 'invalid-filter') ? error.details['position'] : 0;
          return typeof position === 'number' && position >= 1 && position <= one.length + 1;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

/** Prints with as many parentheses as the grammar takes, quoting every quoted text. */
function print(filter: FilterExpression): string {
  if (filter.kind === 'not') return `NOT (${print(filter.operand)})`;
  if (filter.kind === 'call')
    return `${filter.function}(${field(filter.field)}, ${literal(filter.value)})`;
  if (filter.kind === 'compare') {
    return `${field(filter.field)} ${filter.operator} ${literal(filter.value)}`;
  }
  return filter.operands
    .map((operand) => `(${print(operand)})`)
    .join(filter.kind === 'and' ? ' AND ' : ' OR ');
}

function literal(node: FilterValue): string {
  return node.quoted ? `"${node.text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : node.text;
}

function errorOf(text: string): AssayError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
  throw new Error(`parsed: ${text.slice(0, 80)}`);
}
