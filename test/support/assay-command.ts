/** Runs `assay` as a user does: a child process of its own, with nothing of this one's settings. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** Runs a program to its end, whatever its exit code. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { env, cwd, input = '' }: Surroundings = {},
): Promise<Ended> {
  const child = spawn(file, args, { cwd, env: { ...plainEnvironment(), ...env } });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
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
