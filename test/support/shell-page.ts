/**
 * Runs the shell blocks of a page as a reader would: one shell, one fresh folder, top to bottom.
 * A `sh` block must succeed line by line. A `console` block has commands after `$ ` (continued
 * after `> `) and what they print; `…` stands for any text, alone on a line for any lines, and a
 * command may fail only where the page goes on with `$ echo $?`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { assayMain } from './assay-main.ts';
import type { CodeBlock } from './markdown.ts';
import { UNPACKED } from './real.ts';

/** One command of a page, what it should print (undefined: anything), and whether it may fail. */
export interface PageCommand {
  readonly script: string;
  readonly line: number;
  readonly expected: string | undefined;
  readonly mayFail: boolean;
}

/** Splits shell blocks into commands; a `sh` block is one command. */
export function listCommands(blocks: readonly CodeBlock[]): readonly PageCommand[] {
  return blocks.flatMap((block) => {
    if (block.info === 'sh') {
      return [{ script: block.text, line: block.line, expected: undefined, mayFail: false }];
    }
    return block.info === 'console' ? consoleCommands(block) : [];
  });
}

function consoleCommands({ text, line }: CodeBlock): readonly PageCommand[] {
  const parts: { script: string[]; line: number; output: string[] }[] = [];
  for (const [index, row] of text.split('\n').entries()) {
    const last = parts.at(-1);
    if (row.startsWith('$ ')) {
      parts.push({ script: [row.slice(2)], line: line + index + 1, output: [] });
    } else if (row.startsWith('> ') && last?.output.length === 0) last.script.push(row.slice(2));
    else last?.output.push(row);
  }
  return parts.map((part, index) => ({
    script: part.script.join('\n'),
    line: part.line,
    expected: part.output.length === 0 ? undefined : part.output.join('\n'),
    mayFail: parts[index + 1]?.script[0] === 'echo $?',
  }));
}

/** Tells whether printed text is what a page shows, with `…` for what changes from run to run. */
export function matchesOutput(printed: string, expected: string): boolean {
  const pattern = expected
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${linePattern(line)}[ ]*\\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}

function linePattern(line: string): string {
  return line.split('…').map(escapePattern).join('.*?');
}

/** Where the wrapper `assay` starts from: the project's folder and the Node to run it with. */
export interface PageShell {
  readonly project: string;
  readonly node: string;
}

/** Runs commands in order, in one shell, and gives each broken one as `line N: what`. */
export async function runCommands(
  commands: readonly PageCommand[],
  shell: PageShell,
): Promise<readonly string[]> {
  const home = mkdtempSync(join(tmpdir(), 'assay-docs-'));
  try {
    layFolder(home, shell, await assayMain());
    writeFileSync(join(home, 'page.sh'), commands.map(scriptOf).join(''));
    await runShell(home);
    return commands.flatMap((command, index) => judge(command, join(home, `${index}`)));
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function layFolder(home: string, { project, node }: PageShell, main: string): void {
  mkdirSync(join(home, 'bin'));
  mkdirSync(join(home, 'work'));
  symlinkSync(join(project, 'demo'), join(home, 'work', 'demo'));
  const start = `#!/bin/sh\nexec '${node}' '${main}' "$@"\n`;
  writeFileSync(join(home, 'bin', 'assay'), start, { mode: 0o755 });
}

/** What a command prints and how it ends go to files named by its number; `$?` is the last one's. */
function scriptOf({ script, expected, mayFail }: PageCommand, index: number): string {
  const strict = expected === undefined && !mayFail;
  return [
    `exec >"$HOME/${index}.out" 2>&1; trap 'echo $? >"$HOME/${index}.code"' EXIT; set +e`,
    strict ? 'set -e' : '(exit ${last:-0})',
    script,
    `last=$?; echo $last >"$HOME/${index}.code"; trap - EXIT`,
    '',
  ].join('\n');
}

async function runShell(home: string): Promise<void> {
  const env = {
    ...process.env,
    ASSAY_OFFLINE: 'true',
    HOME: home,
    XDG_DATA_HOME: join(home, 'data'),
  };
  const child = spawn('bash', [join(home, 'page.sh')], {
    cwd: join(home, 'work'),
    env: {
      ...env,
      PATH: [join(home, 'bin'), process.env.PATH ?? '', UNPACKED].join(delimiter),
      NO_COLOR: '1',
    },
    stdio: 'ignore',
    detached: true,
  });
  await once(child, 'exit');
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing of the page was left running.
  }
}

function judge(command: PageCommand, file: string): readonly string[] {
  const { line, script, expected, mayFail } = command;
  const where = `line ${line}: ${script.split('\n')[0]}`;
  if (!existsSync(`${file}.code`)) return [`${where}: did not run`];
  const code = readFileSync(`${file}.code`, 'utf8').trim();
  const printed = readFileSync(`${file}.out`, 'utf8');
  if (code !== '0' && !mayFail) return [`${where}: ended with ${code}:\n${printed}`];
  if (expected === undefined || matchesOutput(printed, expected)) return [];
  return [`${where}: printed\n${printed}\nbut the page shows\n${expected}`];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
