/** Modules: packages and imports, several errors in one run, limits, OPA's cases, print and read. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { regoErrorsOf } from '../../../test/support/rego-errors.ts';
import { regoTree, withoutPlaces } from '../../../test/support/rego-trees.ts';
import { moduleText } from '../../../test/support/rego-text.ts';
import { testData } from '../../../test/support/test-data.ts';
import { parseModule, parseQuery, parseTerm } from './parse-module.ts';
import { formatRegoError } from '../model/rego-error.ts';
import { MAX_PARSE_ERRORS } from './rego-token.ts';
import { MAX_TERM_DEPTH } from './token-cursor.ts';
import type { Module } from './syntax.ts';

function read(text: string): Module {
  return parseModule({ file: 'f.rego', text, version: 'v1' });
}

/** Errors as `line:column message`. */
function errorsOf(text: string, version: 'v0' | 'v1' = 'v1'): readonly string[] {
  const errors = regoErrorsOf(() => parseModule({ file: 'f.rego', text, version }));
  return errors.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
}

describe('package and import', () => {
  it.each([
    ['a name', 'package a', ['a']],
    ['a path', 'package a.b["c d"].e', ['a', 'b', 'c d', 'e']],
    ['keywords', 'package if.package', ['if', 'package']],
    ['a keyword alone', 'package contains', ['contains']],
    ['the next line', 'package\n  a', ['a']],
  ])('reads a package: %s', (_fact, text, names) => {
    expect(read(`${text}\np := 1`).package).toEqual(names);
    expect(read(text).package).toEqual(names);
  });

  it.each([
    ['data', 'import data', { path: ['data'], alias: undefined }],
    ['a path', 'import data.a.b', { path: ['data', 'a', 'b'], alias: undefined }],
    ['an alias', 'import input.x as y', { path: ['input', 'x'], alias: 'y' }],
    ['a string', 'import data.a["b-c"] as d', { path: ['data', 'a', 'b-c'], alias: 'd' }],
    ['keywords', 'import data.if.in as x', { path: ['data', 'if', 'in'], alias: 'x' }],
    ['v1', 'import rego.v1', { path: ['rego', 'v1'], alias: undefined }],
    [
      'future',
      'import future.keywords.in',
      { path: ['future', 'keywords', 'in'], alias: undefined },
    ],
  ])('reads an import: %s', (_fact, text, wanted) => {
    const [first] = read(`package a\n${text}\nimport data.z`).imports;
    expect(first).toMatchObject(wanted);
    expect(first?.at).toMatchObject({ line: 2, column: 1 });
  });

  it.each([
    ['nothing', '', '1:1 empty module'],
    ['comments only', '# a', '1:4 empty module'],
    ['no package', 'p := 1', '1:1 package expected'],
    ['a second package', 'package a\npackage b', '2:1 unexpected package'],
    ['a package without a name', 'package', '1:8 unexpected eof token: expected path'],
    ['a package of a string', 'package "a"', '1:9 unexpected string token: expected path'],
    ['a package with a variable', 'package a[b]', '1:11 unexpected var token: expecting string'],
    ['a package of a call', 'package f(x)', '1:9 unexpected call token: expecting var'],
    ['an import without a name', 'package a\nimport', '2:7 unexpected eof token: expected path'],
    [
      'an import from elsewhere',
      'package a\nimport b.c',
      '2:8 unexpected import path, must begin with one of: {data, future, input, rego}, got: b',
    ],
    [
      'an import with a number',
      'package a\nimport data.a[1]',
      '2:15 unexpected number token: expecting string',
    ],
    [
      'an import that ends with a keyword',
      'package a\nimport data.if',
      '2:8 unexpected import path, must not end with a keyword, got: if',
    ],
    [
      'a keyword as an alias',
      'package a\nimport data.b as if',
      '2:18 unexpected if keyword: expected var',
    ],
    [
      'another version',
      'package a\nimport rego.v2',
      '2:8 invalid import `rego.v2`, must be `rego.v1`',
    ],
    [
      'another future',
      'package a\nimport future.words',
      '2:8 invalid import, must be `future.keywords`',
    ],
    [
      'the future alone',
      'package a\nimport future',
      '2:8 invalid import, must be `future.keywords`',
    ],
    [
      'an unknown keyword',
      'package a\nimport future.keywords.x',
      '2:8 unexpected keyword, must be one of [contains every if in]',
    ],
    [
      'a keyword by another name',
      'package a\nimport future.keywords.in as x',
      '2:8 `future` imports cannot be aliased',
    ],
  ])('refuses %s', (_fact, text, message) => {
    expect(errorsOf(text)).toEqual([message]);
  });

  it('admits old words at the end of an import in v0', () => {
    expect(errorsOf('package a\nimport data.in', 'v0')).toEqual([]);
    expect(errorsOf('package a\nimport data.not', 'v0')).toHaveLength(1);
    expect(errorsOf('package a\nimport rego.v1 as x', 'v0')).toEqual([
      '2:8 `rego` imports cannot be aliased',
    ]);
  });
});

