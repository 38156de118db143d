/** Findings one by one with all that is known of them, for who asked about one vulnerability. */
import type { Finding, ScanResult } from '../domain/scan-result.ts';
import { terminalText, wrapText } from '../domain/terminal-text.ts';
import { findingRows, type FindingRow } from './finding-rows.ts';
import { orderFindings } from './order-findings.ts';
import { styleText } from './text-table.ts';

const LABEL_WIDTH = 11;

/** How findings are printed. */
export interface FindingPageOptions {
  /** Characters a line may have; 80 unless told. */
  readonly width?: number;
  /** Whether titles stand out; not unless told. */
  readonly color?: boolean;
}

/** Prints the findings of scans, each in lines of its own; says so where there is none. */
export function formatFindingPages(
  results: readonly ScanResult[],
  id: string,
  options: FindingPageOptions = {},
): string {
  const pages = results.flatMap((result) =>
    orderFindings(result.findings).map((finding) => formatPage(finding, result, options)),
  );
  return pages.length === 0 ? noPage(results, id) : pages.join('\n');
}

/** Not found says nothing where the scan was not whole. */
function noPage(results: readonly ScanResult[], id: string): string {
  const whole = results.every(({ status }) => status === 'COMPLETE');
  const rest = whole ? '' : '; but the scan is not complete, so that this is not known';
  return `${terminalText(id)} was not found${rest}\n`;
}

function formatPage(finding: Finding, result: ScanResult, options: FindingPageOptions): string {
  const { name, version } = finding.package;
  const title = terminalText(`${finding.advisoryId} in ${name} ${version}`);
  const rows = findingRows(finding, result).flatMap((row) => formatRow(row, options.width ?? 80));
  const lines = [styleText(title, options.color === true ? '1' : undefined), ...rows];
  return lines.map((line) => `${line}\n`).join('');
}

function formatRow([label, text]: FindingRow, width: number): readonly string[] {
  if (text === undefined) return [];
  const lines = wrapText(terminalText(text), width - LABEL_WIDTH);
  return lines.map((line, index) => (index === 0 ? label : '').padEnd(LABEL_WIDTH) + line);
}
