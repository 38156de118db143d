/**
 * The reference page of Rego: what of the language, its builtins and the flags of `opa` there is,
 * made of the tables that the engine and the commands are. Run it to write the page; a test holds
 * the page against the tables.
 */
import { writeFileSync } from 'node:fs';
import type { CommandSpec } from '../src/cli/command.ts';
import { REGO } from '../src/cli/rego-spec.ts';
import { DEADLINE_MS } from '../src/operations/ask-rego.ts';
import { POLICY_BUILTINS } from '../src/policy/assay-builtins.ts';
import type { Builtin, OperandType } from '../src/rego/model/builtin.ts';
import { refusedBuiltins } from '../src/rego/builtins/refused-builtins.ts';
import { MAX_SOURCE_LENGTH, MAX_TOKENS } from '../src/rego/syntax/lex-rego.ts';
import { DEFAULT_LIMITS } from '../src/rego/model/meter.ts';
import { MAX_TERM_DEPTH } from '../src/rego/syntax/token-cursor.ts';

const HEAD = `# Rego

What of OPA's language is here, and what is not. This page is made from the tables of the engine by
\`node scripts/rego-reference.ts\`. How policies are written, tried and put to work is told in
[write-policies-in-rego.md](../how-to/write-policies-in-rego.md), how those of OPA, conftest and
Gatekeeper are brought over in [bring-policies-over.md](../how-to/bring-policies-over.md).

## The language

Modules are read as OPA 1.x reads them (v1), or as OPA before 1.0 did with \`--v0-compatible\` and in
documents with \`regoVersion: v0\`. All of it is there: packages, imports, complete rules, partial
sets and objects, functions, \`default\`, \`else\`, heads such as \`a.b[c].d contains x\`,
comprehensions, \`some\`, \`every\`, \`in\`, \`not\`, \`with\` (over input, data, functions and builtins),
template strings \`$"…{x}…"\`, raw strings and metadata annotations. Types, safety, recursion and
conflicts are checked before anything is evaluated, with the codes and messages of OPA.

It differs from OPA in this:

- Whole numbers are exact at any size below 1.8e308, where OPA rounds beyond 64 bits.
- An evaluation has limits (below), and ends with \`eval_limit_error\` at them; OPA has none.
- Nothing reaches the network or the machine: \`http.send\`, \`net.lookup_ip_addr\` and \`graphql.*\` end
  the evaluation with their name, and \`opa.runtime()\` has neither environment nor configuration.
- Regular expressions are RE2's and globs are OPA's, both in linear time.
- A token's algorithm says the curve of its key (ES256 is of P-256 alone), and an authority that is
  constrained to names certifies nothing: OPA takes any curve, and applies the constraints.
- YAML is read up to about a million characters and 500 levels, a million characters of JSON are
  charged as 16 MB, and schemas follow no reference outside of themselves.
- Errors have a column beside file and line, and a hint where one is known.
- Queries are evaluated as a whole: there is no partial evaluation, no WebAssembly, no \`fmt\`, no
  coverage, no server of OPA's API, and no bundles that are packed or signed.

## The input of a policy

| \`input:\` of a document | what \`input\` is | as it is with |
| --- | --- | --- |
| \`admission-review\` (without any) | the AdmissionReview; the object is \`input.request.object\` | OPA's webhook |
| \`object\` | the object itself | conftest |
| \`gatekeeper\` | \`input.review\` is the request, \`input.parameters\` the document's \`parameters\` | Gatekeeper |

A policy that reads nothing of its input (\`input.kind\` where the object is \`input.request.object\`)
would deny nothing. It is refused when it is set or used, and \`assay rego check\` warns of it.
`;

const LIMITS = `## Limits

| of | at most |
| --- | --- |
| steps of an evaluation: statements, iterations, work of builtins | ${amount(DEFAULT_LIMITS.steps)} |
| bytes of results of an evaluation | ${amount(DEFAULT_LIMITS.bytes)} |
| rules and loops within each other | ${amount(DEFAULT_LIMITS.depth)} |
| milliseconds of one policy in an admission | ${amount(DEADLINE_MS)} |
| characters of a module | ${amount(MAX_SOURCE_LENGTH)} |
| tokens of a module | ${amount(MAX_TOKENS)} |
| terms within each other | ${amount(MAX_TERM_DEPTH)} |

\`assay rego eval\` and \`assay rego test\` have a hundred times the steps, and \`--timeout\`. The files of
a folder are at most 5,000, of 16 MiB each and 128 MiB together; hidden ones are passed over.
`;

