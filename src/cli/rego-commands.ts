/** `assay rego …`: the same engine that judges admission requests, over files. */
import { AssayError } from '../domain/error.ts';
import { terminalText } from '../domain/terminal-text.ts';
import type { RegoCheck } from '../operations/check-rego.ts';
import type { EvalRegoInput } from '../operations/eval-rego.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { isOn, numberOption, textOption, textOptions } from './options.ts';
import { progressTo } from './progress.ts';
import { filesOf, timeoutOf } from './rego-options.ts';
import {
  formatEvaluation,
  locationJson,
  problemDocument,
  problemJson,
  problemText,
} from './rego-output.ts';

const FAILED = 2;
const UNDEFINED = 1;
const WRONG = 1;
const MAX_INPUT = 64 * 1024 * 1024;

/** `assay rego eval QUERY` */
export const evalQuery: CommandRun = async (context, args, options) => {
  const { evalRego } = await import('../operations/eval-rego.ts');
  const input = await readAsked(context, args, options);
  const progress = progressTo(context);
  progress.show('evaluating…');
  const answer = await evalRego(input).finally(progress.end);
  for (const line of answer.printed) context.stderr.write(`${terminalText(line)}\n`);
  const [outcome = { problems: answer.problems }] = answer.outcomes;
  const format = textOption(options, 'format') ?? 'json';
  if ('problems' in outcome) {
    if (format === 'json') context.stdout.write(problemDocument(outcome.problems));
    else context.stderr.write(problemText(outcome.problems));
    return FAILED;
  }
  context.stdout.write(formatEvaluation(outcome.solutions, format));
  return exitOf(outcome.solutions.length > 0, options);
};

async function readAsked(
  context: CliContext,
  [query]: readonly string[],
  options: OptionValues,
): Promise<EvalRegoInput> {
  const inputFile = textOption(options, 'input');
  const factsFile = textOption(options, 'facts');
  const place = textOption(options, 'package');
  const imports = textOptions(options, 'import');
  return {
    ...filesOf(options, textOptions(options, 'data')),
    query: await readQuery(query, options),
    ...(inputFile !== undefined && { inputFile }),
    ...(isOn(options, 'stdinInput') && { inputText: await readStandardInput() }),
    ...(factsFile !== undefined && { factsFile }),
    ...(place !== undefined && { package: place }),
    ...(imports.length > 0 && { imports }),
    isStrict: isOn(options, 'strict'),
    strictBuiltinErrors: isOn(options, 'strictBuiltinErrors'),
    timeout: timeoutOf(options),
    now: context.now(),
  };
}

async function readQuery(query: string | undefined, options: OptionValues): Promise<string> {
  const isTyped = isOn(options, 'stdin');
  if (isTyped && isOn(options, 'stdinInput')) {
    const message =
      '--stdin and --stdin-input both read the standard input; use --input for a file';
    throw new AssayError('invalid-argument', message);
  }
  if (isTyped !== (query === undefined)) {
    const message = 'a query is wanted, as an argument or by --stdin; data shows all there is';
    throw new AssayError('invalid-argument', message);
  }
  return query ?? (await readStandardInput());
}

/** `--fail` and `--fail-defined` are about whether there is a result, not about what it is. */
function exitOf(isDefined: boolean, options: OptionValues): number {
  const isFailure = isDefined ? isOn(options, 'failDefined') : isOn(options, 'fail');
  return isFailure ? UNDEFINED : 0;
}

async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_INPUT) throw new AssayError('too-large', 'the input is larger than 64 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** `assay rego check PATH…` */
export const checkPolicies: CommandRun = async (context, args, options) => {
  const { checkRego } = await import('../operations/check-rego.ts');
  const isStrict = isOn(options, 'strict');
  const found = await checkRego(filesOf(options, args), isStrict);
  if (found.modules === 0) {
    throw new AssayError('invalid-argument', `${args.join(', ')} holds no file that ends in .rego`);
  }
  const most = numberOption(options, 'maxErrors', 0);
  const { problems, warnings } = found;
  const shown = { ...found, problems: most === 0 ? problems : problems.slice(0, most) };
  if (textOption(options, 'format') === 'json') {
    const document = {
      schemaVersion: 1,
      errors: shown.problems.map(problemJson),
      warnings: warnings.map(({ at, ...rest }) => ({ ...rest, location: locationJson(at) })),
    };
    context.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else printCheck(context, shown, problems.length - shown.problems.length);
  return problems.length > 0 || (isStrict && warnings.length > 0) ? WRONG : 0;
};

function printCheck(context: CliContext, { problems, warnings }: RegoCheck, more: number): void {
  context.stderr.write(problemText(problems));
  if (more > 0) context.stderr.write(`and ${more} more; --max-errors 0 tells all\n`);
  for (const { at, message, hint } of warnings) {
    const place = `${at.file}:${at.line}:${at.column}`;
    context.stderr.write(
      `${terminalText(`${place}: warning: ${message}`)}\n\thint: ${terminalText(hint)}\n`,
    );
  }
}
