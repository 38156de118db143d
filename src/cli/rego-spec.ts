/** `assay rego …` as data: the flags are those of `opa`, and what is not taken says what to do. */
import type { CommandSpec, OptionSpec } from './command.ts';

const load = () => import('./rego-commands.ts');

const FILES: OptionSpec = {
  flags: '-d, --data <path>',
  description: 'folder or file of modules and of JSON or YAML data; [PREFIX:]PATH',
  many: true,
  variable: 'none',
};
const V0: OptionSpec = {
  flags: '--v0-compatible',
  description: 'read modules as OPA before 1.0 did',
};
const V1: OptionSpec = {
  flags: '--v1-compatible',
  description: 'read modules as OPA 1.0 does: it is so without this flag',
};
const TIMEOUT: OptionSpec = {
  flags: '--timeout <time>',
  description: 'an evaluation that takes longer is stopped: seconds, or 500ms, 1m30s',
  default: 30,
};
const IGNORE: OptionSpec = {
  flags: '--ignore <name>',
  description: 'files and folders to pass over, e.g. *_test.rego; hidden ones always are',
  many: true,
  variable: 'none',
};
const AS_BUNDLES: OptionSpec = {
  flags: '-b, --bundle',
  description: 'read the paths as bundles: of data only data.json and data.yaml',
  variable: 'none',
};
const EXPLAIN: OptionSpec = {
  flags: '--explain <mode>',
  description: 'notes of trace() and print() are told on stderr in either mode',
  choices: ['off', 'notes'],
  variable: 'none',
};

/** What all three commands of `opa` have and these have not. */
const NEVER: Readonly<Record<string, string>> = {
  capabilities: 'the builtins are those of docs/reference/rego.md',
  schema: 'no schemas are checked against; json.match_schema in a rule does so',
  target: 'policies are evaluated as Rego; there is no WebAssembly',
  coverage: 'coverage is not measured',
};
const NO_PROFILE = 'nothing is measured; split the query to see what takes long';

/** Policies of Rego without a server. */
export const REGO: CommandSpec = {
  name: 'rego',
  summary: 'Evaluate, test and check policies in Rego, as `opa` does.',
  examples: [
    "assay rego eval -d policies -i review.json 'data.main.deny'",
    'assay rego test policies',
    'assay rego check policies',
  ],
  commands: [
    {
      name: 'eval',
      arguments: '[query]',
      summary: 'Evaluate a query; exit 0, with --fail 1 where it is undefined, 2 for its errors.',
      examples: [
        "assay rego eval -d policies -i review.json 'data.main.deny'",
        "assay rego eval -f pretty '1 + 1'",
        "kubectl get pod web -o json | assay rego eval -I -d policies 'data.main.deny'",
        "assay rego eval -b bundle --import data.lib.names 'names.known'",
      ],
      options: [
        FILES,
        {
          flags: '-b, --bundle <path>',
          description: 'folder that is read as a bundle: of data only data.json and data.yaml',
          many: true,
          variable: 'none',
        },
        IGNORE,
        {
          flags: '-i, --input <file>',
          description: 'input document, JSON or YAML',
          variable: 'none',
        },
        {
          flags: '-I, --stdin-input',
          description: 'read the input from the standard input, JSON or YAML',
        },
        { flags: '--stdin', description: 'read the query from the standard input' },
        {
          flags: '-f, --format <format>',
          description: 'how results are printed',
          choices: ['json', 'values', 'bindings', 'pretty', 'raw', 'discard'],
          default: 'json',
        },
        {
          flags: '--facts <file>',
          description: 'what assay.image_facts is told, as `assay images facts` prints it',
          variable: 'none',
        },
        { flags: '--package <name>', description: 'package whose rules the query may name' },
        {
          flags: '--import <path>',
          description: 'what the query may name by its last part, or as NAME: "data.lib as NAME"',
          many: true,
          variable: 'none',
        },
        { flags: '--fail', description: 'exit 1 where the query is undefined or empty' },
        { flags: '--fail-defined', description: 'exit 1 where the query is defined' },
        {
          flags: '-S, --strict',
          description: 'imports, variables and arguments that nothing uses are errors',
          variable: 'none',
        },
        { flags: '--strict-builtin-errors', description: 'errors of builtins end the query' },
        EXPLAIN,
        V0,
        V1,
        TIMEOUT,
      ],
      refused: {
        ...NEVER,
        partial: 'queries are evaluated as a whole; give the whole input',
        unknowns: 'queries are evaluated as a whole; give the whole input',
        entrypoint: 'give the path as the query: data.main.deny',
        optimize: 'there is nothing to optimise; leave it out',
        'show-builtin-errors': 'use --strict-builtin-errors: the first error ends the query',
        profile: NO_PROFILE,
        'profile-limit': NO_PROFILE,
        'profile-sort': NO_PROFILE,
        instrument: NO_PROFILE,
        metrics: NO_PROFILE,
        count: NO_PROFILE,
        'pretty-limit': 'tables are not cut; leave it out',
        'var-values': 'use print() in a rule: it is told on stderr',
      },
      load: async () => (await load()).evalQuery,
    },
    {
      name: 'test',
      arguments: '<paths...>',
      summary: 'Run the rules whose names begin with test_; exit 2 where one does not hold.',
      examples: [
        'assay rego test policies',
        "assay rego test policies -v --run 'registry|tag'",
        'assay rego test policies --format json',
      ],
      options: [
        {
          flags: '-v, --verbose',
          description: 'name the tests that pass, and print what they say',
        },
        {
          flags: '-r, --run <pattern>',
          description: 'only tests whose full name, data.main.test_x, matches',
        },
        {
          flags: '-f, --format <format>',
          description: 'how results are printed',
          choices: ['pretty', 'json'],
          default: 'pretty',
        },
        {
          flags: '-z, --exit-zero-on-skipped',
          description: 'tests that are left out (todo_test_…) do not count as failures',
          variable: 'none',
        },
        AS_BUNDLES,
        IGNORE,
        EXPLAIN,
        V0,
        V1,
        TIMEOUT,
      ],
      refused: {
        ...NEVER,
        threshold: NEVER['coverage'] ?? '',
        bench: NO_PROFILE,
        benchmem: NO_PROFILE,
        count: 'a test gives the same each time; leave it out',
        parallel: 'tests run one after another; leave it out',
        watch: 'tests run once; run it again',
        'var-values': 'use print() in a test: it is told where the test fails',
      },
      load: async () => (await import('./rego-test-command.ts')).testPolicies,
    },
    {
      name: 'check',
      arguments: '<paths...>',
      summary:
        'Compile modules and name what is wrong, and rules that admit or see otherwise than meant.',
      examples: [
        'assay rego check policies',
        'assay rego check --strict policies',
        'assay rego check --v0-compatible old.rego',
      ],
      options: [
        {
          flags: '-S, --strict',
          description: 'what nothing uses is an error, and exit 1 for warnings too',
        },
        {
          flags: '-f, --format <format>',
          description: 'how errors are printed',
          choices: ['pretty', 'json'],
          default: 'pretty',
        },
        {
          flags: '-m, --max-errors <count>',
          description: 'how many errors are told; 0: all that were found, 10 of each kind',
          default: 10,
          variable: 'none',
        },
        AS_BUNDLES,
        IGNORE,
        V0,
        V1,
      ],
      refused: NEVER,
      load: async () => (await load()).checkPolicies,
    },
  ],
};
