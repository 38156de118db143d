/** Where advisories are fetched from, one publication at a time, and what came of it last. */
import type { Micros } from './time.ts';

/** What is known of a publication, to ask for its changes only. Kept between runs. */
export interface FeedMemo {
  /** Where it was fetched; what is known of one address says nothing of another. */
  readonly url: string;
  /** `ETag` and `Last-Modified` of the whole. */
  readonly whole?: FeedMark;
  /** The same of the index of changes. */
  readonly index?: FeedMark;
  /** Every change up to then has been taken. */
  readonly seen?: Micros;
  /** When the whole was taken last. */
  readonly wholeTime?: Micros;
  /** The generation of the data that it was left with: others may have imported since. */
  readonly generation?: number;
}

/** What a server knows a file's state by. */
export interface FeedMark {
  readonly etag?: string;
  readonly lastModified?: string;
}

/** A publication and what came of fetching it. */
export interface FeedState {
  /** e.g. `osv:Debian`, `kev`. */
  readonly name: string;
  readonly lastAttempt: Micros;
  readonly lastSuccess?: Micros;
  /** Why the last attempt failed; absent: it did not. */
  readonly problem?: string;
  /** Failed attempts since the last success, and ever. */
  readonly failures: number;
  readonly failuresEver: number;
  /** Records in force after the last success that changed any. */
  readonly records?: number;
}

/** What one run did with a publication. */
export interface FeedReport {
  readonly name: string;
  /**
   * `unchanged`: the data in force are the newest; `delta`: single records were taken; `whole`: all
   * of it was; `absent`: it is not published there, and nobody asked for it by name; `failed`: the
   * earlier data stand.
   */
  readonly outcome: 'unchanged' | 'delta' | 'whole' | 'absent' | 'failed';
  /** Records taken. */
  readonly records: number;
  /** Requests that were sent. */
  readonly requests: number;
  readonly problem?: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9._:+~@-]{0,199}$/;
const FAMILY = /^[A-Za-z0-9][A-Za-z0-9._+ -]{0,99}$/;

/** Tells whether a text can be a record's id: it is a part of an address and a label. */
export function isRecordId(text: string): boolean {
  return ID.test(text) && !text.includes('..');
}

/** Tells whether a text can be an ecosystem without its release, which is a folder's name. */
export function isFamilyName(text: string): boolean {
  return FAMILY.test(text) && !text.includes('..');
}
