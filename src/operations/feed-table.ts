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
  | 'file'
  /** A repository of rpm packages, whose root names its errata. */
  | 'rpm-repository'
  /** A CSAF provider's folder: documents, `changes.csv`, `deletions.csv` and an archive of all. */
  | 'csaf-folder';

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
  'amazon-2': {
    title: 'Amazon Linux 2 errata',
    url: 'https://cdn.amazonlinux.com/2/core/latest/x86_64/mirror.list',
    form: 'rpm-repository',
    cap: 256 * MEBIBYTE,
    unasked: { family: 'Amazon Linux' },
  },
  'amazon-2023': {
    title: 'Amazon Linux 2023 errata',
    url: 'https://cdn.amazonlinux.com/al2023/core/mirrors/latest/x86_64/mirror.list',
    form: 'rpm-repository',
    cap: 256 * MEBIBYTE,
    unasked: { family: 'Amazon Linux' },
  },
  debian: {
    title: "Debian's security tracker",
    url: 'https://security-tracker.debian.org/tracker/data/json',
    form: 'file',
    cap: 512 * MEBIBYTE,
    unasked: 'named',
  },
  oracle: {
    title: "Oracle's OVAL definitions",
    url: 'https://linux.oracle.com/security/oval/com.oracle.elsa-all.xml.bz2',
    form: 'file',
    cap: 256 * MEBIBYTE,
    unasked: 'named',
  },
  redhat: {
    title: "Red Hat's CSAF VEX documents",
    url: 'https://security.access.redhat.com/data/csaf/v2/vex',
    form: 'csaf-folder',
    cap: 4096 * MEBIBYTE,
    unasked: 'named',
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
