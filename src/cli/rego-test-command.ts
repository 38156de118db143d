/** `assay rego test`: what the tests of policies came to, printed as `opa test` prints it. */
import { terminalText } from '../domain/terminal-text.ts';
import type { RegoTest } from '../operations/test-rego.ts';
import type { CliContext, CommandRun } from './command.ts';
import { goDuration } from './go-duration.ts';
import { isOn, textOption } from './options.ts';
import { locationJson, problemJson, problemLines } from './rego-output.ts';
import { filesOf, timeoutOf } from './rego-options.ts';

const FAILED = 2;
const RULE = `${'-'.repeat(80)}\n`;

const WORDS: Readonly<Record<RegoTest['result'], string>> = {
  pass: 'PASS',
  fail: 'FAIL',
  skip: 'SKIPPED',
  error: 'ERROR',
};

/** `assay rego test PATH…` */
export const testPolicies: CommandRun = async (context, args, options) => {
  const { testRego } = await import('../operations/test-rego.ts');
  const only = textOption(options, 'run');
  const tests = await testRego({
    ...filesOf(options, args),
    ...(only !== undefined && { only }),
    timeout: timeoutOf(options),
    now: context.now(),
  });
  if (tests.length === 0) {
    const wanted = only === undefined ? 'a name that begins with test_' : `a match of ${only}`;
    context.stderr.write(`no test was found in ${args.join(', ')}; wanted is ${wanted}\n`);
  }
  if (textOption(options, 'format') === 'json') {
    context.stdout.write(`${JSON.stringify(tests.map(testDocument), undefined, 2)}\n`);
  } else printTests(context, tests, isOn(options, 'verbose'));
  const isSkipFine = isOn(options, 'exitZeroOnSkipped');
  const isGood = ({ result }: RegoTest) => result === 'pass' || (result === 'skip' && isSkipFine);
  return tests.every(isGood) ? 0 : FAILED;
};

function printTests(context: CliContext, tests: readonly RegoTest[], isVerbose: boolean): void {
  const shown = tests.filter(({ result }) => isVerbose || result !== 'pass');
  let file = '';
  for (const test of shown) {
    if (test.file !== file) {
      context.stdout.write(`${file === '' ? '' : '\n'}${terminalText(test.file)}:\n`);
      file = test.file;
    }
    context.stdout.write(testText(test, isVerbose));
  }
  if (shown.length > 0) context.stdout.write(RULE);
  for (const result of ['pass', 'fail', 'skip', 'error'] as const) {
    const count = tests.filter((test) => test.result === result).length;
    if (count > 0) context.stdout.write(`${WORDS[result]}: ${count}/${tests.length}\n`);
  }
}

function testText(test: RegoTest, isVerbose: boolean): string {
  const { result, nanoseconds, cases, printed, problems, failing } = test;
  const time = result === 'skip' ? '' : ` (${goDuration(nanoseconds)})`;
  const over = Object.entries(cases).filter(([, holds]) => isVerbose || !holds);
  const said = printed.map((line) => `  ${terminalText(line)}\n`).join('');
  return [
    `${terminalText(`${test.package}.${test.name}`)}: ${WORDS[result]}${time}\n`,
    ...(failing ? [`  line ${failing.line}: ${terminalText(failing.text)}\n`] : []),
    ...over.map(([name, holds]) => `  ${terminalText(name)}: ${holds ? 'PASS' : 'FAIL'}\n`),
    ...(said === '' ? [] : ['\n', said, '\n']),
    ...problems.map((problem) => `  ${problemLines(problem).replaceAll('\n', '\n  ')}\n`),
  ].join('');
}

/** One test as `opa test --format json` shows it. */
function testDocument(test: RegoTest): object {
  const { result, cases, printed, problems, nanoseconds, failing } = test;
  const [problem] = problems;
  const names = Object.entries(cases);
  return {
    location: locationJson(test),
    package: test.package,
    name: test.name,
    ...(result === 'fail' && { fail: true }),
    ...(failing && { failed_at: { text: failing.text, location: locationJson(failing) } }),
    ...(result === 'skip' && { skip: true }),
    ...(problem && { error: problemJson(problem) }),
    duration: nanoseconds,
    ...(printed.length > 0 && {
      output: Buffer.from(`${printed.join('\n')}\n`).toString('base64'),
    }),
    ...(names.length > 0 && {
      sub_results: Object.fromEntries(
        names.map(([name, holds]) => [name, { name, ...(holds ? {} : { fail: true }) }]),
      ),
    }),
  };
}
