/** Go's `json.Indent`: a compact JSON text over several lines, with a prefix on each. */

const TOKEN = /"(?:[^"\\]|\\.)*"|\[\]|\{\}|[^"[\]{},:]+|[^]/g;
/** What a token does to the depth of the lines after it. */
const DEPTHS: Readonly<Record<string, number>> = { '[': 1, '{': 1, ']': -1, '}': -1, ',': 0 };

/** Sets compact JSON over lines; empty arrays and objects stay on one. */
export function indentJson(json: string, layout: { indent: string; prefix: string }): string {
  let depth = 0;
  const pieces = (json.match(TOKEN) ?? []).map((token) => {
    const change = DEPTHS[token];
    depth += change ?? 0;
    const line = change === undefined ? '' : `\n${layout.prefix}${layout.indent.repeat(depth)}`;
    if (change === -1) return line + token;
    return token === ':' ? ': ' : token + line;
  });
  return layout.prefix + pieces.join('');
}
