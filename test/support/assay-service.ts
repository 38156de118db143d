/** Long-running commands of `assay` as child processes: from their ready line to a clean stop. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { plainEnvironment } from './assay-command.ts';
import { assayMain } from './assay-main.ts';

/** A running command: what its ready line says, and how to end it. */
export interface AssayService {
  readonly ready: Readonly<Record<string, string>>;
  /** Ends it by SIGTERM unless told otherwise; resolves to its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  /** Its whole log, once it has ended. */
  log(): Promise<string>;
}

/** A server that calls for advisories, wherever its arguments say. */
export const ONLINE = { ASSAY_OFFLINE: undefined };

/** Starts `assay ARGS` and waits for its ready line; throws with its log where none comes. */
export async function startService(
  args: readonly string[],
  env?: Readonly<Record<string, string | undefined>>,
): Promise<AssayService> {
  const child = spawn(process.execPath, [await assayMain(), ...args], {
    env: { ...plainEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = text(child.stderr);
  for await (const line of createInterface({ input: child.stdout })) {
    child.stdout.resume();
    const ready = JSON.parse(line) as Record<string, string>;
    return { ready, stop: (signal = 'SIGTERM') => end(child, signal), log: () => log };
  }
  throw new Error(`assay ${args[0]} ended before it was ready:\n${await log}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return child.exitCode;
}
