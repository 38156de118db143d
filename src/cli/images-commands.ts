/** `assay images …`: what a project has seen, and how the scans of it stand. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isAssayError } from '../domain/error.ts';
import {
  SEVERITIES,
  type Severity,
  severityRank,
  severityRankForLimit,
} from '../domain/severity.ts';
import type { ScanAnalysis } from '../domain/scan-result.ts';
import { terminalText } from '../domain/terminal-text.ts';
import { formatTime } from '../domain/time.ts';
import type { CliContext, CommandRun, OperationsClient } from './command.ts';
import { numberOption, reachOf, textOption } from './options.ts';
import { parseInterval } from './parse-interval.ts';
import { printDocument, printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

interface ImageRow {
  readonly image: string;
  readonly standing: string;
  readonly tags: readonly string[];
  readonly platform?: string;
  readonly scanTime?: number;
  readonly analysis?: ScanAnalysis;
  readonly problems: readonly string[];
  readonly doubtful?: boolean;
  readonly summary?: Readonly<Record<string, number>>;
  readonly asked?: {
    readonly progress: string;
    readonly origin: string;
    readonly requestTime: number;
    readonly failures: number;
    readonly problem?: string;
  };
}

interface ImagePage {
  readonly images: readonly ImageRow[];
  readonly nextPageToken?: string;
}

const MAX_PAGE = 200;
const LOOK_EVERY_MS = 500;
/** Columns of findings, most severe first. */
const COUNTED = [
  ['C', 'CRITICAL'],
  ['H', 'HIGH'],
  ['M', 'MEDIUM'],
  ['L', 'LOW'],
] as const;

/** `assay images list` */
export const listImages: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const limit = numberOption(options, 'limit', 1);
    const which = {
      project: textOption(options, 'project'),
      prefix: textOption(options, 'prefix'),
    };
    const values = await readPages(client, which, limit);
    const form = {
      columns: ['IMAGE', 'STATE', 'SCANNED', ...COUNTED.map(([title]) => title), 'OTHER'],
      row: (one: ImageRow) => [
        nameOf(one),
        stateOf(one),
        one.scanTime === undefined ? '' : formatTime(one.scanTime).slice(0, 16),
        ...countsOf(one),
      ],
      empty: 'no image yet; have one scanned: assay images scan IMAGE',
    };
    await printList(context, { name: 'images', values, form }, options);
    return 0;
  });

async function readPages(
  client: OperationsClient,
  which: Readonly<Record<string, unknown>>,
  limit: number,
): Promise<readonly ImageRow[]> {
  const rows: ImageRow[] = [];
  let pageToken: string | undefined;
  do {
    const pageSize = Math.min(MAX_PAGE, limit - rows.length);
    const page = (await client.call('list-images', {
      ...which,
      pageSize,
      ...(pageToken === undefined ? {} : { pageToken }),
    })) as ImagePage;
    rows.push(...page.images);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && rows.length < limit);
  return rows;
}

/** Digests are cut for people; `--output json` has them whole. */
function nameOf({ image, tags }: ImageRow): string {
  const name = image.replace(/@(\w+:[0-9a-f]{12})[0-9a-f]+$/, '@$1');
  return tags.length === 0 ? name : `${name} (${tags.slice(0, 3).join(', ')})`;
}

function stateOf({ standing, asked }: ImageRow): string {
  return asked === undefined || asked.progress === standing
    ? standing
    : `${standing}, new scan ${asked.progress}`;
}

/** What is not known is no 0. */
function countsOf({ summary }: ImageRow): readonly string[] {
  if (summary === undefined) return [...COUNTED.map(() => '-'), '-'];
  const counted = COUNTED.map(([, severity]) => summary[severity] ?? 0);
  const all = Object.values(summary).reduce((sum, count) => sum + count, 0);
  const other = all - counted.reduce((sum, count) => sum + count, 0);
  return [...counted, other].map(String);
}

/** `assay images status IMAGE`: 0 for a whole answer, 3 for all that is undecided. */
export const showStatus: CommandRun = (context, args, options) => {
  const wait = textOption(options, 'wait');
  const until = context.now() + (wait === undefined ? 0 : parseInterval('wait', wait));
  const failOn = textOption(options, 'failOn');
  return withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project'), image: args[0] };
    const found = await waitFor(context, { client, input, until });
    const format = textOption(options, 'output') ?? 'table';
    if (format === 'table') printStatus(context, found);
    else await printDocument(context, { schemaVersion: 1, image: found }, format);
    // What waits, or is not whole, is undecided: it never counts as clean.
    if (!isDecided(found)) return 3;
    return failOn === undefined ? 0 : gate(found, failOn as Severity);
  });
};

