/** What the demo prints: one table of at most 80 columns, and what was found in the images. */
import { terminalText } from '../src/domain/terminal-text.ts';
import { PLANTED } from './choose-database.ts';
import type { DemoResult } from './play-demo.ts';

const WIDTHS = [24, 7, 45] as const;
const GAP = '  ';
/** Where a piece without blanks that is too long for its column may be broken. */
const SEAMS = /(?<=[^/:]\/)|(?=@)|(?<!sha256)(?=:[0-9a-f]{12}…)/u;

/** The two images, the table and the summary. */
export function formatOutcome({ images, scans, reviews, faults }: DemoResult): string {
  const [clean, planted] = scans;
  const found = planted.findings.some((one) => one.id === PLANTED.id);
  const { id, source, version, fixedVersion } = PLANTED;
  const rows = reviews.flatMap(({ asked, outcome }) => [
    ...formatRow([asked.image, outcome.verdict, `${asked.title}: ${outcome.why}`]),
    `${GAP}assay decisions show ${outcome.decisionId}`,
  ]);
  const result = faults.length === 0 ? 'as expected' : `${faults.length} not as expected`;
  return [
    `${images.name}, with the packages of ${images.origin}`,
    `  signed    ${shortened(images.signed)}  ${counts(clean)}`,
    `  unsigned  ${shortened(images.unsigned)}  ${counts(planted)}`,
    `  planted in the unsigned one and ${found ? '' : 'NOT '}found: ${source} ${version},`,
    `    fixed in ${fixedVersion} (${id})`,
    '',
    ...formatRow(['IMAGE', 'VERDICT', 'WHY; below it, the command that explains it']),
    ...rows,
    '',
    `${reviews.length} verdicts and the planted finding: ${result}`,
  ].join('\n');
}

/** What was not as expected, one a line. */
export function formatFaults(faults: readonly string[]): string {
  return faults.map((fault) => `demo: not as expected: ${terminalText(fault)}`).join('\n');
}

function counts({ packages, findings }: DemoResult['scans'][number]): string {
  return `packages: ${packages.length}, findings: ${findings.length}`;
}

/** Every digest cut to 12 digits, enough to be told apart. */
function shortened(text: string): string {
  return text.replaceAll(/(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])/g, '$1…');
}

function formatRow(cells: readonly [image: string, verdict: string, why: string]): string[] {
  const columns = WIDTHS.map((width, index) =>
    wrap(shortened(terminalText(cells[index] ?? '')), width).map((line) => line.padEnd(width)),
  );
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((lines, index) => lines[line] ?? ' '.repeat(WIDTHS[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
}

/** Breaks a text at blanks; a piece that is too long at its seams; what is still too long anywhere. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(text, width)) {
    if ((line + piece).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

function pieces(text: string, width: number): string[] {
  const words = text.split(/(?<= )/);
  const parts = words.flatMap((word) =>
    word.trimEnd().length > width ? word.split(SEAMS) : [word],
  );
  return parts.flatMap((part) => part.match(new RegExp(`.{1,${width}} ?`, 'gu')) ?? []);
}
