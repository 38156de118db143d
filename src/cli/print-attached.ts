/** Prints what is attached to an image, to its platforms or its index, and what it comes to. */
import { terminalText } from '../domain/terminal-text.ts';
import type { CheckedAttachment } from '../operations/check-attached.ts';
import type { CheckedManifest } from '../operations/checked-manifest.ts';
import type { VerifiedAttachments } from '../operations/verify-attached.ts';
import type { VerifiedImage } from '../operations/verify-image.ts';
import type { CliContext, OptionValues } from './command.ts';
import { textOption } from './options.ts';
import { VERIFIED_WORDS } from './outcome-words.ts';
import { printDocument } from './print-values.ts';

/** What one attestor has of an image. */
export interface KeptAttestations extends VerifiedImage {
  readonly attestor: string;
}

/** To whom, how, and whether the outcome is what was asked for. */
export interface PrintedAttached {
  readonly context: CliContext;
  readonly options: OptionValues;
  readonly title: 'outcome' | 'image';
  /** What attestors have of the image in their projects. */
  readonly kept?: readonly KeptAttestations[];
}

/** Prints a table, or the whole as a document. */
export async function printAttached(
  printed: PrintedAttached,
  found: VerifiedAttachments,
): Promise<void> {
  const { context, options, kept } = printed;
  const format = textOption(options, 'output') ?? 'table';
  if (format !== 'table') {
    const attestors = kept === undefined || kept.length === 0 ? {} : { attestors: kept };
    return printDocument(context, { schemaVersion: 1, ...found, ...attestors }, format);
  }
  const lines = linesOf(printed, found);
  context.stdout.write(`${lines.map(terminalText).join('\n')}\n`);
}

function linesOf(
  { title, kept = [] }: Pick<PrintedAttached, 'title' | 'kept'>,
  found: VerifiedAttachments,
): readonly string[] {
  const { platforms = [], index } = found;
  const listed = platforms.flatMap((one) => [`  ${one.platform}  ${one.digest}`, ...indented(one)]);
  if (title === 'outcome') {
    const judged = `${VERIFIED_WORDS[found.outcome]}  ${found.image}`;
    const why = found.outcome === 'allow' ? [] : [`  found: ${found.found}`];
    return [judged, ...manifestLines(found), ...listed, ...why];
  }
  const above =
    index === undefined ? [] : [`  listed in the index ${index.digest}`, ...indented(index)];
  return [found.image, ...manifestLines(found), ...listed, ...above, ...kept.flatMap(keptLines)];
}

function indented(one: Omit<CheckedManifest, 'digest'>): readonly string[] {
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
  const { location, manifest, mediaType, answer, what, unverified, size } = one;
  const head = `${location}  ${manifest.slice(0, 19)}`;
  const bytes = size === undefined ? '' : ` (${mediaType}, ${size} bytes)`;
  const told = what === undefined ? [] : [`      ${what}${bytes}`];
  if (answer === undefined) {
    const why = unverified === undefined ? [] : [`      not verified: ${unverified}`];
    return [`  - ${head}`, ...(told.length > 0 ? told : [`      ${mediaType}`]), ...why];
  }
  if ('grade' in answer) {
    const by = one.by === undefined ? '' : `, by ${one.by}`;
    const whose = `      ${answer.grade}, signed by ${answer.signer}${by}`;
    return [`  + ${head}  ${answer.kind}`, whose, ...told, ...answer.checked.map(indent)];
  }
  return [`  x ${head}  ${answer.kind} [${answer.step}]`, ...told, `      ${answer.why}`];
}

function indent(line: string): string {
  return `      ${line}`;
}

function keptLines({ attestor, outcome, found, proofs, refusals }: KeptAttestations): string[] {
  return [
    `  attestations for ${attestor}: ${VERIFIED_WORDS[outcome]}`,
    ...proofs.map((one) => `  + ${one.kind} ${one.occurrence}: ${one.reason}`),
    ...refusals.map(
      (one) => `  x ${one.kind ?? ''} ${one.occurrence}: [${one.step}] ${one.reason}`,
    ),
    ...(outcome === 'allow' ? [] : [`      ${found}`]),
  ];
}
