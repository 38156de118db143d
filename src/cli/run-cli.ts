/** One call of `assay`: parse, run, and turn any error into a message and an exit code. */
import { CommanderError } from 'commander';
import { AssayError, ERROR_CODES } from '../domain/error.ts';
import { terminalLines } from '../domain/terminal-text.ts';
import { buildProgram } from './build-program.ts';
import type { CliContext } from './command.ts';
import { COMMANDS } from './commands.ts';

/** Runs the command line; resolves to the exit code. */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let code = 0;
  const program = buildProgram(COMMANDS, context, (exit) => {
    code = exit;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return report(error, context);
  }
}

function report(error: unknown, context: CliContext): number {
  if (error instanceof CommanderError) return error.exitCode;
  if (error instanceof AssayError) {
    // What a server or a registry said may be in it.
    context.stderr.write(`assay: ${terminalLines(error.message)}\n`);
    return ERROR_CODES[error.code].exit;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  context.stderr.write(`assay: unexpected error, please report it\n${text}\n`);
  return 1;
}
