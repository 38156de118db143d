/**
 * The text of a build instruction as an image's history has it (`created_by`): anybody's text, on
 * its way to terminals and reports. Builders put the values of build arguments before a command
 * (`|2 TOKEN=… USER=… /bin/sh -c make`); these are secrets often enough, and are never shown.
 */
import { characters, terminalText } from '../domain/terminal-text.ts';

/** Characters that are looked at, and shown. */
const LIMITS = { read: 64 * 1024, shown: 1024 } as const;

const ARGUMENTS = /^((?:RUN )?)\|(\d{1,4}) /;
/** A shell as builders write it before a command; blanks may lie within a value before it. */
const SHELL = / \/[^\s=]{1,100}(?: [^\s/]{1,40}){0,4}? -\w{0,8}c /g;
const NAME = /(?:^| )([A-Za-z_]\w{0,99})=/g;
const LEGACY = /^\/bin\/sh -c #\(nop\)\s+/;
const BUILDKIT = ' # buildkit';
const HIDDEN = '[hidden]';

/** An instruction in one clean line; undefined where nothing is left of it. */
export function formatInstruction(createdBy: string): string | undefined {
  const cut = createdBy.slice(0, LIMITS.read);
  const bare = (cut.endsWith(BUILDKIT) ? cut.slice(0, -BUILDKIT.length) : cut).replace(LEGACY, '');
  const line = hideArguments(bare).replace(/\s+/g, ' ').trim();
  const clean = characters(terminalText(line.toWellFormed()));
  if (clean.length === 0) return undefined;
  return clean.length <= LIMITS.shown
    ? clean.join('')
    : `${clean.slice(0, LIMITS.shown - 1).join('')}…`;
}

/**
 * Hides the values of build arguments. Where values end cannot be told for sure, so that all before
 * the last shell counts as values, and everything where there is none.
 */
function hideArguments(text: string): string {
  const [start, run = '', count = '0'] = ARGUMENTS.exec(text) ?? [];
  if (start === undefined) return text;
  const rest = text.slice(start.length - 1);
  const shell = [...rest.matchAll(SHELL)].at(-1);
  const end = shell?.index ?? rest.length;
  const names = [...rest.slice(0, end).matchAll(NAME)].map(([, name]) => `${name}=${HIDDEN}`);
  // What looks like a name may be within a value: then none of them is shown.
  const shown = names.length === Number(count) ? names : [HIDDEN];
  const command = shell === undefined ? '' : rest.slice(end + 1);
  return `${run}|${count} ${shown.join(' ')} ${command}`;
}
