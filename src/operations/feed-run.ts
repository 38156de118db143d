/** What one publication's fetching is given, and what comes of it. */
import type { Caller } from '../domain/caller.ts';
import type { FeedMark, FeedMemo } from '../domain/advisory-feed.ts';
import type { FeedAnswer } from '../remote/fetch-feed.ts';
import { fetchFeed } from '../remote/fetch-feed.ts';
import type { Deps } from './deps.ts';
import type { FeedSettings } from './feed-settings.ts';

/** One publication's run. */
export interface FeedRun {
  readonly deps: Deps;
  readonly caller: Caller;
  readonly settings: FeedSettings;
  readonly signal: AbortSignal;
  /** Requests so far. */
  requests: number;
}

/** What a run came to; the data are in force. */
export interface FeedOutcome {
  readonly outcome: 'unchanged' | 'delta' | 'whole' | 'absent';
  readonly memo: FeedMemo;
  /** Records taken. */
  readonly taken: number;
  /** Records in force; absent: as many as before, and those that were added. */
  readonly records?: number;
  readonly added?: number;
}

/** What is asked of a source's server. */
export interface FeedQuestion {
  readonly url: URL;
  readonly what: string;
  readonly cap: number;
  readonly known?: FeedMark | undefined;
  /** In hex. */
  readonly sha256?: string;
}

/** Asks, and counts that it did. */
export function askFeed(run: FeedRun, { known, ...asked }: FeedQuestion): Promise<FeedAnswer> {
  run.requests += 1;
  const { settings, signal } = run;
  return fetchFeed(settings, { ...asked, signal, ...(known !== undefined && { known }) });
}

/** A name below an address; every part of it is escaped. */
export function below(base: string, ...parts: readonly string[]): URL {
  const url = new URL(base);
  const path = parts.map(encodeURIComponent).join('/');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
  return url;
}
