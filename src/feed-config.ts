/** The flags of fetching advisories as one checked value, for commands and for the server. */
import { join } from 'node:path';
import type { OptionValues } from './cli/command.ts';
import { isOn, textOption, textOptions } from './cli/options.ts';
import { isFamilyName } from './domain/advisory-feed.ts';
import { AssayError } from './domain/error.ts';
import { HOUR, type Micros, SECOND } from './domain/time.ts';
import type { FeedSettings } from './operations/feed-settings.ts';
import { FEEDS, FEED_NAMES, type FeedName, isFeedName } from './operations/feed-table.ts';
import { createDestinationGuard, refuseUrl } from './remote/destination-guard.ts';
import type { GuardedFetch } from './remote/guarded-fetch.ts';

/** The flag that lets feeds be in our own network. */
const FEED_HOST_FLAG = '--allow-feed-host';
const UNITS: Readonly<Record<string, Micros>> = {
  s: SECOND,
  m: 60 * SECOND,
  h: HOUR,
  d: 24 * HOUR,
};
const LONGEST = 366 * 24 * HOUR;

/** What fetching needs of the process that it runs in. */
export interface FeedPlace {
  /** The data folder. */
  readonly data: string;
  readonly stopping: AbortSignal;
}

/** Reads and checks the flags. Connections are opened with the first call. */
export function readFeedSettings(
  options: OptionValues,
  { data, stopping }: FeedPlace,
): FeedSettings {
  const given = new Map([...urlsByName(options), ...osvUrl(options)]);
  const urls = Object.fromEntries(
    FEED_NAMES.map((name) => [name, given.get(name) ?? FEEDS[name].url]),
  ) as Record<FeedName, string>;
  const allowed = [...textOptions(options, 'allowFeedHost'), ...[...given.values()].map(hostOf)];
  createDestinationGuard({ allowed, flag: FEED_HOST_FLAG });
  const sources = textOptions(options, 'advisoriesSource').map(parseFeedName);
  const ecosystems = textOptions(options, 'ecosystem').map(parseFamily);
  const every = textOption(options, 'advisoriesRefresh');
  return {
    offline: isOn(options, 'offline'),
    folder: join(data, 'mirror'),
    urls,
    ...(sources.length > 0 && { sources }),
    ...(ecosystems.length > 0 && { ecosystems }),
    ...(every !== undefined && { every: parseSpan(every) }),
    send: sender(allowed),
    stopping,
  };
}

/** Reads `NAME` of a source. */
export function parseFeedName(text: string): FeedName {
  if (isFeedName(text)) return text;
  const found = JSON.stringify(text.slice(0, 100));
  const message = `no source of advisories is called ${found}; there are ${FEED_NAMES.join(', ')}`;
  throw new AssayError('invalid-argument', message);
}

function parseFamily(text: string): string {
  if (isFamilyName(text)) return text;
  const found = JSON.stringify(text.slice(0, 100));
  throw new AssayError('invalid-argument', `--ecosystem is ${found}; give one as Debian or npm`);
}

function osvUrl(options: OptionValues): readonly (readonly [FeedName, string])[] {
  const text = textOption(options, 'osvUrl');
  return text === undefined ? [] : [['osv', parseFeedUrl('--osv-url', text)]];
}

function urlsByName(options: OptionValues): readonly (readonly [FeedName, string])[] {
  return textOptions(options, 'feedUrl').map((text) => {
    const equals = text.indexOf('=');
    const name = parseFeedName(text.slice(0, Math.max(0, equals)));
    return [name, parseFeedUrl('--feed-url', text.slice(equals + 1))];
  });
}

function parseFeedUrl(flag: string, text: string): string {
  const url = URL.parse(text);
  if (url === null) throw new AssayError('invalid-argument', `${flag} is no URL; give https://…`);
  refuseUrl(url);
  return url.href.replace(/\/+$/, '');
}

/** Who names an address by a flag means it, wherever it is; a redirect from there is not meant. */
function hostOf(text: string): string {
  const url = new URL(text);
  return `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`;
}

function parseSpan(text: string): Micros {
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const span = Number(count) * (UNITS[unit] ?? Number.NaN);
  if (span > 0 && span <= LONGEST) return span;
  const found = JSON.stringify(text.slice(0, 100));
  throw new AssayError(
    'invalid-argument',
    `--advisories-refresh is ${found}; give 6h, 30m or 1d, or --offline for never`,
  );
}

/** The network's modules are loaded with the first call. */
function sender(allowed: readonly string[]): GuardedFetch['send'] {
  let opened: Promise<GuardedFetch> | undefined;
  return async (request) => {
    opened ??= import('./remote/guarded-fetch.ts').then(({ openGuardedFetch }) =>
      openGuardedFetch({ allowed, flag: FEED_HOST_FLAG }),
    );
    return (await opened).send(request);
  };
}
