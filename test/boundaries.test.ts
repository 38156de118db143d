/**
 * The table of the house, held against every import. Each rule is first shown to catch a small bad
 * sample: a check that cannot fail would hold nothing.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseSource, readSources } from './support/source-file.ts';
import type { SourceFile } from './support/source-file.ts';
import {
  checkCycles,
  checkDocstrings,
  checkEffects,
  checkFileNames,
  checkFolderImports,
  checkLineWidth,
  checkNodeModules,
  checkPackages,
  checkPhases,
  checkPrivateFiles,
  checkReexports,
  checkUniqueNames,
  folderOf,
} from './support/source-rules.ts';
import type { FolderTable } from './support/source-rules.ts';

const INNER = [
  'domain',
  'image',
  'scanner',
  'signing',
  'rego',
  'policy',
  'google',
  'kubernetes',
  'registries',
  'report',
];
const FACES = ['domain', 'google', 'kubernetes', 'report', 'operations'];

const TABLE: FolderTable = {
  domain: { rank: 0, imports: [], node: [] },
  image: { rank: 1, imports: ['domain'], node: ['node:zlib', 'node:stream', 'node:crypto'] },
  scanner: {
    rank: 1,
    imports: ['domain', 'image'],
    node: ['node:zlib', 'node:stream', 'node:sqlite'],
  },
  signing: { rank: 1, imports: ['domain'], node: ['node:crypto'] },
  rego: { rank: 1, imports: ['domain'], node: ['node:crypto'] },
  policy: { rank: 1, imports: ['domain', 'rego'], node: [] },
  google: { rank: 1, imports: ['domain'], node: [] },
  kubernetes: { rank: 1, imports: ['domain'], node: [] },
  registries: { rank: 1, imports: ['domain'], node: [] },
  report: { rank: 1, imports: ['domain'], node: [] },
  store: { rank: 2, imports: ['domain'] },
  remote: { rank: 2, imports: ['domain', 'image', 'signing', 'google', 'kubernetes'] },
  operations: { rank: 3, imports: [...INNER, 'store', 'remote'] },
  server: { rank: 4, imports: [...FACES, 'registries'] },
  cli: { rank: 4, imports: FACES },
  jobs: { rank: 4, imports: ['domain', 'operations'] },
};

/** Packages that reach the network, a database, the terminal or a log. */
const OUTWARD = ['undici', 'fastify', 'kysely', 'pino', 'commander', 'pg'];

/** A language goes through phases: what a file of `src/rego` imports is of its own or an earlier one. */
const REGO = {
  folder: 'src/rego',
  phases: ['model', 'syntax', 'lint', 'compile', 'builtins', 'evaluate'],
};

type Check = (files: readonly SourceFile[]) => string[];

/** What scripts/make-descriptors.ts makes is nobody's writing. */
function isMade(path: string): boolean {
  return path.startsWith('src/google/generated/');
}

/** What the product is made of: no tests and no data of tests. */
const PRODUCT: Readonly<Record<string, Check>> = {
  'imports go down in rank only': (files) => checkFolderImports(files, TABLE),
  'phases of Rego follow each other': (files) => checkPhases(files, REGO),
  'node modules are open to those that need them': (files) => checkNodeModules(files, TABLE),
  'packages that reach outward stay out of ranks 0 and 1': (files) =>
    checkPackages(files, { table: TABLE, outward: OUTWARD }),
  'ranks 0 and 1 take no clock, randomness, network or environment': (files) =>
    checkEffects(files, TABLE),
  'names are imported from where they are': checkReexports,
  'every file and every exported name says what it is': checkDocstrings,
  'lines end at 100 columns': (files) => checkLineWidth(files.filter(({ path }) => !isMade(path))),
};

/** The whole tree, tests and scripts with it. */
const TREE: Readonly<Record<string, Check>> = {
  'no ring of imports': checkCycles,
  'base names are unique': checkUniqueNames,
  'names say what a file is': checkFileNames,
  'private files stay in their folder': checkPrivateFiles,
};

const RULES: Readonly<Record<string, Check>> = { ...PRODUCT, ...TREE };

const root = fileURLToPath(new URL('..', import.meta.url));
const tree = readSources(root, ['{src,test,scripts,bench,demo}/**/*.ts', '*.config.ts']);
const product = tree.filter(isProduct);

describe('the house', () => {
  it.each(Object.keys(TABLE))('src/%s has files that were seen', (folder) => {
    expect(product.filter(({ path }) => folderOf(path) === folder).length).toBeGreaterThan(0);
  });

  it('every folder of src is in the table', () => {
    const folders = new Set(product.flatMap(({ path }) => folderOf(path) ?? []));
    expect([...folders].filter((folder) => TABLE[folder] === undefined)).toEqual([]);
  });

  it.each(Object.entries(PRODUCT))('%s', (_rule, check) => {
    expect(check(product)).toEqual([]);
  });

  it.each(Object.entries(TREE))('%s', (_rule, check) => {
    expect(check(tree)).toEqual([]);
  });
});

