/** `# METADATA` blocks: what they say in normal form, what they are about, and what is refused. */
import { describe, expect, it } from 'vitest';
import { regoErrorsOf } from '../../../test/support/rego-errors.ts';
import { parseModule } from './parse-module.ts';
import type { Module } from './syntax.ts';

function read(lines: readonly string[]): Module {
  return parseModule({ file: 'f.rego', text: lines.join('\n'), version: 'v1' });
}

/** The one block of a rule, in normal form. */
function valueOf(...yaml: readonly string[]): unknown {
  const lines = yaml.map((line) => `# ${line}`);
  return read(['package a', '# METADATA', ...lines, 'p := 1']).rules[0]?.annotations[0]?.value;
}

/** Errors as `line:column message`. */
function errorsOf(...lines: readonly string[]): readonly string[] {
  const errors = regoErrorsOf(() => read(['package a', ...lines]));
  return errors.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
}

describe('what a block says', () => {
  it.each([
    [
      'texts',
      ['title: A title', 'description: |', '  two', '  lines'],
      { title: 'A title', description: 'two\nlines\n' },
    ],
    ['a number as a text', ['title: 42'], { title: '42' }],
    [
      'nothing for empty members',
      ['title: ""', 'custom: {}', 'authors: []', 'entrypoint: false', 'description: hi'],
      { description: 'hi' },
    ],
    ['nothing for unknown members', ['title: a', 'other: b'], { title: 'a' }],
    ['organizations', ['organizations:', '- A', '- B'], { organizations: ['A', 'B'] }],
    [
      'authors as texts',
      ['authors:', '- The OPA contributors', '- Jane Doe <jane@example.com>', '- <a@b>'],
      {
        authors: [
          { name: 'The OPA contributors' },
          { name: 'Jane Doe', email: 'jane@example.com' },
          { email: 'a@b' },
        ],
      },
    ],
    [
      'authors as maps',
      ['authors:', '- name: A', '  email: a@b'],
      { authors: [{ name: 'A', email: 'a@b' }] },
    ],
    [
      'related resources',
      ['related_resources:', '- https://example.com', '- ref: https://b', '  description: of b'],
      {
        related_resources: [
          { ref: 'https://example.com' },
          { ref: 'https://b', description: 'of b' },
        ],
      },
    ],
    [
      'schemas',
      ['schemas:', '- input: schema.a["b-c"]', '- data.x: {type: string}'],
      {
        schemas: [
          { path: ['input'], schema: ['schema', 'a', 'b-c'] },
          { path: ['data', 'x'], definition: { type: 'string' } },
        ],
      },
    ],
    [
      'custom values',
      ['custom:', '  a: 1', '  b: [true, null, 1.5, 12345678901234567890]', '  c: {__proto__: x}'],
      {
        custom: {
          a: 1,
          b: [true, null, 1.5, 12345678901234567890n],
          c: JSON.parse('{"__proto__":"x"}') as unknown,
        },
      },
    ],
  ])('reads %s', (_fact, yaml, wanted) => {
    expect(valueOf(...yaml)).toEqual({ ...wanted, scope: 'rule' });
  });

  it('makes an entrypoint one of the document', () => {
    expect(valueOf('entrypoint: true')).toEqual({ entrypoint: true, scope: 'document' });
  });
});

describe('what a block is about', () => {
  it('is what follows it', () => {
    const module = read([
      '# METADATA',
      '# title: of the package',
      'package a',
      '# METADATA',
      '# title: of p',
      '',
      '# another comment',
      'p := 1',
      'q := 2',
      '# METADATA',
      '# scope: document',
      '# title: of all r',
      '',
      '# METADATA',
      '# title: of r',
      'r := 3 if {',
      '  true',
      '}',
    ]);
    expect(module.annotations).toMatchObject([
      { scope: 'package', value: { title: 'of the package' }, at: { line: 1, column: 1 } },
      { scope: 'rule', value: { title: 'of p' } },
      { scope: 'document', value: { title: 'of all r' } },
      { scope: 'rule', value: { title: 'of r' } },
    ]);
    expect(module.rules.map(({ annotations }) => annotations.length)).toEqual([1, 0, 2]);
    expect(module.rules[2]?.annotations).toEqual(module.annotations.slice(2));
  });

  it('may be the packages below', () => {
    const module = read(['# METADATA', '# scope: subpackages', '# title: x', 'package a']);
    expect(module.annotations).toMatchObject([{ scope: 'subpackages' }]);
  });

  it('ends where a comment is missing or indented', () => {
    const module = read(['package a', '# METADATA', '# title: x', '  # description: y', 'p := 1']);
    expect(module.rules[0]?.annotations[0]?.value).toEqual({ title: 'x', scope: 'rule' });
  });
});

