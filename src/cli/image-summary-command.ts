/** `assay images summary`: what all images of a project come to, without reading one of them. */
import type { FleetSummary } from '../operations/summarise-fleet.ts';
import type { CommandRun } from './command.ts';
import { reachOf, textOption } from './options.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface CountRow {
  readonly what: string;
  readonly images: number;
}

/** `assay images summary` */
export const summariseImages: CommandRun = (context, _args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const advisory = textOption(options, 'advisory');
    const failOn = textOption(options, 'failOn');
    const summary = (await client.call('summarise-fleet', {
      project: textOption(options, 'project'),
      ...(failOn === undefined ? {} : { failOn }),
      ...(advisory === undefined ? {} : { advisory }),
    })) as FleetSummary;
    const form = {
      columns: ['IMAGES', 'THAT'],
      row: ({ what, images }: CountRow) => [String(images), what],
      empty: 'no image',
    };
    const values = rowsOf(summary, advisory);
    await printList(context, { name: 'counts', values, form }, options);
    return 0;
  });

function rowsOf(summary: FleetSummary, advisory: string | undefined): readonly CountRow[] {
  const { images, affected, statuses, outcomes, highest } = summary;
  const of = (counts: Readonly<Record<string, number>>, text: (key: string) => string) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([key, count]) => ({ what: text(key), images: count }));
  return [
    { what: 'were read', images },
    ...(advisory === undefined
      ? []
      : [{ what: `hold what ${advisory} is about`, images: affected }]),
    ...of(statuses, (status) => `are ${status}`),
    ...of(outcomes, (outcome) => OUTCOMES[outcome] ?? outcome),
    ...of(highest, (severity) => `have ${severity} as the highest severity`).reverse(),
  ];
}

const OUTCOMES: Readonly<Record<string, string>> = {
  pass: 'pass',
  fail: 'do not pass',
  undecided: 'are undecided',
};
