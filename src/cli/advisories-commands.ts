/** `assay advisories …`: importing vulnerability records, and how old they are. */
import { resolve } from 'node:path';
import type { AdvisorySource } from '../domain/advisory.ts';
import { DAY, formatTime } from '../domain/time.ts';
import type { CommandRun } from './command.ts';
import { reachOf } from './options.ts';
import { printList } from './print-values.ts';
import { progressTo } from './progress.ts';
import { withOperations } from './with-operations.ts';

interface ImportResult {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/** `assay advisories import DIR|ZIP` */
export const importAdvisories: CommandRun = async (context, args, options) => {
  const progress = progressTo(context);
  const reach = { ...reachOf(options), progress: progress.show };
  return withOperations(context, reach, async (client) => {
    const path = resolve(args[0] ?? '');
    const imported = client.call('import-advisories', { path }).finally(progress.end);
    const result = (await imported) as ImportResult;
    context.stderr.write(
      `${result.records} records for ${result.sources.length} ecosystems imported\n` +
        'next: assay advisories status, or assay scan IMAGE\n',
    );
    return 0;
  });
};

/** `assay advisories status` */
export const showAdvisories: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const values = (await client.call('list-advisory-sources', {})) as readonly AdvisorySource[];
    const now = context.now();
    const form = {
      columns: ['ECOSYSTEM', 'RECORDS', 'UPDATED', 'AGE', 'SOURCE'],
      row: (one: AdvisorySource) => [
        one.ecosystem,
        String(one.records),
        formatTime(one.updated).slice(0, 10),
        `${Math.max(0, Math.floor((now - one.updated) / DAY))} d`,
        one.source,
      ],
      empty: 'no advisory data yet; import some: assay advisories import DIR-OR-ZIP',
    };
    await printList(context, { name: 'sources', values, form }, options);
    return 0;
  });