describe('refused is', () => {
  it.each([
    ['an empty block', ['# METADATA', 'p := 1'], '2:1 expected METADATA block, found whitespace'],
    ['no map', ['# METADATA', '# x', 'p := 1'], '2:1 yaml: a METADATA block must be a map'],
    [
      'an unknown scope',
      ['# METADATA', '# scope: x', 'p := 1'],
      "2:1 invalid annotation scope 'x'. Use one of 'rule', 'document', 'package', or 'subpackages'",
    ],
    [
      'a block of an import',
      ['# METADATA', '# title: x', 'import data.b'],
      "2:1 invalid annotation scope 'import'. Use one of 'rule', 'document', 'package', or 'subpackages'",
    ],
    [
      'a block of nothing',
      ['# METADATA', '# title: x'],
      "2:1 invalid annotation scope ''. Use one of 'rule', 'document', 'package', or 'subpackages'",
    ],
    [
      'a scope of a package on a rule',
      ['# METADATA', '# scope: package', 'p := 1'],
      "2:1 annotation scope 'package' must be applied to package (have rule)",
    ],
    [
      'a scope of a rule on nothing',
      ['# METADATA', '# scope: rule'],
      "2:1 annotation scope 'rule' must be applied to rule",
    ],
    [
      'an entrypoint of a rule',
      ['# METADATA', '# scope: rule', '# entrypoint: true', 'p := 1'],
      "2:1 annotation entrypoint applied to non-document or package scope 'rule'",
    ],
    [
      'a list for a text',
      ['# METADATA', '# title: [x]', 'p := 1'],
      '2:1 yaml: unmarshal errors: title must be a string',
    ],
    [
      'a text for a list',
      ['# METADATA', '# authors: x', 'p := 1'],
      '2:1 yaml: unmarshal errors: authors must be a list',
    ],
    [
      'a text for a flag',
      ['# METADATA', '# entrypoint: x', 'p := 1'],
      '2:1 yaml: unmarshal errors: entrypoint must be true or false',
    ],
    [
      'a text for a map',
      ['# METADATA', '# custom: x', 'p := 1'],
      '2:1 yaml: unmarshal errors: custom must be a map',
    ],
    [
      'a number as a key',
      ['# METADATA', '# custom: {1: x}', 'p := 1'],
      '2:1 invalid map key type(s): 1',
    ],
    [
      'an author without a name',
      ['# METADATA', '# authors: [{}]', 'p := 1'],
      "2:1 invalid author definition {}: 'name' and/or 'email' values required",
    ],
    [
      'a resource without a ref',
      ['# METADATA', '# related_resources: [{description: x}]', 'p := 1'],
      '2:1 invalid related-resource definition {"description": "x"}: \'ref\' value required in object',
    ],
    [
      'a schema of no document',
      ['# METADATA', '# schemas: [{"a b": schema.x}]', 'p := 1'],
      '2:1 invalid document reference',
    ],
    [
      'a schema from elsewhere',
      ['# METADATA', '# schemas: [{input: data.x}]', 'p := 1'],
      '2:1 invalid schema reference',
    ],
    [
      'a schema of a number',
      ['# METADATA', '# schemas: [{input: 1}]', 'p := 1'],
      '2:1 invalid schema declaration for path "input"',
    ],
  ])('%s', (_fact, lines, message) => {
    expect(errorsOf(...lines)).toEqual([message]);
  });

  it('what is no YAML, with its line', () => {
    const [error] = errorsOf('# METADATA', '# title: x', '# custom: [', 'p := 1');
    expect(error).toMatch(/^4:1 yaml: /);
  });

  it('what unfolds without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef']) {
      bomb.push(`${to}: &${to} [${Array.from({ length: 10 }, () => `*${from}`).join(', ')}]`);
    }
    const lines = bomb.map((line) => `#   ${line}`);
    expect(errorsOf('# METADATA', '# custom:', ...lines, 'p := 1')[0]).toContain('alias');
  });
});
