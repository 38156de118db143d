/** `assay advisories order`: whose word stands where sources of advisories disagree. */
import type { MatchRules } from '../domain/match-rules.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { reachOf, textOption } from './options.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

/** Sets the orders that are given, and prints those in force. */
export const orderAdvisories: CommandRun = (context, _args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const sources = listOption(options, 'sourceOrder');
    const severities = listOption(options, 'severityOrder');
    const change = { ...(sources && { sources }), ...(severities && { severities }) };
    const rules = (await client.call('set-match-rules', change)) as MatchRules;
    const values = [
      { name: 'sources', order: rules.sources },
      { name: 'severities', order: rules.severities },
    ];
    const form = {
      columns: ['ORDER OF', 'FIRST TO LAST'],
      row: (one: (typeof values)[number]) => [one.name, one.order.join(', ')],
      empty: '',
    };
    await printList(context, { name: 'orders', values, form }, options);
    return 0;
  });

function listOption(options: OptionValues, name: string): readonly string[] | undefined {
  const text = textOption(options, name);
  return text?.split(',').map((part) => part.trim());
}
