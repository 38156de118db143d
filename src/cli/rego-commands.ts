/** `assay rego …`: the same engine that judges admission requests, over files. */
import { AssayError } from '../domain/error.ts';
import { terminalText } from '../domain/terminal-text.ts';
import type { EvalRegoInput, RegoTest } from '../operations/eval-rego.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { isOn, numberOption, textOption, textOptions } from './options.ts';
import { progressTo } from './progress.ts';
import { formatEvaluation, problemDocument, problemText } from './rego-output.ts';

const FAILED = 2;
const UNDEFINED = 1;
const MAX_INPUT = 64 * 1024 * 1024;

/** `assay rego eval QUERY` */
export const evalQuery: CommandRun = async (context, args, options) => {
  const { evalRego } = await import('../operations/eval-rego.ts');
  const input = await readAsked(context, args[0] ?? '', options);
  const progress = progressTo(context);
  progress.show('evaluating…');
  const answer = await evalRego(input).finally(progress.end);
  for (const line of answer.printed) context.stderr.write(`${line}\n`);
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
  query: string,
  options: OptionValues,
): Promise<EvalRegoInput> {
  const inputFile = textOption(options, 'input');
  const place = textOption(options, 'package');
  return {
    paths: textOptions(options, 'data'),
    version: versionOf(options),
    query,
    ...(inputFile !== undefined && { inputFile }),
    ...(isOn(options, 'stdinInput') && { inputText: await readStandardInput() }),
    ...(place !== undefined && { package: place }),
    strictBuiltinErrors: isOn(options, 'strictBuiltinErrors'),
    timeout: numberOption(options, 'timeout', 0.001) * 1000,
    now: context.now(),
  };
}

/** `--fail` and `--fail-defined` are about whether there is a result, not about what it is. */
function exitOf(isDefined: boolean, options: OptionValues): number {
  const isFailure = isDefined ? isOn(options, 'failDefined') : isOn(options, 'fail');
  return isFailure ? UNDEFINED : 0;
}

function versionOf(options: OptionValues): 'v0' | 'v1' {
  return isOn(options, 'v0Compatible') ? 'v0' : 'v1';
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

/** `assay rego test PATH…` */
export const testPolicies: CommandRun = async (context, args, options) => {
  const { testRego } = await import('../operations/eval-rego.ts');
  const only = textOption(options, 'run');
  const tests = await testRego({
    paths: args,
    version: versionOf(options),
    ...(only !== undefined && { only }),
    timeout: numberOption(options, 'timeout', 0.001) * 1000,
    now: context.now(),
  });
  if (tests.length === 0) {
    const wanted = 'a test is a rule whose name begins with test_';
    context.stderr.write(`no test was found in ${args.join(', ')}; ${wanted}\n`);
  }
  if (textOption(options, 'format') === 'json') {
    context.stdout.write(`${JSON.stringify({ schemaVersion: 1, tests }, undefined, 2)}\n`);
  } else printTests(context, tests, isOn(options, 'verbose'));
  return tests.some(isFailed) ? FAILED : 0;
};

function isFailed({ result }: RegoTest): boolean {
  return result === 'fail' || result === 'error';
}

function printTests(context: CliContext, tests: readonly RegoTest[], isVerbose: boolean): void {
  const shown = tests.filter((test) => isVerbose || isFailed(test));
  for (const test of shown) {
    const { name, result, milliseconds, file, line } = test;
    const time = `(${milliseconds.toFixed(1)} ms)`;
    context.stdout.write(terminalText(`${file}:${line}: ${name}: ${result.toUpperCase()} ${time}`));
    context.stdout.write(`\n${problemText(test.problems)}`);
    for (const said of test.printed) context.stdout.write(`  ${terminalText(said)}\n`);
  }
  const counts = (['pass', 'fail', 'error', 'skip'] as const).map((result) => {
    const count = tests.filter((test) => test.result === result).length;
    return count > 0 || result === 'pass'
      ? `${result.toUpperCase()}: ${count}/${tests.length}\n`
      : '';
  });
  context.stdout.write(counts.join(''));
}

/** `assay rego check PATH…` */
export const checkPolicies: CommandRun = async (context, args, options) => {
  const { checkRego } = await import('../operations/eval-rego.ts');
  const { modules, problems, warnings } = await checkRego({
    paths: args,
    version: versionOf(options),
  });
  if (modules === 0) {
    throw new AssayError('invalid-argument', `${args.join(', ')} holds no file that ends in .rego`);
  }
  if (textOption(options, 'format') === 'json') {
    const document = { schemaVersion: 1, errors: problems, warnings };
    context.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else {
    context.stderr.write(problemText(problems));
    for (const { at, message, hint } of warnings) {
      const place = `${at.file}:${at.line}:${at.column}`;
      context.stderr.write(
        `${terminalText(`${place}: warning: ${message}`)}\n\thint: ${terminalText(hint)}\n`,
      );
    }
  }
  const isWrong = problems.length > 0 || (isOn(options, 'strict') && warnings.length > 0);
  return isWrong ? FAILED : 0;
};