type Sample = Readonly<Record<string, string>>;

const DOC = '/** Why it exists. */\n';
const BAD: readonly (readonly [rule: string, fact: string, sample: Sample, broken: string])[] = [
  [
    'imports go down in rank only',
    'an import upwards',
    { 'src/domain/a.ts': "import { b } from '../store/b.ts';" },
    'src/domain/a.ts:1: imports ../store/b.ts: src/domain may import no other folder',
  ],
  [
    'imports go down in rank only',
    'a type-only import sideways',
    { 'src/policy/a.ts': "\nimport type { B } from '../google/b.ts';" },
    'src/policy/a.ts:2: imports ../google/b.ts: src/policy may import domain',
  ],
  [
    'imports go down in rank only',
    'a lazy import',
    { 'src/cli/a.ts': "const b = await import('../store/b.ts');" },
    'src/cli/a.ts:1: imports ../store/b.ts: src/cli may import domain, google',
  ],
  [
    'imports go down in rank only',
    'an import inside a type',
    { 'src/image/a.ts': "type B = import('../remote/b.ts').B;" },
    'src/image/a.ts:1: imports ../remote/b.ts: src/image may import domain',
  ],
  [
    'imports go down in rank only',
    'a worker of another folder',
    { 'src/server/a.ts': "new URL('../store/writer.ts', import.meta.url);" },
    'src/server/a.ts:1: imports ../store/writer.ts',
  ],
  [
    'imports go down in rank only',
    'a file beside the folders',
    { 'src/server/a.ts': "import { b } from '../main.ts';" },
    'src/server/a.ts:1: imports ../main.ts',
  ],
  [
    'imports go down in rank only',
    'a file outside of src',
    { 'src/main.ts': "import '../test/b.ts';", 'src/cli/a.ts': "import '../../test/b.ts';" },
    'src/cli/a.ts:1: imports ../../test/b.ts: it is not in src',
  ],
  [
    'imports go down in rank only',
    'an import without extension',
    { 'src/domain/a.ts': "import { b } from './b';" },
    'src/domain/a.ts:1: imports ./b: write the .ts extension',
  ],
  [
    'imports go down in rank only',
    'a folder that is not in the table',
    { 'src/magic/a.ts': "import { b } from '../domain/b.ts';" },
    'src/magic is not in the table',
  ],
  [
    'phases of Rego follow each other',
    'a parser that evaluates',
    { 'src/rego/syntax/a.ts': "import type { B } from '../evaluate/b.ts';" },
    'src/rego/syntax/a.ts:1: imports ../evaluate/b.ts of a later phase',
  ],
  [
    'phases of Rego follow each other',
    'a phase that imports what joins them',
    { 'src/rego/evaluate/a.ts': "import { b } from '../b.ts';" },
    'src/rego/evaluate/a.ts:1: imports ../b.ts of a later phase',
  ],
  [
    'node modules are open to those that need them',
    'disk in rank 1',
    { 'src/scanner/a.ts': "import { readFile } from 'node:fs/promises';" },
    'src/scanner/a.ts:1: imports node:fs/promises; open to it: node:zlib',
  ],
  [
    'node modules are open to those that need them',
    'random bytes for a signature',
    { 'src/signing/a.ts': "import { randomBytes as salt } from 'node:crypto';" },
    'src/signing/a.ts:1: takes randomBytes of node:crypto',
  ],
  [
    'node modules are open to those that need them',
    'the whole of node:crypto',
    { 'src/image/a.ts': "import * as crypto from 'node:crypto';" },
    'src/image/a.ts:1: takes * of node:crypto',
  ],
  [
    'packages that reach outward stay out of ranks 0 and 1',
    'a registry client in the scanner',
    { 'src/scanner/a.ts': "import { request } from 'undici';" },
    'src/scanner/a.ts:1: undici belongs to rank 2 and up',
  ],
  ...[
    ['fetch("https://example.com")', 'fetch()'],
    ['Date.now()', 'Date.now'],
    ['Math.random()', 'Math.random'],
    ['new Date()', 'new Date()'],
    ['Date()', 'Date()'],
    ['globalThis.fetch', 'globalThis.fetch'],
    ['process.env.HOME', 'process.env'],
    ['crypto.randomUUID()', 'crypto.randomUUID'],
    ['performance.now()', 'performance.now'],
    ['setTimeout(() => {}, 1)', 'setTimeout()'],
  ].map(
    ([code, name]) =>
      [
        'ranks 0 and 1 take no clock, randomness, network or environment',
        `${code}`,
        { 'src/policy/a.ts': `const b = 1;\nvoid ${code};` },
        `src/policy/a.ts:2: ${name}; take it as a parameter`,
      ] as const,
  ),
  [
    'no ring of imports',
    'three files in a ring',
    {
      'src/domain/a.ts': "import './b.ts';",
      'src/domain/b.ts': "import './c.ts';",
      'src/domain/c.ts': "import type { A } from './a.ts';",
    },
    'a ring: src/domain/a.ts -> src/domain/b.ts -> src/domain/c.ts -> src/domain/a.ts',
  ],
  [
    'base names are unique',
    'one name in two folders',
    { 'src/domain/verdict.ts': '', 'src/policy/verdict.ts': '' },
    'the same base name: src/domain/verdict.ts, src/policy/verdict.ts',
  ],
  ['names say what a file is', 'a barrel', { 'src/domain/index.ts': '' }, 'index says nothing'],
  ['names say what a file is', 'a heap', { 'src/cli/helpers.ts': '' }, 'helpers says nothing'],
  ['names say what a file is', 'camel case', { 'src/cli/runCli.ts': '' }, 'is not kebab-case'],
  [
    'private files stay in their folder',
    'a private file of another folder',
    { 'src/server/a.ts': "import { b } from '../operations/_rows.ts';" },
    'src/server/a.ts:1: imports src/operations/_rows.ts, which is private to src/operations',
  ],
  [
    'names are imported from where they are',
    'names passed on',
    { 'src/domain/a.ts': "export { b } from './b.ts';" },
    'src/domain/a.ts:1: re-exports ./b.ts',
  ],
  [
    'names are imported from where they are',
    'everything passed on',
    { 'src/domain/a.ts': "export * from './b.ts';" },
    'src/domain/a.ts:1: re-exports ./b.ts',
  ],
  [
    'every file and every exported name says what it is',
    'no paragraph on top',
    { 'src/domain/a.ts': "import { b } from './b.ts';\n/** Not on top. */\nvoid b;" },
    'src/domain/a.ts:1: no paragraph on top',
  ],
  [
    'every file and every exported name says what it is',
    'the paragraph on top taken for a docstring',
    { 'src/domain/a.ts': `${DOC}export const b = 1;` },
    'src/domain/a.ts:2: no docstring before b',
  ],
  [
    'every file and every exported name says what it is',
    'an exported type without one',
    { 'src/domain/a.ts': `${DOC}/** One. */\nexport const b = 1;\nexport type C = 1;` },
    'src/domain/a.ts:4: no docstring before C',
  ],
  [
    'lines end at 100 columns',
    'a long line',
    { 'src/domain/a.ts': `const a = '${'x'.repeat(100)}';` },
    'src/domain/a.ts:1: 113 columns',
  ],
];

