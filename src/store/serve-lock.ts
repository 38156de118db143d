/**
 * The lock file by which a server holds a data folder. It is read and written only inside a write
 * transaction of the database, whose lock the system gives back when a process dies: so two
 * servers never both take over a stale file, and a command never writes beside a server.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import type { ServeLock } from './store-contract.ts';

const LOCK_FILE = 'serve.lock';

/** The live server that holds a folder and is not this process, if there is one. */
export function findLiveServer(folder: string): ServeLock | undefined {
  const lock = readLock(join(folder, LOCK_FILE));
  if (lock === undefined || lock.pid === process.pid) return undefined;
  return isRunning(lock) ? lock : undefined;
}

/** Throws `failed-precondition`, naming the server's address, while another process serves. */
export function refuseLiveServer(folder: string): void {
  const lock = findLiveServer(folder);
  if (lock === undefined) return;
  const address = lock.http === '' ? 'which is still starting' : `at ${lock.http}`;
  const advice = lock.http === '' ? 'wait for it and use --server' : `use --server ${lock.http}`;
  throw new AssayError(
    'failed-precondition',
    `data folder ${folder} is held by a server ${address} (pid ${lock.pid}): ` +
      `${advice} --token-file FILE, or stop that server`,
    { details: { server: lock.http, pid: lock.pid } },
  );
}

/** Writes the lock for this process, replacing a stale one; refuses a live one. */
export function takeServeLock(folder: string, lock: { started: number; http: string }): void {
  refuseLiveServer(folder);
  const { pid } = process;
  const content: ServeLock = { pid, processStart: processStart(pid), ...lock };
  const file = join(folder, LOCK_FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Removes the lock if it is this process' own. */
export function releaseServeLock(folder: string): void {
  const file = join(folder, LOCK_FILE);
  if (readLock(file)?.pid === process.pid) rmSync(file, { force: true });
}

function readLock(file: string): ServeLock | undefined {
  try {
    return checkedLock(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // Absent or not ours: nobody can be said to hold the folder.
    return undefined;
  }
}

function checkedLock(value: Partial<Record<keyof ServeLock, unknown>>): ServeLock | undefined {
  const { pid, started, processStart: start, http } = value;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof started !== 'number') return undefined;
  return { pid, started, processStart: text(start), http: text(http) };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isRunning(lock: ServeLock): boolean {
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    // EPERM: it lives, under another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const start = processStart(lock.pid);
  return start === '' || lock.processStart === '' || start === lock.processStart;
}

/** Linux' start time of a process in clock ticks since boot, with the boot's id; else empty. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    // The command name may hold blanks and parentheses; fields are counted after the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : `${boot}/${fields[19] ?? ''}`;
  } catch {
    return '';
  }
}
