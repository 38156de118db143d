/** The stock gpg with a home of its own, without prompts, and without an agent left behind. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realProgram } from './real.ts';

/** A gpg home; `run` gives what gpg printed and throws where it fails. */
export interface GnupgHome {
  readonly folder: string;
  run(args: readonly string[], input?: string): string;
  /** The upper-case fingerprint of a user's primary key. */
  fingerprint(user: string): string;
  close(): void;
}

/** Makes an empty gpg home. */
export function openGnupgHome(gpg: string): GnupgHome {
  const folder = mkdtempSync(join(tmpdir(), 'gpg-'));
  const quiet = ['--batch', '--quiet', '--no-tty', '--yes', '--pinentry-mode', 'loopback'];
  const run = (args: readonly string[], input = ''): string =>
    execFileSync(gpg, ['--homedir', folder, ...quiet, '--passphrase', '', ...args], {
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
    }).toString('utf8');
  return {
    folder,
    run,
    fingerprint: (user) =>
      /^fpr:+([0-9A-F]{40}):/m.exec(run(['--with-colons', '--list-keys', user]))?.[1] ?? '',
    close: () => {
      const gpgconf = realProgram('gpgconf');
      if (gpgconf) execFileSync(gpgconf, ['--homedir', folder, '--kill', 'all']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
