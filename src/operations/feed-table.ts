/**
 * Where advisories can be fetched from, as data: a source has an address, a form, and a way in
 * which it tells what changed. What is fetched is imported as a file of its form is, so that a
 * folder of the same files does for those without a network.
 */

/** How a source is published, and how it tells what changed. */
export type FeedForm =
  /** A folder for each ecosystem with records, `all.zip` and an index of changes. */
  | 'osv-bucket'
  /** One file, with an `ETag` or a date of its last change. */
  | 'file';

/** A source of advisories. */
export interface FeedRow {
  /** For people. */
  readonly title: string;
  /** Where it is published, unless `--feed-url` says otherwise. */
  readonly url: string;
  readonly form: FeedForm;
  /** Most bytes of a whole, as it is sent. */
  readonly cap: number;
  /** When it is fetched: where an image has packages of an ecosystem, or somebody named it. */
  readonly unasked: 'always' | 'named' | { readonly family: string };
}

const MEBIBYTE = 1024 * 1024;

/** Every source, in the order in which they are fetched. */
export const FEEDS = {
  osv: {
    title: "OSV's bulk exports",
    url: 'https://storage.googleapis.com/osv-vulnerabilities',
    form: 'osv-bucket',
    cap: 4096 * MEBIBYTE,
    unasked: 'always',
  },
  kev: {
    title: "CISA's catalog of known exploited vulnerabilities",
    url: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    form: 'file',
    cap: 64 * MEBIBYTE,
    unasked: 'always',
  },
  epss: {
    title: "FIRST's EPSS scores",
    url: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
    form: 'file',
    cap: 128 * MEBIBYTE,
    unasked: 'always',
  },
} as const satisfies Readonly<Record<string, FeedRow>>;

/** A source by name. */
export type FeedName = keyof typeof FEEDS;

/** The names of all sources. */
export const FEED_NAMES = Object.keys(FEEDS) as readonly FeedName[];

/** A source's row. */
export function feedOf(name: FeedName): FeedRow {
  return FEEDS[name];
}

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
