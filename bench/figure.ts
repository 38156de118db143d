/** What a bench measures, and how the one table at the end prints it. */

/** One number of ours beside the baseline of the same run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** One value per round, in the order of the rounds. */
  readonly ours: readonly number[];
  /** Rounds of the baseline, each run beside the same round of ours. */
  readonly baseline?: readonly number[];
  /** At most so much; of the ratio or of our own value. */
  readonly limit?: { readonly of: 'ratio' | 'ours'; readonly atMost: number };
}

/** A bench's figures, or the reason why it was skipped, and what a reader must know of it. */
export interface BenchResult {
  readonly name: string;
  readonly figures: readonly Figure[];
  readonly notes: readonly string[];
}

/** The middle value; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

/** The ratio of each round to its neighbour, which a machine's changing load disturbs least. */
export function ratios({ ours, baseline = [] }: Figure): readonly number[] {
  return baseline.flatMap((value, round) => {
    const own = ours[round];
    return own === undefined ? [] : [own / value];
  });
}

/** Tells whether a figure holds its limit; undefined: it has none. */
export function holds(figure: Figure): boolean | undefined {
  const { limit } = figure;
  if (limit === undefined) return undefined;
  return median(limit.of === 'ratio' ? ratios(figure) : figure.ours) <= limit.atMost;
}

const HEAD = ['figure', 'ours', 'baseline', 'ratio', 'rounds', 'limit', 'met'];

/** Prints figures as one table of medians; `rounds` shows the lowest and highest of the rounds. */
export function formatFigures(figures: readonly Figure[]): string {
  const rows = [HEAD, ...figures.map(toRow)];
  const widths = HEAD.map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}

function toRow(figure: Figure): readonly string[] {
  const each = ratios(figure);
  const met = holds(figure);
  return [
    `${figure.name} (${figure.unit})`,
    short(median(figure.ours)),
    figure.baseline === undefined ? '' : short(median(figure.baseline)),
    each.length === 0 ? '' : median(each).toFixed(2),
    spread(each.length === 0 ? figure.ours : each),
    limitText(figure),
    met === undefined ? '' : met ? 'yes' : 'NO',
  ];
}

function limitText({ limit }: Figure): string {
  if (limit === undefined) return '';
  return limit.of === 'ratio' ? `ratio ≤ ${limit.atMost}` : `≤ ${limit.atMost}`;
}

function spread(values: readonly number[]): string {
  return `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
}

function short(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toPrecision(3);
}
