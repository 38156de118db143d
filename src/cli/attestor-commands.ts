/** `assay attestor …`: creating attestors, their keys, and the ends of these. */
import { AssayError } from '../domain/error.ts';
import { terminalText } from '../domain/terminal-text.ts';
import { formatTime, parseTime } from '../domain/time.ts';
import type { ShownAttestor, ShownKey } from '../operations/show-attestor.ts';
import type { CliContext, CommandRun, OptionValues } from './command.ts';
import { numberOption, reachOf, textOption } from './options.ts';
import { printDocument, printList } from './print-values.ts';
import { readPublicKeys } from './read-key-options.ts';
import { withOperations } from './with-operations.ts';

/** `assay attestor create NAME` */
export const createAttestor: CommandRun = async (context, args, options) =>
  change(context, options, {
    operation: 'create-attestor',
    input: {
      ...which(args, options),
      keys: await readPublicKeys(context, options),
      threshold: numberOption(options, 'threshold', 1),
      note: textOption(options, 'note'),
      description: textOption(options, 'description'),
    },
    next: 'assay attest sign IMAGE@DIGEST --attestor NAME --key FILE',
  });

/** `assay attestor list` */
export const listAttestors: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project') };
    const values = (await client.call('list-attestors', input)) as readonly ShownAttestor[];
    const form = {
      columns: ['NAME', 'NOTE', 'KEYS', 'WANTED', 'CHANGED'],
      whole: ['NAME'],
      row: (one: ShownAttestor) => [
        one.name,
        one.noteReference,
        String(one.keys.length),
        String(one.threshold),
        formatTime(one.updateTime).slice(0, 19),
      ],
      empty: 'no attestor; create one: assay attestor create NAME --key FILE',
    };
    await printList(context, { name: 'attestors', values, form }, options);
    return 0;
  });

/** `assay attestor show NAME` */
export const showAttestor: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const shown = (await client.call('show-attestor', which(args, options))) as ShownAttestor;
    const format = textOption(options, 'output') ?? 'table';
    if (format === 'table') context.stdout.write(formatAttestor(shown));
    else await printDocument(context, { schemaVersion: 1, ...shown }, format);
    return 0;
  });

/** `assay attestor add-key NAME --key FILE` */
export const addKey: CommandRun = async (context, args, options) => {
  const keys = await readPublicKeys(context, options);
  if (keys.length === 0) {
    throw new AssayError('invalid-argument', 'no key; give --key, --key-env or --jwks');
  }
  const input = { ...which(args, options), keys };
  const next = 'sign with the new key, then: assay attestor retire-key NAME OLD-KEY';
  return change(context, options, { operation: 'add-attestor-keys', input, next });
};

/** `assay attestor retire-key NAME KEY` */
export const retireKey: CommandRun = (context, args, options) =>
  change(context, options, { operation: 'retire-attestor-key', input: whichKey(args, options) });

/** `assay attestor revoke-key NAME KEY` */
export const revokeKey: CommandRun = (context, args, options) => {
  const from = textOption(options, 'from');
  const input = {
    ...whichKey(args, options),
    ...(from === undefined ? {} : { from: parseTime(from) }),
  };
  const next = 'see what rests on it: assay decisions list; sign it anew with another key';
  return change(context, options, { operation: 'revoke-attestor-key', input, next });
};

/** `assay attestor remove-key NAME KEY` */
export const removeKey: CommandRun = (context, args, options) =>
  change(context, options, { operation: 'remove-attestor-key', input: whichKey(args, options) });

/** `assay attestor set-threshold NAME K` */
export const setThreshold: CommandRun = (context, args, options) => {
  const threshold = Number(args[1]);
  if (!Number.isInteger(threshold) || threshold < 1) {
    throw new AssayError('invalid-argument', `${args[1]} is no threshold; give 1 or more`);
  }
  const input = { ...which(args, options), threshold };
  return change(context, options, { operation: 'set-attestor-threshold', input });
};

/** `assay attestor delete NAME` */
export const deleteAttestor: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    await client.call('delete-attestor', which(args, options));
    context.stderr.write(`attestor ${args[0]} deleted; rules that require it deny from now on\n`);
    return 0;
  });

interface Change {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly next?: string;
}

async function change(
  context: CliContext,
  options: OptionValues,
  { operation, input, next }: Change,
): Promise<number> {
  return withOperations(context, reachOf(options), async (client) => {
    const shown = (await client.call(operation, withoutAbsent(input))) as ShownAttestor;
    context.stderr.write(formatAttestor(shown));
    if (next !== undefined) context.stderr.write(`next: ${next}\n`);
    return 0;
  });
}

function formatAttestor({ name, noteReference, threshold, keys, ...rest }: ShownAttestor): string {
  const { description, gone } = rest;
  const lines = [
    `Attestor   ${name}`,
    ...(description === undefined ? [] : [`For        ${terminalText(description)}`]),
    `Note       ${noteReference}`,
    `Threshold  ${threshold} of ${keys.length} keys`,
    ...keys.map((key) => `Key        ${formatKey(key)}`),
    ...gone.map((key) => `Gone       ${key.name}${standingOf(key)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function formatKey(key: ShownKey): string {
  const { id, kind, algorithm, comment } = key;
  const remark = comment === undefined ? '' : `, ${terminalText(comment)}`;
  return `${terminalText(id)} (${algorithm ?? kind}${remark})${standingOf(key)}`;
}

function standingOf({ revokedFrom, retiredFrom }: Partial<ShownKey>): string {
  const ends = [
    ...(revokedFrom === undefined ? [] : [`REVOKED from ${formatTime(revokedFrom)}`]),
    ...(retiredFrom === undefined ? [] : [`retired from ${formatTime(retiredFrom)}`]),
  ];
  return ends.length === 0 ? '' : `  ${ends.join(', ')}`;
}

function which(args: readonly string[], options: OptionValues): Record<string, unknown> {
  return { project: textOption(options, 'project'), name: args[0] };
}

function whichKey(args: readonly string[], options: OptionValues): Record<string, unknown> {
  return { ...which(args, options), keyId: args[1] };
}

function withoutAbsent(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}
