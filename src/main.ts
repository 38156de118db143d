/**
 * The one place where effects are made: store, registry client, clock, ids, logger, listeners.
 * Everything heavy is loaded only by the command that needs it.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CliContext, OperationsClient, Reach } from './cli/command.ts';
import { runCli } from './cli/run-cli.ts';
import { VERSION } from './version.ts';

const { env, stdout, stderr } = process;

function dataFolder(given: string | undefined): string {
  return given ?? join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share'), 'assay');
}

async function openOperations(reach: Reach): Promise<OperationsClient> {
  const { openOperationsClient } = await import('./open-operations.ts');
  return openOperationsClient({ ...reach, data: dataFolder(reach.data) });
}

// Whoever reads our output may stop: `assay scan IMAGE | head` is no failure of ours.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const context: CliContext = {
  version: VERSION,
  env,
  stdout: {
    write: (text) => void stdout.write(text),
    isTerminal: stdout.isTTY,
    columns: stdout.columns ?? 80,
  },
  stderr: { write: (text) => void stderr.write(text), isTerminal: stderr.isTTY },
  color: stdout.isTTY && (env['NO_COLOR'] ?? '') === '',
  now: () => Date.now() * 1000,
  openOperations,
  serve: async (options) => {
    const { runServer } = await import('./run-server.ts');
    return runServer(dataFolder(options['data'] as string | undefined), options);
  },
  serveRegistry: async (folder, options) => {
    const { runRegistry } = await import('./run-registry.ts');
    return runRegistry(folder, options);
  },
  migrate: async (options) => {
    const { runMigration } = await import('./run-migration.ts');
    return runMigration(dataFolder(options['data'] as string | undefined), options);
  },
};

process.exitCode = await runCli(process.argv.slice(2), context);
