/** `assay rego …` as data: the flags are those of `opa`. */
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
const TIMEOUT: OptionSpec = {
  flags: '--timeout <seconds>',
  description: 'an evaluation that takes longer is stopped',
  default: 30,
};

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
      arguments: '<query>',
      summary: 'Evaluate a query; exit 0, with --fail 1 where it is undefined, 2 for its errors.',
      examples: [
        "assay rego eval -d policies -i review.json 'data.main.deny'",
        "assay rego eval -f pretty '1 + 1'",
        "kubectl get pod web -o json | assay rego eval -I -d policies 'data.main.deny'",
      ],
      options: [
        FILES,
        {
          flags: '-i, --input <file>',
          description: 'input document, JSON or YAML',
          variable: 'none',
        },
        { flags: '-I, --stdin-input', description: 'read the input from the standard input' },
        {
          flags: '-f, --format <format>',
          description: 'how results are printed',
          choices: ['json', 'values', 'bindings', 'pretty', 'raw'],
          default: 'json',
        },
        { flags: '--package <name>', description: 'package whose rules the query may name' },
        { flags: '--fail', description: 'exit 1 where the query is undefined or empty' },
        { flags: '--fail-defined', description: 'exit 1 where the query is defined' },
        { flags: '--strict-builtin-errors', description: 'errors of builtins end the query' },
        V0,
        TIMEOUT,
      ],
      load: async () => (await load()).evalQuery,
    },
    {
      name: 'test',
      arguments: '<paths...>',
      summary: 'Run the rules whose names begin with test_; exit 2 where one does not hold.',
      examples: ['assay rego test policies', 'assay rego test policies -v --run registry'],
      options: [
        {
          flags: '-v, --verbose',
          description: 'name the tests that pass, and print what they say',
        },
        { flags: '-r, --run <text>', description: 'only tests with this text in their name' },
        {
          flags: '--format <format>',
          description: 'how results are printed',
          choices: ['pretty', 'json'],
          default: 'pretty',
        },
        V0,
        TIMEOUT,
      ],
      load: async () => (await load()).testPolicies,
    },
    {
      name: 'check',
      arguments: '<paths...>',
      summary: 'Compile modules and name what is wrong, and comparisons that admit too much.',
      examples: ['assay rego check policies', 'assay rego check --v0-compatible old.rego'],
      options: [
        V0,
        { flags: '--strict', description: 'exit 2 for warnings too' },
        {
          flags: '--format <format>',
          description: 'how errors are printed',
          choices: ['pretty', 'json'],
          default: 'pretty',
        },
      ],
      load: async () => (await load()).checkPolicies,
    },
  ],
};
