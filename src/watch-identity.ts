/** Whom the server believes while it runs: the identity file is read again when it changes. */
import { stat } from 'node:fs/promises';
import type { OptionValues } from './cli/command.ts';
import { textOption } from './cli/options.ts';
import { openBelieved, readIdentityConfig } from './identity-config.ts';
import type { Micros } from './domain/time.ts';
import type { Believed } from './operations/authenticate-bearer.ts';
import type { Log } from './operations/deps.ts';

/** How often the file is looked at, in milliseconds. */
const WATCH_INTERVAL = 1000;

/** Whom is believed now, and how to stop looking. */
export interface WatchedIdentity {
  readonly current: () => Believed;
  readonly close: () => Promise<void>;
}

/**
 * Reads flags and file; throws where they are wrong. A file that is broken later leaves in force
 * what was said before, and says so in the log.
 */
export async function watchIdentity(
  options: OptionValues,
  { now, log }: { readonly now: () => Micros; readonly log: Log },
): Promise<WatchedIdentity> {
  const file = textOption(options, 'identityFile');
  let seen = await fingerprint(file);
  let believed = openBelieved(await readIdentityConfig(options), now);
  const look = async (): Promise<void> => {
    const found = await fingerprint(file);
    if (found === seen) return;
    seen = found;
    const before = believed;
    believed = openBelieved(await readIdentityConfig(options), now);
    log.info({ file }, 'the identity file was read again');
    await closeKeys(before);
  };
  const failed = (error: unknown): void =>
    log.error(
      { err: error, file },
      'the identity file cannot be read; what it said stays in force',
    );
  const timer = setInterval(() => void look().catch(failed), WATCH_INTERVAL);
  timer.unref();
  return {
    current: () => believed,
    close: async () => {
      clearInterval(timer);
      await closeKeys(believed);
    },
  };
}

/** A file that is gone has no fingerprint: reading it says why. */
async function fingerprint(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  const found = await stat(file).catch(() => undefined);
  return found === undefined ? 'gone' : `${found.ino}:${found.mtimeMs}:${found.size}`;
}

async function closeKeys({ issuers }: Believed): Promise<void> {
  await Promise.all(issuers.map(({ keys }) => keys.close()));
}
