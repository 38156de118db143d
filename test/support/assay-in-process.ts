/** Runs commands of `assay` in this process, for tests that need hundreds: same code, no start. */
import { runCli } from '../../src/cli/run-cli.ts';
import { openOperationsClient } from '../../src/open-operations.ts';
import type { Ended } from './assay-command.ts';

/** Runs `assay ARGS --data DATA`; commands that serve are refused. */
export async function runInProcess(
  args: readonly string[],
  data: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const printed = { stdout: '', stderr: '' };
  const refuse = (): Promise<never> => Promise.reject(new Error('only commands run here'));
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string): void => {
      printed[name] += text;
    },
    isTerminal: false,
    columns: 80,
  });
  const code = await runCli(args, {
    version: '0.0.0',
    env,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    color: false,
    now: () => Date.now() * 1000,
    openOperations: (reach) => openOperationsClient({ ...reach, data }),
    serve: refuse,
    serveRegistry: refuse,
    migrate: refuse,
  });
  return { code, ...printed };
}
