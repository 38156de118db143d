/**
 * Where the tests of a run keep their temporary files: in memory where the machine has room there.
 * Stores wait for the disk with each write, as they must, and a run has some ten thousand of those;
 * what it proves of a crash is the end of a process, never that of the machine. The full run stays
 * on the disk.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeRunFolder } from './run-folder.ts';

const MEMORY = '/dev/shm';
const ROOM = 4 * 1024 ** 3;

/** Makes the folder, unless the environment names one or the machine has no such room. */
export function setup(): void {
  if (process.env['TMPDIR'] !== undefined || process.env['ASSAY_TEST_FULL'] === '1') return;
  const folder = folderInMemory();
  if (folder !== undefined) process.env['TMPDIR'] = folder;
}

function folderInMemory(): string | undefined {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM) return undefined;
    const folder = makeRunFolder(MEMORY, 'assay-tests');
    // Others may pass to what is theirs: PostgreSQL does not run as root.
    chmodSync(folder, 0o711);
    return runsPrograms(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Tests write scripts, which a container's memory may not let run. */
function runsPrograms(folder: string): boolean {
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  try {
    execFileSync(program);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(program, { force: true });
  }
}
