/**
 * A scan for people: what was scanned and against which data, then the findings, then what a reader
 * should know. A scan that is not COMPLETE never reads like an all-clear.
 */
import { fixText } from './fix-state-words.ts';
import type { AdvisorySource } from '../domain/advisory.ts';
import {
  type Finding,
  isSuppressed,
  type ScanAnalysis,
  type ScanResult,
} from '../domain/scan-result.ts';
import type { Severity } from '../domain/severity.ts';
import type { ScanProblem } from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { DAY, HOUR, formatTime } from '../domain/time.ts';
import { orderFindings, percentile, SHOWN_SEVERITIES } from './order-findings.ts';
import { terminalText, wrapText } from '../domain/terminal-text.ts';
import { formatTextTable, styleText, type TableCell } from './text-table.ts';

/** How the table is printed. */
export interface ScanTableOptions {
  /** Now, for the age of the advisory data; without it their date is printed. */
  readonly now?: Micros;
  /** Characters a line may have; 80 unless told. */
  readonly width?: number;
  /** Whether findings that VEX suppresses are listed; not unless told. */
  readonly showSuppressed?: boolean;
  /** Whether severities and the status are coloured; not unless told. */
  readonly color?: boolean;
}

function supportNote({ system }: ScanResult): string {
  const { ended, date } = system?.endOfLife ?? {};
  return ended === true ? `, support ended on ${date}` : '';
}

const LABEL_WIDTH = 8;
const SEVERITY_STYLES: Readonly<Record<Severity, string | undefined>> = {
  CRITICAL: '1;31',
  SEVERITY_UNSPECIFIED: '1;35',
  HIGH: '31',
  MEDIUM: '33',
  LOW: '36',
  MINIMAL: undefined,
};

/** Prints one scan, or one after another for the platforms of an index. */
export function formatScanTable(
  results: ScanResult | readonly ScanResult[],
  options: ScanTableOptions = {},
): string {
  const list: readonly ScanResult[] = Array.isArray(results) ? results : [results];
  return list.map((result) => formatResult(result, options)).join('\n');
}

function formatResult(result: ScanResult, options: ScanTableOptions): string {
  const parts = [formatHeader(result, options)];
  const { showSuppressed = false } = options;
  const shown = result.findings.filter((one) => showSuppressed || !isSuppressed(one));
  if (shown.length > 0) parts.push(formatFindings(shown, options));
  if (result.problems.length > 0) parts.push(formatProblems(result.problems, options));
  return parts.join('\n');
}

