/** A folder of one run of the tests: it goes with the run, at the latest when the next one starts. */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Makes it, `PARENT/NAME-PID-…`, and removes those of runs that were killed. */
export function makeRunFolder(parent: string, name: string): string {
  const remove = (folder: string): void => {
    rmSync(join(parent, folder), { recursive: true, force: true });
  };
  for (const other of globSync(`${name}-*-*`, { cwd: parent })) {
    if (!isAlive(Number(other.split('-').at(-2)))) remove(other);
  }
  const folder = mkdtempSync(join(parent, `${name}-${process.pid}-`));
  // Not in a teardown: processes of the tests that end after it still write there.
  process.once('exit', () => remove(folder.slice(parent.length)));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(1));
  }
  return folder;
}

/** Whether there is a process of this id, whoever runs it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
