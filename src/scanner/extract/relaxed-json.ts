/** JSON with comments and trailing commas (JSONC) made strict, in one pass whatever the text is. */

/** The text without comments and without commas before a closing bracket. */
export function relaxedJson(text: string): string {
  const kept: string[] = [];
  let comma = -1;
  let at = 0;
  while (at < text.length) {
    const sign = nextOf(/["/,}\]]/g, text, at);
    const between = text.slice(at, sign);
    if (between.trim() !== '') comma = -1;
    const char = text[sign] ?? '';
    at = endOfToken(text, sign);
    const token = isComment(text, sign) ? ' ' : text.slice(sign, at);
    if (comma !== -1 && (char === '}' || char === ']')) kept[comma] = ' ';
    kept.push(between, token);
    if (token !== ' ') comma = char === ',' ? kept.length - 1 : -1;
  }
  return kept.join('');
}

function isComment(text: string, at: number): boolean {
  return text[at] === '/' && (text[at + 1] === '/' || text[at + 1] === '*');
}

function endOfToken(text: string, at: number): number {
  if (text[at] === '"') return endOfString(text, at);
  if (!isComment(text, at)) return at + 1;
  const line = text[at + 1] === '/';
  const end = text.indexOf(line ? '\n' : '*/', at + 2);
  if (end === -1) return text.length;
  return line ? end : end + 2;
}

function endOfString(text: string, start: number): number {
  let at = nextOf(/["\\]/g, text, start + 1);
  while (text[at] === '\\') at = nextOf(/["\\]/g, text, at + 2);
  return at + 1;
}

/** Where the next of some signs is, else the end. */
function nextOf(signs: RegExp, text: string, from: number): number {
  signs.lastIndex = from;
  return signs.exec(text)?.index ?? text.length;
}
