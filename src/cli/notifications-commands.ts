/** `assay notifications …`: where events are sent, and what could not be. */
import { AssayError } from '../domain/error.ts';
import { formatTime } from '../domain/time.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { reachOf, textOption, textOptions } from './options.ts';
import { printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface DestinationRow {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  readonly types: readonly string[];
  readonly state: string;
  readonly waiting: number;
  readonly deadLetters: number;
  readonly dropped: number;
  readonly deliveredTime?: number;
  readonly problem?: string;
}

interface DeadLetterRow {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: number;
  readonly attempts: number;
  readonly problem: string;
}

/** `assay notifications add NAME` */
export const addDestination: CommandRun = async (context, args, options) => {
  const input = await readDestination(args[0], options);
  return withOperations(context, reachOf(options), async (client) => {
    const added = (await client.call('add-destination', input)) as DestinationRow;
    const { name, address, types } = added;
    context.stderr.write(
      `destination ${name} added: ${types.length} types of events go to ${address}\n` +
        `next: assay notifications test ${name}\n`,
    );
    return 0;
  });
};

/** `assay notifications list` */
export const listDestinations: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const values = (await client.call('list-destinations', {
      project: textOption(options, 'project'),
    })) as readonly DestinationRow[];
    const form = {
      columns: ['NAME', 'KIND', 'ADDRESS', 'STATE', 'WAITING', 'DEAD', 'DROPPED', 'PROBLEM'],
      whole: ['NAME'],
      row: (one: DestinationRow) => [
        one.name,
        one.kind,
        one.address,
        one.state,
        String(one.waiting),
        String(one.deadLetters),
        String(one.dropped),
        one.problem ?? '',
      ],
      empty: 'no destination; add one: assay notifications add NAME --url URL --secret-file FILE',
    };
    await printList(context, { name: 'destinations', values, form }, options);
    return 0;
  });

/** `assay notifications test NAME` */
export const testDestination: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const tested = (await client.call('test-destination', whichOne(args, options))) as {
      readonly reached: boolean;
      readonly answer: string;
    };
    context.stderr.write(`${args[0]}: ${tested.answer}\n`);
    return tested.reached ? 0 : 1;
  });

/** `assay notifications dead-letters NAME` */
export const listDeadLetters: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = whichOne(args, options);
    const values = (await client.call('list-dead-letters', input)) as readonly DeadLetterRow[];
    const form = {
      columns: ['EVENT', 'TYPE', 'TIME', 'TRIES', 'PROBLEM', 'SUBJECT'],
      whole: ['EVENT'],
      row: (one: DeadLetterRow) => [
        one.id,
        one.type,
        formatTime(one.time).slice(0, 19),
        String(one.attempts),
        one.problem,
        one.subject,
      ],
      empty: `${args[0]} has no dead letter`,
    };
    await printList(context, { name: 'deadLetters', values, form }, options);
    return 0;
  });

/** `assay notifications retry NAME` */
export const retryDeadLetters: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const event = textOption(options, 'id');
    const input = { ...whichOne(args, options), ...(event === undefined ? {} : { event }) };
    const { retried } = (await client.call('retry-dead-letters', input)) as { retried: number };
    context.stderr.write(`${retried} events are on their way to ${args[0]} again\n`);
    return 0;
  });

/** `assay notifications remove NAME` */
export const removeDestination: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('remove-destination', whichOne(args, options));
    context.stderr.write(`destination ${args[0]} removed\n`);
    return 0;
  });

function whichOne(args: readonly string[], options: OptionValues): Record<string, unknown> {
  return { project: textOption(options, 'project'), name: args[0] };
}

async function readDestination(
  name: string | undefined,
  options: OptionValues,
): Promise<Record<string, unknown>> {
  const secret = await secretOf(options, 'secretFile');
  const input = {
    project: textOption(options, 'project'),
    name,
    kind: textOption(options, 'kind'),
    url: await addressOf(options),
    secret,
    topicProject: textOption(options, 'topicProject'),
    events: textOptions(options, 'event'),
    kinds: textOptions(options, 'onlyKind'),
    minSeverity: textOption(options, 'minSeverity'),
    resourcePrefix: textOption(options, 'resourcePrefix'),
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** Whoever lists processes reads the command line: a chat's address is a secret. */
async function addressOf(options: OptionValues): Promise<string> {
  const url = textOption(options, 'url');
  if (url !== undefined && textOption(options, 'kind') === 'slack') {
    const message = 'the address of a chat is a secret; put it into a file and give --url-file';
    throw new AssayError('invalid-argument', message);
  }
  const address = url ?? (await secretOf(options, 'urlFile'));
  if (address !== undefined) return address;
  throw new AssayError('invalid-argument', 'give --url, or --url-file with a file that has it');
}

async function secretOf(options: OptionValues, name: string): Promise<string | undefined> {
  const path = textOption(options, name);
  if (path === undefined) return undefined;
  const { readSecretFile } = await import('../operations/read-secret-file.ts');
  return readSecretFile(path);
}
