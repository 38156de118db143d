/** `assay project watch …`: repositories whose images are scanned by themselves. */
import { formatTime, SECOND } from '../domain/time.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { reachOf, textOption } from './options.ts';
import { parseInterval } from './parse-interval.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface WatchRow {
  readonly pattern: string;
  readonly on: boolean;
  readonly firstSight: boolean;
  readonly pollEvery?: number;
  readonly pollTime?: number;
  readonly problem?: string;
}

/** `assay project watch add PATTERN` */
export const addWatch: CommandRun = (context, args, options) => {
  const poll = textOption(options, 'poll');
  const pollEvery = poll === undefined ? {} : { pollEvery: parseInterval('poll', poll) };
  const input = { ...whichOne(args, options), firstSight: options['firstSight'] !== false };
  return withOperations(context, reachOf(options), async (client) => {
    await client.call('add-watch', { ...input, ...pollEvery });
    context.stderr.write(
      `${args[0]} is watched: ${howOften(poll)}\n` +
        'next: have its registry notify the server: docs/how-to/scan-on-push.md\n',
    );
    return 0;
  });
};

function howOften(poll: string | undefined): string {
  return poll === undefined
    ? 'what its registry tells of is scanned'
    : `its tags are listed every ${poll}`;
}

/** `assay project watch list` */
export const listWatches: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const project = textOption(options, 'project');
    const values = (await client.call('list-watches', { project })) as readonly WatchRow[];
    const form = {
      columns: ['PATTERN', 'STATE', 'FIRST SIGHT', 'POLL', 'POLLED', 'PROBLEM'],
      whole: ['PATTERN'],
      row: (one: WatchRow) => [
        one.pattern,
        one.on ? 'on' : 'off',
        one.firstSight ? 'yes' : 'no',
        one.pollEvery === undefined ? '' : `${one.pollEvery / (60 * SECOND)}m`,
        one.pollTime === undefined ? '' : formatTime(one.pollTime).slice(0, 19),
        one.problem ?? '',
      ],
      empty: 'nothing is watched; begin: assay project watch add REGISTRY/REPOSITORY',
    };
    await printList(context, { name: 'watches', values, form }, options);
    return 0;
  });

/** `assay project watch on PATTERN` */
export const switchOn: CommandRun = (context, args, options) =>
  switchTo(context, { args, options }, true);

/** `assay project watch off PATTERN` */
export const switchOff: CommandRun = (context, args, options) =>
  switchTo(context, { args, options }, false);

/** `assay project watch remove PATTERN` */
export const removeWatch: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('remove-watch', whichOne(args, options));
    context.stderr.write(`${args[0]} is watched no more\n`);
    return 0;
  });

function switchTo(
  context: Parameters<CommandRun>[0],
  { args, options }: { readonly args: readonly string[]; readonly options: OptionValues },
  on: boolean,
): Promise<number> {
  return withOperations(context, reachOf(options), async (client) => {
    await client.call('switch-watch', { ...whichOne(args, options), on });
    context.stderr.write(`the watch of ${args[0]} is ${on ? 'on' : 'off'}\n`);
    return 0;
  });
}

function whichOne(args: readonly string[], options: OptionValues): Record<string, unknown> {
  return { project: textOption(options, 'project'), pattern: args[0] };
}
