/** Reads text files line by line without ever holding all lines, however large the file is. */

/** One line without its line feed, counted from 1. */
export interface TextLine {
  readonly number: number;
  readonly text: string;
}

/** The text of a file, and whether it had bytes that are not UTF-8 (each became U+FFFD). */
export function decodeLossy(bytes: Uint8Array): { readonly text: string; readonly valid: boolean } {
  const text = new TextDecoder().decode(bytes);
  return { text, valid: !text.includes('\uFFFD') };
}

/** The lines of a text; a carriage return at the end of one is dropped. */
export function* textLines(text: string): Generator<TextLine> {
  let number = 0;
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end === -1 ? text.length : end);
    number += 1;
    yield { number, text: line.endsWith('\r') ? line.slice(0, -1) : line };
    at = end === -1 ? text.length : end + 1;
  }
}

/** Most lines of a block. */
export const BLOCK_LINES = 200_000;

/** Groups of lines between blank ones; one that is too long is cut after one line too many. */
export function* textBlocks(text: string): Generator<readonly TextLine[]> {
  let block: TextLine[] = [];
  for (const line of textLines(text)) {
    if (line.text.trim() !== '') {
      if (block.length <= BLOCK_LINES) block.push(line);
    } else if (block.length > 0) {
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}
