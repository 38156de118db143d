/**
 * `npm run demo`: the main job on real input, unattended. Two images are built, pushed, scanned and
 * one of them signed; a policy is set and seven reviews are asked over TLS. It ends with 0 only if
 * every verdict and the planted finding are as expected, and leaves nothing behind.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Programs, createPrograms } from './child-programs.ts';
import { formatAddresses } from './demo-addresses.ts';
import { formatFaults, formatOutcome } from './demo-report.ts';
import { playDemo } from './play-demo.ts';

const USAGE = `Usage: npm run demo [-- OPTIONS]
  --keep     leave server and registry running until Ctrl-C, and print their addresses
  --bundled  use the bundled package database, also where this machine's own would do
  --help     print this
`;

const HINT = 'To try the commands, leave everything running: npm run demo -- --keep';

const PARENT_MS = 1000;
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

interface DemoOptions {
  readonly keep: boolean;
  readonly bundled: boolean;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const signal = nextSignal();
  const folder = await mkdtemp(join(tmpdir(), 'assay-demo-'));
  const programs = createPrograms(folder);
  try {
    return await Promise.race([perform(), signal.seen]);
  } catch (error) {
    return signal.code() ?? tellFailure(error, programs);
  } finally {
    await programs.stopAll();
    await rm(folder, { recursive: true, force: true });
  }

  async function perform(): Promise<number> {
    const result = await playDemo({ folder, programs, bundled: (options as DemoOptions).bundled });
    console.log(formatOutcome(result));
    if (result.faults.length > 0) {
      console.error(formatFaults(result.faults));
      return 1;
    }
    if (!(options as DemoOptions).keep) {
      console.log(HINT);
      return 0;
    }
    console.log(formatAddresses(result));
    throw new Error(`${await programs.firstEnd()} has ended by itself`);
  }
}

function readOptions(): DemoOptions | number {
  try {
    const { values } = parseArgs({
      options: {
        keep: { type: 'boolean', default: false },
        bundled: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (!values.help) return values;
    console.log(USAGE);
    return 0;
  } catch (error) {
    console.error(`demo: ${(error as Error).message}\n${USAGE}`);
    return 1;
  }
}

/** The first signal that asks to stop; later ones change nothing, since cleaning up is bounded. */
function nextSignal(): { readonly seen: Promise<number>; readonly code: () => number | undefined } {
  let code: number | undefined;
  const seen = new Promise<number>((resolve) => {
    for (const [name, exit] of Object.entries(SIGNALS)) {
      process.on(name, () => {
        code ??= exit;
        resolve(code);
      });
    }
    watchParent(() => {
      code ??= SIGNALS.SIGHUP;
      resolve(code);
    });
  });
  return { seen, code: () => code };
}

/** A killed npm leaves its script behind without a word: its end is taken for a hang-up. */
function watchParent(gone: () => void): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) gone();
  }, PARENT_MS).unref();
}

function tellFailure(error: unknown, programs: Programs): number {
  const { message, cause } = error as Error;
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  console.error(`demo: ${message}${why}\n${programs.logTails()}`);
  return 1;
}

// A reader that has gone, as in `npm run demo | head`, must not keep the demo from cleaning up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
process.exit(await main());
