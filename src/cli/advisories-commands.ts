/** `assay advisories …`: importing and fetching vulnerability records, and how old they are. */
import { resolve } from 'node:path';
import type { AdvisorySource } from '../domain/advisory.ts';
import type { FeedReport, FeedState } from '../domain/advisory-feed.ts';
import { AssayError } from '../domain/error.ts';
import { DAY, HOUR, type Micros, formatTime } from '../domain/time.ts';
import { FEED_NAMES, isFeedName } from '../operations/feed-table.ts';
import type { CommandRun, OptionValues } from './command.ts';
import { isOn, reachOf, textOption, textOptions } from './options.ts';
import { type TableForm, printDocument, printList } from './print-values.ts';
import { progressTo } from './progress.ts';
import { withOperations } from './with-operations.ts';

interface ImportResult {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/** `assay advisories import DIR|ZIP` */
export const importAdvisories: CommandRun = async (context, args, options) => {
  const progress = progressTo(context);
  const reach = { ...reachOf(options), progress: progress.show };
  return withOperations(context, reach, async (client) => {
    const path = resolve(args[0] ?? '');
    const said = completeness(options);
    const imported = client.call('import-advisories', { path, ...said }).finally(progress.end);
    const result = (await imported) as ImportResult;
    context.stderr.write(
      `${formatImported(result)}\n` + 'next: assay advisories status, or assay scan IMAGE\n',
    );
    return 0;
  });
};

/** What the options say of whether an import is whole. */
function completeness(options: OptionValues): { readonly complete?: boolean } {
  const [complete, partial] = [isOn(options, 'complete'), isOn(options, 'partial')];
  if (complete && partial) {
    const message = 'an import is --complete or --partial, not both; leave one out';
    throw new AssayError('invalid-argument', message);
  }
  return complete || partial ? { complete } : {};
}

/** What was imported in a line; an ecosystem of several sources is one. */
export function formatImported({ records, sources }: ImportResult): string {
  const ecosystems = new Set(sources.map(({ ecosystem }) => ecosystem)).size;
  const counted = (count: number, noun: string): string =>
    `${count} ${noun}${count === 1 ? '' : 's'}`;
  const whole = new Set(sources.flatMap((one) => (one.complete ? [one.ecosystem] : [])));
  const partial = ecosystems - whole.size;
  const note =
    partial === 0 ? '' : `; ${partial} of them in part: images with these are INCOMPLETE`;
  return `${counted(records, 'record')} for ${counted(ecosystems, 'ecosystem')} imported${note}`;
}

/** `assay advisories update`; 1 where a source could not be brought up to date. */
export const updateAdvisories: CommandRun = async (context, _args, options) => {
  const progress = progressTo(context);
  const reach = { ...reachOf(options), feeds: options, progress: progress.show };
  return withOperations(context, reach, async (client) => {
    const updated = client.call('update-advisories', chosen(options)).finally(progress.end);
    const values = (await updated) as readonly FeedReport[];
    await printList(context, { name: 'feeds', values, form: REPORT }, options);
    const failed = values.filter(({ outcome }) => outcome === 'failed').length;
    if (failed === 0) return 0;
    context.stderr.write(
      `${failed} of ${values.length} could not be brought up to date; their earlier data stand\n`,
    );
    return 1;
  });
};

function chosen(options: OptionValues): Readonly<Record<string, unknown>> {
  const sources = textOptions(options, 'source');
  const ecosystems = textOptions(options, 'ecosystem');
  const wrong = sources.find((name) => !isFeedName(name));
  if (wrong !== undefined) {
    const found = JSON.stringify(wrong.slice(0, 100));
    const message = `--source is ${found}; give one of ${FEED_NAMES.join(', ')}`;
    throw new AssayError('invalid-argument', message);
  }
  return {
    ...(sources.length > 0 && { sources }),
    ...(ecosystems.length > 0 && { ecosystems }),
  };
}

const REPORT: TableForm<FeedReport> = {
  columns: ['SOURCE', 'OUTCOME', 'RECORDS', 'REQUESTS', 'PROBLEM'],
  row: (one) => [
    one.name,
    one.outcome,
    String(one.records),
    String(one.requests),
    one.problem ?? '',
  ],
  empty: 'no source of advisories was chosen',
};

interface ListedFeeds {
  readonly feeds: readonly FeedState[];
  readonly nextRefresh?: Micros;
}

/** `assay advisories status` */
export const showAdvisories: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const sources = (await client.call('list-advisory-sources', {})) as readonly AdvisorySource[];
    const listed = (await client.call('list-advisory-feeds', {})) as ListedFeeds;
    const format = textOption(options, 'output') ?? 'table';
    if (format !== 'table') {
      await printDocument(context, { schemaVersion: 1, sources, ...listed }, format);
      return 0;
    }
    const now = context.now();
    const { feeds, nextRefresh } = listed;
    if (feeds.length > 0) {
      const form = feedForm(now);
      await printList(context, { name: 'feeds', values: feeds, form }, options);
      context.stdout.write('\n');
    }
    await printList(context, { name: 'sources', values: sources, form: sourceForm(now) }, options);
    if (nextRefresh !== undefined) {
      context.stderr.write(`next refresh ${formatTime(nextRefresh).slice(0, 19)}Z\n`);
    }
    return 0;
  });

function feedForm(now: Micros): TableForm<FeedState> {
  return {
    columns: ['SOURCE', 'RECORDS', 'SUCCESS', 'ATTEMPT', 'PROBLEM'],
    row: (one) => [
      one.name,
      one.records === undefined ? '' : String(one.records),
      one.lastSuccess === undefined ? 'never' : ago(now - one.lastSuccess),
      ago(now - one.lastAttempt),
      one.problem ?? '',
    ],
    empty: '',
  };
}

function sourceForm(now: Micros): TableForm<AdvisorySource> {
  return {
    columns: ['ECOSYSTEM', 'RECORDS', 'DATA', 'UPDATED', 'AGE', 'SOURCE'],
    row: (one) => [
      one.ecosystem,
      String(one.records),
      one.complete ? 'all' : 'partial',
      one.updated === 0 ? 'unknown' : formatTime(one.updated).slice(0, 10),
      one.updated === 0 ? '' : `${Math.max(0, Math.floor((now - one.updated) / DAY))} d`,
      one.source,
    ],
    empty:
      'no advisory data yet; fetch some: assay advisories update, ' +
      'or import some: assay advisories import DIR-OR-ZIP',
  };
}

function ago(span: Micros): string {
  if (span < HOUR) return `${Math.max(0, Math.floor((span * 60) / HOUR))} min`;
  return span < 2 * DAY ? `${Math.floor(span / HOUR)} h` : `${Math.floor(span / DAY)} d`;
}
