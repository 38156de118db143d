/** Runs `assay` as a user does: a child process of its own, with nothing of this one's settings. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { assayMain } from './assay-main.ts';

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is started with besides its arguments. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** Runs `assay ARGS` and waits for its end; a signal ends it with -1. */
export async function runAssay(args: readonly string[], around: Surroundings = {}): Promise<Ended> {
  return runProgram(process.execPath, [await assayMain(), ...args], around);
}

/** A command under way. */
export interface Waiting {
  /** Resolves once its stderr has these words; rejects where it ends without. */
  readonly says: (words: string) => Promise<void>;
  readonly ended: Promise<Ended>;
}

/** Starts `assay ARGS`, for a test that does something while it runs. */
export async function startCommand(args: readonly string[]): Promise<Waiting> {
  const child = startProgram(process.execPath, [await assayMain(), ...args]);
  const said = createInterface({ input: child.stderr });
  let heard = '';
  let isOver = false;
  said.on('line', (line) => (heard += `${line}\n`)).once('close', () => (isOver = true));
  const says = async (words: string): Promise<void> => {
    while (!heard.includes(words)) {
      if (isOver) throw new Error(`it ended without ${words}:\n${heard}`);
      await Promise.race([once(said, 'line'), once(said, 'close')]);
    }
  };
  return { says, ended: endOf(child) };
}

/** Runs a program to its end, whatever its exit code. */
export function runProgram(
  file: string,
  args: readonly string[],
  around: Surroundings = {},
): Promise<Ended> {
  return endOf(startProgram(file, args, around));
}

function startProgram(
  file: string,
  args: readonly string[],
  { env, cwd, input = '' }: Surroundings = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(file, args, { cwd, env: { ...plainEnvironment(), ...env } });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return child;
}

async function endOf(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code: code ?? -1, stdout, stderr };
}

/**
 * This process's environment without what would steer Assay or gcloud; a server that is started with
 * it calls nobody for advisories.
 */
export function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(ASSAY_|CLOUDSDK_|NO_COLOR$|FORCE_COLOR$)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), ASSAY_OFFLINE: 'true' };
}
