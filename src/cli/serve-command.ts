/** Commands that hand over to what `main.ts` builds: the server, the registry, migration. */
import type { CommandRun } from './command.ts';

/** `assay serve` */
export const runServe: CommandRun = (context, _args, options) => context.serve(options);

/** `assay registry serve DIR` */
export const runRegistry: CommandRun = (context, args, options) =>
  context.serveRegistry(args[0] ?? '', options);

/** `assay migrate` */
export const runMigrate: CommandRun = async (context, _args, options) => {
  context.stderr.write(`${await context.migrate(options)}\n`);
  return 0;
};
