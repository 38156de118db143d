/**
 * Where advisories can be fetched from, as data: a source has an address, a form, and a way in
 * which it tells what changed. What is fetched is imported as a file of its form is.
 */

/** A source by name. */
export type FeedName = 'osv';

/** A source of advisories. */
export interface FeedRow {
  /** For people. */
  readonly title: string;
  /** Where it is published; another address is configured by {@link FeedRow.flag}. */
  readonly url: string;
  /** How it tells what changed. */
  readonly form: 'osv-bucket';
  /** Most bytes of a whole. */
  readonly cap: number;
}

const MEBIBYTE = 1024 * 1024;

/** Every source, in the order in which they are fetched. */
export const FEEDS: Readonly<Record<FeedName, FeedRow>> = {
  osv: {
    title: "OSV's bulk exports",
    url: 'https://storage.googleapis.com/osv-vulnerabilities',
    form: 'osv-bucket',
    cap: 4096 * MEBIBYTE,
  },
};

/** The names of all sources. */
export const FEED_NAMES = Object.keys(FEEDS) as readonly FeedName[];

/** Tells whether a text names a source. */
export function isFeedName(text: string): text is FeedName {
  return Object.hasOwn(FEEDS, text);
}

/** Ecosystems that are fetched whatever images there are: those of most images. */
export const DEFAULT_ECOSYSTEMS: readonly string[] = [
  'Alpine',
  'Debian',
  'Go',
  'Maven',
  'NuGet',
  'Packagist',
  'PyPI',
  'RubyGems',
  'Ubuntu',
  'crates.io',
  'npm',
];
