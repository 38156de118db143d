/**
 * One PostgreSQL server for a whole run of the tests: the run makes its folder, the first test that
 * needs the server starts it there (see postgres.ts), the run's end stops it by its process id.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from './run-folder.ts';

/** Names the folder of the run's server to the test processes. */
export const POSTGRES_FOLDER = 'ASSAY_TEST_POSTGRES';

/** Makes the folder; another user, under which the server may run, can enter it. */
export function setup(): void {
  const folder = mkdtempSync(join(tmpdir(), 'assay-postgres-'));
  chmodSync(folder, 0o755);
  process.env[POSTGRES_FOLDER] = folder;
}

/** Stops the server, if one was started, and removes everything. */
export async function teardown(): Promise<void> {
  const folder = process.env[POSTGRES_FOLDER];
  if (folder === undefined) return;
  const file = join(folder, 'data', 'postmaster.pid');
  if (existsSync(file)) await stop(Number(readFileSync(file, 'utf8').split('\n')[0]));
  rmSync(folder, { recursive: true, force: true });
}

/** SIGINT is its fast way to stop; after ten seconds it is killed. */
async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < 10_000; waited += 50) {
    await sleep(50);
    if (!isAlive(pid)) return;
  }
  process.kill(pid, 'SIGKILL');
}
