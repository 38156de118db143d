/**
 * Tables for people on a terminal: columns as wide as needed, narrowed where the line is too short,
 * and what does not fit goes on in the next line. Nothing is cut off, so that a copied id is whole.
 */
import { characters, terminalText, wrapText } from '../domain/terminal-text.ts';

/** A cell: its text, or its text with an SGR code such as `31` that colours it. */
export type TableCell = string | { readonly text: string; readonly style?: string };

/** What {@link formatTextTable} prints. */
export interface TextTable {
  readonly columns: readonly string[];
  /** Each row has as many cells as there are columns; missing ones are empty. */
  readonly rows: readonly (readonly TableCell[])[];
  /** Columns that are never narrowed: ids that people copy. */
  readonly whole?: readonly string[];
  /** Characters a line may have; 80 unless told. */
  readonly width?: number;
  /** Whether styles are applied; not unless told. */
  readonly color?: boolean;
}

const GAP = 2;
const MIN_WIDTH = 6;

/**
 * Prints a heading line and the rows, each ending in a newline; control characters made visible.
 */
export function formatTextTable(table: TextTable): string {
  const texts = [table.columns, ...table.rows].map((row) =>
    table.columns.map((_, index) => cellText(row[index] ?? '')),
  );
  const fixed = table.columns.map((column) => table.whole?.includes(column) ?? false);
  const widths = columnWidths(texts, fixed, table.width ?? 80);
  return texts
    .flatMap((row, index) => formatRow(row, widths, styles(table, index - 1)))
    .map((line) => `${line}\n`)
    .join('');
}

function cellText(cell: TableCell): string {
  return terminalText(typeof cell === 'string' ? cell : cell.text);
}

function styles(table: TextTable, row: number): readonly (string | undefined)[] {
  if (table.color !== true) return [];
  return (table.rows[row] ?? []).map((cell) => (typeof cell === 'string' ? undefined : cell.style));
}

/** The natural widths, the widest narrowed one by one until the line fits or no more can give. */
function columnWidths(
  texts: readonly (readonly string[])[],
  fixed: readonly boolean[],
  width: number,
): readonly number[] {
  const natural = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => length(row[column] ?? ''))),
  );
  const headings = (texts[0] ?? []).map((heading) => Math.max(MIN_WIDTH, length(heading)));
  const able = natural.map((_, column) => fixed[column] !== true);
  const whole = narrow(natural, { width, able, least: headings });
  return narrow(whole, { width, able, least: headings.map(() => MIN_WIDTH) });
}

interface Narrowing {
  readonly width: number;
  /** Columns that may give. */
  readonly able: readonly boolean[];
  /** What each keeps. */
  readonly least: readonly number[];
}

/** Takes from the widest column, one character at a time: headings stay whole while others give. */
function narrow(given: readonly number[], { width, able, least }: Narrowing): readonly number[] {
  const widths = [...given];
  let excess = widths.reduce((sum, own) => sum + own + GAP, -GAP) - width;
  while (excess > 0) {
    const giving = widths.map((own, at) => (able[at] === true && own > (least[at] ?? 0) ? own : 0));
    const widest = giving.indexOf(Math.max(...giving));
    if ((giving[widest] ?? 0) === 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function formatRow(
  row: readonly string[],
  widths: readonly number[],
  codes: readonly (string | undefined)[],
): readonly string[] {
  const cells = row.map((text, column) => wrapText(text, widths[column] ?? MIN_WIDTH));
  const height = Math.max(1, ...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const parts = cells.map((lines, column) => {
      const text = lines[line] ?? '';
      const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - length(text)));
      return styleText(text, codes[column]) + padding;
    });
    return parts.join(' '.repeat(GAP)).trimEnd();
  });
}

/** Wraps a text in an SGR code; unchanged where there is none or nothing to colour. */
export function styleText(text: string, code: string | undefined): string {
  return code === undefined || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
}

function length(text: string): number {
  return characters(text).length;
}
