/** Prints what is attached to an image, to its platforms or its index, and what it comes to. */
import { terminalText } from '../domain/terminal-text.ts';
import type { CheckedAttachment } from '../operations/check-attached.ts';
import type { CheckedManifest } from '../operations/checked-manifest.ts';
import type { VerifiedAttachments } from '../operations/verify-attached.ts';
import type { CliContext, OptionValues } from './command.ts';
import { textOption } from './options.ts';
import { VERIFIED_WORDS } from './outcome-words.ts';
import { printDocument } from './print-values.ts';

/** To whom, how, and whether the outcome is what was asked for. */
export interface PrintedAttached {
  readonly context: CliContext;
  readonly options: OptionValues;
  readonly title: 'outcome' | 'image';
}

/** Prints a table, or the whole as a document. */
export async function printAttached(
  { context, options, title }: PrintedAttached,
  found: VerifiedAttachments,
): Promise<void> {
  const format = textOption(options, 'output') ?? 'table';
  if (format !== 'table') return printDocument(context, { schemaVersion: 1, ...found }, format);
  const judged = title === 'outcome' ? `${VERIFIED_WORDS[found.outcome]}  ` : '';
  const { platforms = [], index } = found;
  const lines = [
    `${judged}${found.image}`,
    ...manifestLines(found),
    ...platforms.flatMap((one) => [
      `  ${one.platform}  ${one.digest}`,
      ...manifestLines(one).map((line) => `  ${line}`),
    ]),
    ...(index === undefined || title === 'outcome'
      ? []
      : [`  listed in the index ${index.digest}`, ...indented(index)]),
    ...(title === 'image' || found.outcome === 'allow' ? [] : [`  found: ${found.found}`]),
  ];
  context.stdout.write(`${lines.map(terminalText).join('\n')}\n`);
}

function indented(one: CheckedManifest): readonly string[] {
  return manifestLines(one).map((line) => `  ${line}`);
}

function manifestLines({ attachments, locations }: Omit<CheckedManifest, 'digest'>): string[] {
  return [
    ...attachments.flatMap(attachmentLines),
    ...(attachments.length === 0 ? ['  nothing is attached that could be read'] : []),
    ...locations.flatMap(({ location, problems }) =>
      problems.map((problem) => `  ? ${location}: ${problem}`),
    ),
  ];
}

function attachmentLines(one: CheckedAttachment): readonly string[] {
  const { location, manifest, mediaType, answer } = one;
  const head = `${location}  ${manifest.slice(0, 19)}`;
  if (answer === undefined) return [`  - ${head}`, `      ${mediaType}`];
  if ('grade' in answer) {
    const said = answer.checked.map((line) => `      ${line}`);
    const whose = `      ${answer.grade}, signed by ${answer.signer}`;
    return [`  + ${head}  ${answer.kind}`, whose, ...said];
  }
  return [`  x ${head}  ${answer.kind} [${answer.step}]`, `      ${answer.why}`];
}
