/** Commands as data → commander's program: help with examples first, a variable for every flag. */
import { Command, Option } from 'commander';
import { AssayError } from '../domain/error.ts';
import type { CliContext, CommandSpec, OptionSpec, OptionValues } from './command.ts';

/** The program over a table of commands; `exit` receives the exit code of the command that ran. */
export function buildProgram(
  commands: readonly CommandSpec[],
  context: CliContext,
  exit: (code: number) => void,
): Command {
  const program = new Command('assay')
    .description(
      'Decides whether a container image may run in a Kubernetes cluster, and proves why.',
    )
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .version(context.version, '-V, --version', 'print the version')
    .showSuggestionAfterError()
    .exitOverride();
  program.addHelpText('before', examplesText({ examples: commands.flatMap(firstExample) }));
  for (const spec of commands) program.addCommand(toCommand(spec, program, { context, exit }));
  return program;
}

/** What the program's own help leads with: how each command is used most. */
function firstExample({ examples }: CommandSpec): readonly string[] {
  return examples.slice(0, 1);
}

interface Wiring {
  readonly context: CliContext;
  readonly exit: (code: number) => void;
}

function toCommand(spec: CommandSpec, parent: Command, wiring: Wiring): Command {
  const command = new Command(spec.name).copyInheritedSettings(parent).description(spec.summary);
  command.addHelpText('beforeAll', examplesText(spec));
  if (spec.arguments !== undefined) command.arguments(spec.arguments);
  for (const option of spec.options ?? []) command.addOption(toOption(option));
  refuseOptions(command, spec.refused ?? {});
  for (const child of spec.commands ?? []) command.addCommand(toCommand(child, command, wiring));
  const load = spec.load;
  if (load === undefined) return command;
  return command.action(async (...all: unknown[]) => {
    const options = all.at(-2) as OptionValues;
    const args = all
      .slice(0, -2)
      .flat()
      .filter((one): one is string => typeof one === 'string');
    const run = await load();
    wiring.exit(await run(wiring.context, args, options));
  });
}

/** Options that people know from elsewhere are answered, not called unknown. */
function refuseOptions(command: Command, refused: Readonly<Record<string, string>>): void {
  for (const [name, instead] of Object.entries(refused)) {
    command.addOption(new Option(`--${name} [value]`).hideHelp());
    command.on(`option:${name}`, () => {
      throw new AssayError('invalid-argument', `--${name} is not supported: ${instead}`);
    });
  }
}

function toOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.variable !== 'none') option.env(variableName(spec.flags));
  if (spec.default !== undefined) option.default(String(spec.default));
  if (spec.choices) option.choices([...spec.choices]);
  if (spec.many)
    option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
  return option;
}

/** `--max-advisory-age <days>` → `ASSAY_MAX_ADVISORY_AGE`. */
function variableName(flags: string): string {
  const long = /--([a-z0-9-]+)/.exec(flags)?.[1] ?? '';
  return `ASSAY_${long.toUpperCase().replaceAll('-', '_')}`;
}

function examplesText(spec: Pick<CommandSpec, 'examples'>): string {
  if (spec.examples.length === 0) return '';
  return `Examples:\n${spec.examples.map((line) => `  ${line}\n`).join('')}\n`;
}
