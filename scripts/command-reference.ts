/**
 * The reference page of the command line, made of the table that the commands are: run it to write
 * the page; a test holds the page against the table.
 */
import { writeFileSync } from 'node:fs';
import type { CommandSpec, OptionSpec } from '../src/cli/command.ts';
import { COMMANDS } from '../src/cli/commands.ts';

const HEAD = `# Command line

Every command, its options and examples; this page is made from the table of commands by
\`node scripts/command-reference.ts\`. Each option can be set by the environment variable
\`ASSAY_\` and its name: \`--max-advisory-age\` by \`ASSAY_MAX_ADVISORY_AGE\`.

Exit codes: 0 passed, 1 error, 2 policy not met, 3 undecided (incomplete, unsupported or not
checkable), 130 interrupted. Data go to stdout, messages and progress to stderr.
`;

/** The page over a table of commands. */
export function formatCommandReference(commands: readonly CommandSpec[]): string {
  return [HEAD, ...commands.flatMap((command) => sections(command, 'assay'))].join('\n');
}

function sections(command: CommandSpec, parent: string): readonly string[] {
  const name = `${parent} ${command.name}`;
  if (command.commands) return command.commands.flatMap((child) => sections(child, name));
  const title = `${name}${command.arguments === undefined ? '' : ` ${command.arguments}`}`;
  const parts = [`## \`${title}\``, command.summary, examples(command), table(command.options)];
  return [`${parts.filter((part) => part !== '').join('\n\n')}\n`];
}

function examples({ examples: lines }: CommandSpec): string {
  return lines.length === 0 ? '' : `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
}

function table(options: readonly OptionSpec[] = []): string {
  if (options.length === 0) return '';
  const rows = options.map(({ flags, description, ...rest }) => {
    const more = [
      ...(rest.choices === undefined ? [] : [`one of ${rest.choices.join(', ')}`]),
      ...(rest.default === undefined ? [] : [`default ${rest.default}`]),
      ...(rest.many === undefined ? [] : ['may be given several times']),
    ];
    return `| \`${flags}\` | ${[description, ...more].join('; ')} |`;
  });
  return ['| Option | What it does |', '| --- | --- |', ...rows].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const page = new URL('../docs/reference/command-line.md', import.meta.url);
  writeFileSync(page, formatCommandReference(COMMANDS));
}