describe('errors', () => {
  it('tells all of one source, in order', () => {
    const rules = [
      'p := @',
      'q if { a',
      'b',
      'r := 1 +',
      's[x] { x }',
      't := "a',
      'u := [1',
      'v := 2',
    ];
    expect(errorsOf(['package a', ...rules].join('\n'))).toEqual([
      '2:6 illegal token: found @',
      '6:6 unexpected { token: expected \\n or ; or }',
      '7:6 non-terminated string',
      '9:1 unexpected identifier token: expected "," or "]"',
    ]);
  });

  it('goes on at the next rule', () => {
    const text = 'package a\np := )\nq := 1\nr := (1\n\ns := 2\nt := ]\n';
    expect(errorsOf(text)).toEqual([
      '2:6 unexpected ) token: expected rule value term (e.g., p := <VALUE> { ... })',
      '6:1 unexpected identifier token: non-terminated expression: expected )',
      '7:6 unexpected ] token: expected rule value term (e.g., t := <VALUE> { ... })',
    ]);
  });

  it('goes on behind what is no rule, and where all is indented', () => {
    const rules = [
      'x = 1',
      'package a',
      '1 = 2',
      '1 != 2',
      'x = y; x = 1',
      'z if {',
      '  )',
      '}',
      'u := }',
    ];
    expect(errorsOf(rules.map((line) => `  ${line}`).join('\n'))).toEqual([
      '1:3 package expected',
      '2:3 unexpected package',
      '3:3 number cannot be used for rule name',
      '4:3 rule name conflicts with built-in function',
      '5:8 multiple expressions cannot be used for rule head',
      '7:5 unexpected ) token: expected a term',
      '9:8 unexpected } token: expected rule value term (e.g., u := <VALUE> { ... })',
    ]);
  });

  it('says once what is illegal', () => {
    expect(errorsOf("package a\np := 'x'\nq := 1")).toEqual([
      "2:6 illegal token: found '",
      "2:8 illegal token: found '",
    ]);
  });

  it('tells at most so many', () => {
    for (const line of ['p := }', 'p { a }', 'p := @', '# METADATA\n# a\np := 1']) {
      expect(errorsOf(`package a\n${`${line}\n`.repeat(1000)}`)).toHaveLength(MAX_PARSE_ERRORS);
    }
  });

  it('prints file, line and column', () => {
    const [first] = regoErrorsOf(() => read('package a\n\n  p := '));
    expect(first && formatRegoError(first)).toBe(
      'f.rego:3:8: rego_parse_error: unexpected eof token: ' +
        'expected rule value term (e.g., p := <VALUE> { ... })',
    );
  });
});

