/**
 * Text from an image or an advisory on its way to a terminal. A package may be called anything; a
 * name that moves the cursor or turns the line round could hide the finding beside it.
 */

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Replaces control, format and separator characters by a visible `\u{…}`; all else is kept. */
export function terminalText(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** As {@link terminalText}, for a text of several lines. */
export function terminalLines(text: string): string {
  return text.split('\n').map(terminalText).join('\n');
}

/** Breaks a text into lines of at most `width` characters, at blanks where there are any. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = characters(text);
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const end = blank > 0 ? blank : width;
    lines.push(rest.slice(0, end).join(''));
    rest = rest.slice(blank > 0 ? end + 1 : end);
  }
  return [...lines, rest.join('')];
}

/** The code points of a text: what a terminal, roughly, gives a column each. */
export function characters(text: string): string[] {
  return Array.from(text);
}
