/** What the docs test reads of a Markdown page: its code blocks, its links and its headings. */

/** A fenced code block; `info` is the word after the fence, `line` that of the fence. */
export interface CodeBlock {
  readonly info: string;
  readonly text: string;
  readonly line: number;
}

/** A link of the page; `target` is as written. */
export interface PageLink {
  readonly target: string;
  readonly line: number;
}

/** A page split into blocks, links outside of them, and the anchors that its headings make. */
export interface Page {
  /** Programs besides `assay` and Debian's own that it runs: `<!-- needs: curl, gpg -->`. */
  readonly needs: readonly string[];
  readonly blocks: readonly CodeBlock[];
  readonly links: readonly PageLink[];
  readonly anchors: readonly string[];
}

/** Reads a page. Throws where a fence is opened and never closed. */
export function readPage(markdown: string): Page {
  const lines = markdown.split('\n');
  const blocks: CodeBlock[] = [];
  const prose: { text: string; line: number }[] = [];
  let open: { info: string; line: number; text: string[] } | undefined;
  for (const [index, text] of lines.entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (fence && open) {
      blocks.push({ info: open.info, line: open.line, text: open.text.join('\n') });
      open = undefined;
    } else if (fence) open = { info: fence[1]?.trim() ?? '', line: index + 1, text: [] };
    else if (open) open.text.push(text);
    else prose.push({ text, line: index + 1 });
  }
  if (open) throw new Error(`the code block of line ${open.line} is never closed`);
  const around = { links: prose.flatMap(linksOf), anchors: prose.flatMap(anchorOf) };
  return { needs: needsOf(markdown), blocks, ...around };
}

function needsOf(markdown: string): readonly string[] {
  return /^<!-- needs: (.*) -->$/m.exec(markdown)?.[1]?.split(', ') ?? [];
}

function linksOf({ text, line }: { text: string; line: number }): readonly PageLink[] {
  const plain = text.replaceAll(/`[^`]*`/g, '');
  const links = [...plain.matchAll(/\]\(([^()\s]+)\)/g)];
  return links.map(([, target]) => ({ target: target ?? '', line }));
}

function anchorOf({ text }: { text: string }): readonly string[] {
  const title = /^#+ (.*)$/.exec(text)?.[1];
  if (title === undefined) return [];
  const words = title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
  return [words.trim().replaceAll(/\s/g, '-')];
}