interface Waiting {
  readonly client: OperationsClient;
  readonly input: Readonly<Record<string, unknown>>;
  readonly until: number;
}

async function waitFor(context: CliContext, { client, input, until }: Waiting): Promise<ImageRow> {
  for (;;) {
    const late = context.now() >= until;
    const found = await client.call('show-image', input).catch((error: unknown) => {
      // A push may be on its way to us.
      if (late || !isAssayError(error, 'not-found')) throw error;
      return undefined;
    });
    const row = found as ImageRow | undefined;
    if (row !== undefined && (late || !isUnderWay(row))) return row;
    await sleep(LOOK_EVERY_MS);
  }
}

function isUnderWay({ standing, asked }: ImageRow): boolean {
  const waits = asked !== undefined && asked.progress !== 'FAILED';
  return waits || standing === 'SEEN';
}

function isDecided({ standing }: ImageRow): boolean {
  return standing === 'COMPLETE';
}

/** A finding fails; then what leaves doubt is undecided, as it is for `assay scan`. */
function gate({ summary = {}, doubtful }: ImageRow, limit: Severity): number {
  const found = SEVERITIES.filter((severity) => (summary[severity] ?? 0) > 0);
  if (found.some((one) => severityRankForLimit(one) >= severityRank(limit))) return 2;
  return doubtful === true ? 3 : 0;
}

function printStatus(context: CliContext, one: ImageRow): void {
  const lines = [
    one.image,
    `state: ${one.standing}${UNDECIDED[one.standing] ?? ''}`,
    ...(one.tags.length === 0 ? [] : [`tags: ${one.tags.join(', ')}`]),
    ...scannedLines(one),
    ...(one.summary === undefined ? [] : [`findings: ${sentenceOf(one.summary)}`]),
    ...one.problems.map((problem) => `problem: ${problem}`),
    ...askedLines(one),
  ];
  context.stdout.write(lines.map((line) => `${terminalText(line)}\n`).join(''));
}

const UNDECIDED: Readonly<Record<string, string>> = {
  PENDING: ' (undecided: scan pending)',
  SCANNING: ' (undecided: scan under way)',
  FAILED: ' (undecided: the scan failed)',
};

function scannedLines({ scanTime, analysis }: ImageRow): readonly string[] {
  if (analysis === undefined) {
    return scanTime === undefined ? [] : [`scanned: ${formatTime(scanTime)}`];
  }
  const { packagesRead, extractorVersion, matchedAt, advisories } = analysis;
  const { published, revision } = advisories;
  const since = published === undefined ? '' : `, in force since ${formatTime(published)}`;
  const data = revision === 0 ? 'no advisories' : `advisories ${revision}${since}`;
  return [
    `read: ${formatTime(packagesRead)} by extractor ${extractorVersion}`,
    `matched: ${formatTime(matchedAt)} with ${data}`,
  ];
}

function sentenceOf(summary: Readonly<Record<string, number>>): string {
  const counts = Object.entries(summary).map(([severity, count]) => `${count} ${severity}`);
  return counts.length === 0 ? 'none known' : counts.join(', ');
}

function askedLines({ asked }: ImageRow): readonly string[] {
  if (asked === undefined) return [];
  const tries = asked.failures === 0 ? '' : `, ${asked.failures} tries failed`;
  const line = `asked for: by ${asked.origin} at ${formatTime(asked.requestTime)}${tries}`;
  const again = asked.progress !== 'FAILED' && asked.problem !== undefined;
  return again ? [line, `last try: ${asked.problem}`] : [line];
}

/** `assay images scan IMAGE` */
export const requestScan: CommandRun = (context, args, options) =>
  withOperations(context, reachOf(options), async (client) => {
    const input = { project: textOption(options, 'project'), image: args[0] };
    const asked = (await client.call('request-scan', input)) as { readonly resourceUri: string };
    context.stderr.write(
      `${asked.resourceUri} waits to be scanned\nnext: assay images status ${args[0]} --wait 5m\n`,
    );
    return 0;
  });
