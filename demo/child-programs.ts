/** The programs that the demo starts: each is known by its process, and none outlives the demo. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The product as the repository runs it. */
export const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts and stops `assay`; after `stopAll` nothing can be started. */
export interface Programs {
  /** Starts a service and waits for its ready line. Its stderr goes to `NAME.log`. */
  readonly serve: (name: string, args: readonly string[]) => Promise<Record<string, string>>;
  /** Runs a command to its end. */
  readonly run: (args: readonly string[]) => Promise<Finished>;
  /** Resolves to the name of the first service that ends. */
  readonly firstEnd: () => Promise<string>;
  /** The last lines of every service's log. */
  readonly logTails: () => string;
  readonly stopAll: () => Promise<void>;
}

const READY_MS = 30_000;
const COMMAND_MS = 60_000;
const LOG_LINES = 12;
const GRACE_MS = 5000;

/** The programs of one demo, whose logs and settings are in `folder`. */
export function createPrograms(folder: string): Programs {
  const env = quietEnvironment(folder);
  const alive = new Set<ChildProcess>();
  const ends: Promise<string>[] = [];
  const logs: string[] = [];
  let stopped = false;

  function start(args: readonly string[], stderr: 'pipe' | number): ChildProcess {
    if (stopped) throw new Error('the demo is stopping');
    const stdio = ['ignore', 'pipe', stderr] as const;
    const child = spawn(process.execPath, [MAIN, ...args], { cwd: ROOT, env, stdio: [...stdio] });
    alive.add(child);
    child.once('close', () => alive.delete(child));
    return child;
  }

  return {
    serve: async (name, args) => {
      const log = join(folder, `${name}.log`);
      const file = openSync(log, 'a', 0o600);
      logs.push(log);
      try {
        const child = start(args, file);
        ends.push(new Promise((resolve) => child.once('close', () => resolve(name))));
        return await readyLine(child, name);
      } finally {
        closeSync(file);
      }
    },
    run: (args) => finish(start(args, 'pipe')),
    logTails: () => logs.map(tail).join(''),
    firstEnd: () => Promise.race(ends),
    stopAll: async () => {
      stopped = true;
      await Promise.all([...alive].map(stop));
    },
  };
}

/** What the user has set for `assay`, for Docker or for a proxy must not change the demo. */
function quietEnvironment(folder: string): NodeJS.ProcessEnv {
  const foreign = /^(ASSAY_.*|NODE_USE_ENV_PROXY|FORCE_COLOR)$/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), DOCKER_CONFIG: join(folder, 'docker'), NO_COLOR: '1' };
}

async function readyLine(child: ChildProcess, name: string): Promise<Record<string, string>> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS);
  try {
    return await new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        if (line.startsWith('{"event":"ready"')) resolve(JSON.parse(line));
      });
      child.once('error', reject);
      child.once('close', () => reject(new Error(`the ${name} did not get ready`)));
    });
  } finally {
    clearTimeout(timer);
  }
}

function tail(log: string): string {
  const lines = readFileSync(log, 'utf8').split('\n').slice(-LOG_LINES).join('\n');
  return lines === '' ? '' : `${basename(log)}:\n${lines}`;
}

async function finish(child: ChildProcess): Promise<Finished> {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return { code, ...texts };
  } finally {
    clearTimeout(timer);
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await ended;
  clearTimeout(timer);
}