describe('the rules catch what they are for', () => {
  it.each(BAD)('%s: %s', (rule, _fact, sample, broken) => {
    const found = RULES[rule]?.(parseSample(sample)) ?? [];
    expect(found.join('\n')).toContain(broken);
  });

  it('every rule has a sample that breaks it', () => {
    const shown = new Set(BAD.map(([rule]) => rule));
    expect(Object.keys(RULES).filter((rule) => !shown.has(rule))).toEqual([]);
  });

  it('leaves a good file in peace', () => {
    const files = parseSample({
      'src/image/a.ts': [
        '/** Why it exists. */',
        "import { createHash } from 'node:crypto';",
        "import { type Digest, parseDigest } from '../domain/digest.ts';",
        '/** A sum of bytes. */',
        'export const sum = (bytes: Uint8Array): Digest =>',
        "  parseDigest(createHash('sha256').update(bytes).digest('hex'));",
        '/** The day of a time. */',
        '// oxlint-disable-next-line no-undef',
        'export function day(time: number): string {',
        '  return new Date(time).toISOString();',
        '}',
      ].join('\n'),
      'src/image/a.test.ts':
        "import { readFileSync } from 'node:fs';\nreadFileSync(`${Date.now()}`);",
    });
    expect(Object.values(PRODUCT).flatMap((check) => check(files.filter(isProduct)))).toEqual([]);
    expect(Object.values(TREE).flatMap((check) => check(files))).toEqual([]);
  });
});

function parseSample(sample: Sample): readonly SourceFile[] {
  return Object.entries(sample).map(([path, text]) => parseSource(path, text));
}

function isProduct({ path }: SourceFile): boolean {
  return path.startsWith('src/') && !/\.(test|fuzz)\.ts$|\/testdata\//.test(path);
}
