/** How this process fetches advisories, as it was started. */
import type { Micros } from '../domain/time.ts';
import type { GuardedFetch } from '../remote/guarded-fetch.ts';
import type { FeedName } from './feed-table.ts';

/** What is fetched, from where, and how often. */
export interface FeedSettings {
  /** Nothing is called for advisories. */
  readonly offline: boolean;
  /** Where what was fetched lies until it is imported. */
  readonly folder: string;
  readonly urls: Readonly<Record<FeedName, string>>;
  /** Sources that are fetched; absent: all. */
  readonly sources?: readonly FeedName[];
  /** OSV's ecosystems; absent: the usual ones, and those of the images that are known. */
  readonly ecosystems?: readonly string[];
  /** How often it is done unasked; absent: never. */
  readonly every?: Micros;
  readonly send: GuardedFetch['send'];
  /** Ends what is under way where this process stops. */
  readonly stopping: AbortSignal;
}