/** Builtins of OPA that this engine may lack, and why; those that it has are left out. */
const OTHERS: Readonly<Record<string, string>> = {};

/** The page over the tables. */
export function formatRegoReference(): string {
  return [HEAD, commands(), LIMITS, builtins(), refused()].join('\n');
}

function commands(): string {
  const parts = (REGO.commands ?? []).map(commandPart);
  return ['## Flags of opa', ...parts].join('\n\n').concat('\n');
}

function commandPart({ name, options = [], refused: not = {} }: CommandSpec): string {
  const taken = options.map(({ flags }) => `\`${flags.replace(/ <.*/, '')}\``).join(' ');
  const rows = Object.entries(not).map(([flag, instead]) => `| \`--${flag}\` | ${instead} |`);
  return [
    `### \`assay rego ${name}\``,
    `Takes ${taken}. Not taken:`,
    ['| Flag | Instead |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

function builtins(): string {
  const wanted = new Set(refusedBuiltins.map(({ name }) => name));
  const known = [...POLICY_BUILTINS.values()].filter(({ name }) => !wanted.has(name));
  const groups = Map.groupBy(known, ({ name }) => groupOf(name));
  const parts = [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(groupPart);
  const head = `## Builtins

${known.length} builtins, those that begin with \`assay.\` of our own. An operand of another type is an
error where it is known before the evaluation, and leaves the call undefined otherwise. A call that
fails is undefined too, unless \`--strict-builtin-errors\` ends the query with it. *Changes*: the
answer is another one in another evaluation. \`print\`, \`rego.metadata.rule\` and
\`rego.metadata.chain\` are parts of the language.`;
  return [head, ...parts].join('\n\n').concat('\n');
}

function groupOf(name: string): string {
  const parts = name.split('.');
  return parts.length === 1 ? 'Without a prefix' : `\`${parts.slice(0, -1).join('.')}\``;
}

function groupPart([group, members]: readonly [string, readonly Builtin[]]): string {
  const rows = members
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, args, result, isNondeterministic }) => {
      const call = `\`${name}(${args.map(typeText).join(', ')})\``;
      const gives = `\`${typeText(result)}\`${isNondeterministic === true ? '; changes' : ''}`;
      return `| ${call.replaceAll('|', '\\|')} | ${gives.replaceAll('|', '\\|')} |`;
    });
  return [`### ${group}`, ['| Call | Gives |', '| --- | --- |', ...rows].join('\n')].join('\n\n');
}

function typeText(type: OperandType): string {
  return typeof type === 'string' ? type : type.join(' | ');
}

function refused(): string {
  const rows = refusedBuiltins.map((one) => `| \`${one.name}\` | ${reasonOf(one)} |`);
  const others = Object.entries(OTHERS)
    .filter(([name]) => !POLICY_BUILTINS.has(name))
    .map(([name, why]) => `| \`${name}\` | not known: ${why} |`);
  const head = `## Builtins of OPA that are refused

A policy that calls one of the first ends with an error that says so, and denies; tests may put a
mock in its place (\`with http.send as …\`). One that is not known does not compile.`;
  return [head, ['| Builtin | Why |', '| --- | --- |', ...rows, ...others].join('\n')]
    .join('\n\n')
    .concat('\n');
}

/** What a refused builtin says when it is called. */
function reasonOf({ name, call }: Builtin): string {
  try {
    call([], CONTEXT);
  } catch (error) {
    return (error as Error).message.replace(`${name}: refused: `, '');
  }
  throw new Error(`${name} is not refused`);
}

const CONTEXT: Parameters<Builtin['call']>[1] = {
  charge: () => undefined,
  allocate: () => undefined,
  nowNanos: 0n,
  randomBytes: (count) => new Uint8Array(count),
  memory: new Map(),
  runtime: null,
  handed: undefined,
  print: () => undefined,
  at: { file: '', line: 1, column: 1 },
};

function amount(count: number): string {
  return count.toLocaleString('en-US');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/rego.md', import.meta.url);
  writeFileSync(page, formatRegoReference());
}