function formatHeader(result: ScanResult, options: ScanTableOptions): string {
  const { image, system } = result;
  const lines = [
    labelled('Image', terminalText(image.reference)),
    labelled('Digest', image.digest),
    labelled(
      'System',
      terminalText(`${system?.name ?? 'not known'} (${image.platform})${supportNote(result)}`),
    ),
    labelled('Status', formatStatus(result, options)),
    ...advisoryLines(result.advisories, options),
    ...analysisLine(result),
    labelled('Found', countLine(result)),
    ...declaredLine(result),
    ...hiddenLine(result),
    ...suppressedLine(result, options),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function labelled(label: string, value: string): string {
  return label.padEnd(LABEL_WIDTH) + value;
}

function formatStatus(result: ScanResult, options: ScanTableOptions): string {
  const { status } = result;
  const color = options.color === true;
  if (status === 'COMPLETE') return styleText(status, color ? '32' : undefined);
  const why = status === 'INCOMPLETE' ? 'what is below is not all' : 'this system cannot be judged';
  return `${styleText(status, color ? '1;31' : undefined)} (${why})`;
}

function advisoryLines(sources: readonly AdvisorySource[], options: ScanTableOptions): string[] {
  if (sources.length === 0) return [labelled('Data', 'no advisories')];
  return sources.flatMap((source, index) => {
    const text = `${source.ecosystem}: ${source.source}, ${formatAge(source.updated, options.now)}`;
    const lines = wrapText(terminalText(text), (options.width ?? 80) - LABEL_WIDTH);
    return lines.map((line, part) => labelled(index + part === 0 ? 'Data' : '', line));
  });
}

/** Matches follow the advisories without the image being read again: both times count. */
function analysisLine({ analysis }: ScanResult): string[] {
  return analysis === undefined ? [] : [labelled('Read', formatAnalysis(analysis))];
}

/** When packages were read, when they were matched, and since when the advisories are in force. */
function formatAnalysis({ packagesRead, matchedAt, advisories }: ScanAnalysis): string {
  const minute = (time: Micros): string => `${formatTime(time).slice(0, 16)}Z`;
  const { published } = advisories;
  const data = published === undefined ? '' : `, data of ${minute(published)}`;
  return `${minute(packagesRead)}, matched ${minute(matchedAt)}${data}`;
}

function formatAge(updated: Micros, now: Micros | undefined): string {
  if (updated === 0) return 'of unknown date';
  if (now === undefined) return `of ${formatTime(updated).slice(0, 10)}`;
  const age = Math.max(0, now - updated);
  const [count, unit] = age < 2 * DAY ? [age / HOUR, 'hour'] : [age / DAY, 'day'];
  const whole = Math.floor(count);
  return `${whole} ${unit}${whole === 1 ? '' : 's'} old`;
}

function countLine({ packages, summary, status }: ScanResult): string {
  const line = counted(summary, packages.filter(({ origin }) => origin === 'installed').length);
  const clear = SHOWN_SEVERITIES.every((severity) => summary[severity] === 0);
  return clear && status !== 'COMPLETE' ? `${line} so far; not an all-clear` : line;
}

/** What lock files declare is counted apart: it may not be there at all. */
function declaredLine({ packages, declaredSummary }: ScanResult): string[] {
  const count = packages.filter(({ origin }) => origin === 'declared').length;
  if (count === 0) return [];
  return [labelled('', `${counted(declaredSummary, count)} that lock files declare`)];
}

/** What a filter leaves out must not read as if it were not there. */
function hiddenLine({ hiddenFindings: count = 0 }: ScanResult): string[] {
  return count === 0 ? [] : [labelled('', `${count} left out by what was asked for`)];
}

/** What VEX clears is out of the numbers, and never out of sight. */
function suppressedLine({ findings }: ScanResult, options: ScanTableOptions): string[] {
  const count = findings.filter(isSuppressed).length;
  if (count === 0) return [];
  const how = options.showSuppressed === true ? '' : '; see them: --show-suppressed';
  return [labelled('', `${count} more suppressed by VEX${how}`)];
}

function counted(summary: ScanResult['summary'], packages: number): string {
  const counts = SHOWN_SEVERITIES.filter((severity) => summary[severity] > 0).map(
    (severity) => `${summary[severity]} ${severityWord(severity)}`,
  );
  const found = counts.length === 0 ? 'nothing' : counts.join(', ');
  return `${found} in ${packages} package${packages === 1 ? '' : 's'}`;
}

function severityWord(severity: Severity): string {
  return severity === 'SEVERITY_UNSPECIFIED' ? 'unknown' : severity.toLowerCase();
}

function formatFindings(findings: readonly Finding[], options: ScanTableOptions): string {
  const columns = FINDING_COLUMNS.filter(({ wanted }) => findings.some(wanted));
  return formatTextTable({
    columns: columns.map(({ title }) => title),
    whole: ['SEVERITY', 'KEV', 'EPSS', 'ID'],
    rows: orderFindings(findings).map((finding) => columns.map(({ cell }) => cell(finding))),
    width: options.width ?? 80,
    color: options.color ?? false,
  });
}

interface FindingColumn {
  readonly title: string;
  /** Whether a finding has something to show there; a column that is empty is left out. */
  readonly wanted: (finding: Finding) => boolean;
  readonly cell: (finding: Finding) => TableCell;
}

const always = (): boolean => true;

const FINDING_COLUMNS: readonly FindingColumn[] = [
  { title: 'PACKAGE', wanted: always, cell: nameText },
  { title: 'INSTALLED', wanted: always, cell: installedText },
  { title: 'FIXED', wanted: always, cell: fixText },
  { title: 'SEVERITY', wanted: always, cell: ({ severity }) => severityCell(severity) },
  { title: 'KEV', wanted: ({ kev }) => kev !== undefined, cell: kevCell },
  { title: 'EPSS', wanted: ({ epss }) => epss !== undefined, cell: epssText },
  { title: 'VEX', wanted: ({ vex }) => vex !== undefined, cell: ({ vex }) => vex?.status ?? '' },
  { title: 'ID', wanted: always, cell: ({ advisoryId }) => advisoryId },
];

function kevCell({ kev }: Finding): TableCell {
  return kev === undefined ? '' : { text: 'yes', style: '1;31' };
}

function epssText(finding: Finding): string {
  return finding.epss === undefined ? '' : `${percentile(finding)}%`;
}

function nameText({ package: { name, origin } }: Finding): string {
  return origin === 'declared' ? `${name} (declared)` : name;
}

/** A fix is a version of the source package; where the binary's differs, both are shown. */
function installedText({ package: pkg }: Finding): string {
  const { source, version } = pkg;
  return source.version === version ? version : `${version} (source ${source.version})`;
}

function severityCell(severity: Severity): TableCell {
  const style = SEVERITY_STYLES[severity];
  const text = severity === 'SEVERITY_UNSPECIFIED' ? 'UNKNOWN' : severity;
  return style === undefined ? { text } : { text, style };
}

function formatProblems(problems: readonly ScanProblem[], options: ScanTableOptions): string {
  const indent = '  ';
  return problems
    .flatMap((problem) => {
      const kind = problem.fatal ? 'problem' : 'note';
      const text = terminalText(`${kind}: ${problem.message} [${problem.code}]`);
      const lines = wrapText(text, (options.width ?? 80) - indent.length);
      return lines.map((line, index) => (index === 0 ? line : indent + line));
    })
    .map((line) => `${line}\n`)
    .join('');
}