describe('limits', () => {
  const DEEP = 20_000;
  it.each([
    ['arrays', '['.repeat(DEEP)],
    ['closed arrays', '['.repeat(DEEP) + ']'.repeat(DEEP)],
    ['sets', '{'.repeat(DEEP)],
    ['objects', '{"a":'.repeat(DEEP)],
    ['parentheses', '('.repeat(DEEP)],
    ['refs', 'a['.repeat(DEEP)],
    ['calls', 'f('.repeat(DEEP)],
    ['comprehensions', '[x|'.repeat(DEEP)],
    ['templates', '$"{'.repeat(DEEP)],
    ['every', 'every x in y {'.repeat(DEEP)],
    ['operators in a row', `1${' + 1'.repeat(DEEP)}`],
    ['in in a row', `1${' in 1'.repeat(DEEP)}`],
    ['operators around brackets', `${'('.repeat(300)}1${' + 1)'.repeat(300)}${' + 1'.repeat(300)}`],
  ])('ends %s', (_fact, text) => {
    expect(() => parseQuery(text)).toThrow('max parsing recursion depth exceeded');
  });

  it('reads terms at the limit', () => {
    const depth = MAX_TERM_DEPTH / 2 - 2;
    expect(() => parseTerm('['.repeat(depth) + ']'.repeat(depth))).not.toThrow();
    expect(() => parseTerm(`1${' + 1'.repeat(MAX_TERM_DEPTH - 2)}`)).not.toThrow();
  });

  it('reads long flat lists', () => {
    expect(() => parseTerm(`[${'1 + 1, '.repeat(DEEP)}]`)).not.toThrow();
    expect(() => parseQuery('a = {b | c}; '.repeat(DEEP) + 'd')).not.toThrow();
    expect(() => read(`package a\np if { a } ${'else if { b } '.repeat(DEEP)}`)).not.toThrow();
  });

  it.each([
    ['bars', `{${'a | '.repeat(DEEP)}b, c}`],
    ['open bars', '{a | '.repeat(DEEP)],
    ['commas', `${'a, '.repeat(DEEP)}b in c`],
    ['if and braces', `x ${'if {'.repeat(DEEP)}`],
    ['imports of words', `a\n${'import future.keywords.in\n'.repeat(DEEP)}`],
    ['blocks of annotations', `a\n${'# METADATA\n# a: b\n\n'.repeat(DEEP)}`],
    ['quotes', '"'.repeat(DEEP)],
    ['template braces', '$"{}'.repeat(DEEP)],
  ])('is quick about %s', (_fact, text) => {
    const began = process.cpuUsage();
    errorsOf(`package a\np if ${text}`);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});

const CASES = testData('cases', 'rego-cases.json');

interface RegoCase {
  readonly note: string;
  readonly query: string;
  readonly modules?: readonly string[];
  readonly input_term?: string;
}

describe("OPA's cases", () => {
  it.skipIf(CASES === undefined)('are read, all of them (needs ASSAY_TEST_DATA)', () => {
    const { cases } = JSON.parse(readFileSync(CASES ?? '', 'utf8')) as {
      readonly cases: readonly RegoCase[];
    };
    for (const { note, query, modules = [], input_term: input } of cases) {
      for (const text of modules ?? []) parseModule({ file: note, text, version: 'v1' });
      expect(parseQuery(query).length).toBeGreaterThan(0);
      if (input !== undefined) parseTerm(input);
    }
    expect(cases.length).toBeGreaterThan(1000);
  });

  it.skipIf(CASES === undefined)('print and read as the same trees (needs ASSAY_TEST_DATA)', () => {
    const { cases } = JSON.parse(readFileSync(CASES ?? '', 'utf8')) as {
      readonly cases: readonly RegoCase[];
    };
    for (const text of cases.flatMap(({ modules }) => modules ?? [])) {
      const tree = read(text);
      if (tree.annotations.length > 0) continue;
      expect(withoutPlaces(read(moduleText(tree)))).toEqual(withoutPlaces(tree));
    }
  });
});

describe('laws', () => {
  it('print, then read, is the same tree', () => {
    fc.assert(
      fc.property(regoTree, (tree) => {
        expect(withoutPlaces(read(moduleText(tree)))).toEqual(withoutPlaces(tree));
      }),
    );
  });

  it('any text is read, or refused with places', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const parse of [parseQuery, parseTerm, read]) {
          const errors = regoErrorsOf(() => parse(text));
          expect(errors.every(({ at }) => at !== undefined)).toBe(true);
        }
      }),
    );
  });
});
