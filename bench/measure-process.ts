/**
 * A whole process measured from outside: wall and CPU time by bash, whose children's accounts the
 * kernel keeps exactly, and peak memory by a hook that the process itself runs at its end.
 */
import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a process took, from its start to its end, with all its threads. */
export interface ProcessCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Highest resident memory, in megabytes (10^6). */
  readonly peakMb: number;
  readonly stdout: string;
}

const HOOK = fileURLToPath(new URL('report-peak.mjs', import.meta.url));
const TIMED = 'TIMEFORMAT="%R %U %S"; { time "$@" 2>&4; } 4>&2 2>&3';

/** Runs `node ARGS` and measures it; throws with its stderr where the exit code is another. */
export async function measureNode(args: readonly string[], exit = 0): Promise<ProcessCost> {
  const command = [process.execPath, '--import', HOOK, ...args];
  const child = spawn('bash', ['-c', TIMED, 'bash', ...command], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, account] = await Promise.all([
    readAll(child.stdio[1]),
    readAll(child.stdio[2]),
    readAll(child.stdio[3]),
  ]);
  const code = await ended;
  if (code !== exit) {
    throw new Error(`${args.join(' ')} ended with ${code}, wanted ${exit}:\n${stderr}`);
  }
  const [peak = '', times = ''] = account.split('\n');
  const [wall = 0, user = 0, system = 0] = times.split(' ').map(Number);
  return {
    wallMs: wall * 1000,
    cpuMs: (user + system) * 1000,
    peakMb: (Number(peak) * 1024) / 1e6,
    stdout,
  };
}

async function readAll(stream: Readable | Writable | null | undefined): Promise<string> {
  if (stream instanceof Readable) return text(stream);
  throw new Error('the measured process has no such pipe');
}
