/** The commands of advisories, and the options of fetching them, as data. */
import { FEED_NAMES } from '../operations/feed-table.ts';
import { SEVERITY_KINDS, SOURCE_KINDS } from '../domain/match-rules.ts';
import type { CommandSpec, OptionSpec } from './command.ts';
import { TABLE_OR_JSON, WHERE } from './shared-options.ts';

const NAMES = FEED_NAMES.join(', ');

/** Where a server or a command fetches advisories from, and which. */
export const FEED_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--ecosystem <name>',
    description: 'fetch only these of OSV, e.g. Debian or npm (default: usual ones, and images’)',
    many: true,
  },
  { flags: '--osv-url <url>', description: 'mirror of OSV’s bulk exports' },
  {
    flags: '--feed-url <name=url>',
    description: 'another address of a source',
    many: true,
  },
  {
    flags: '--allow-feed-host <place>',
    description: 'host or range of the own network that a feed may redirect to',
    many: true,
  },
  { flags: '--offline', description: 'call nobody for advisories' },
];

/** What a server fetches unasked. */
export const REFRESH_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--advisories-refresh <span>',
    description: 'how often advisories are brought up to date, e.g. 30m, 6h or 1d',
    default: '6h',
  },
  {
    flags: '--advisories-source <name>',
    description: `fetch only these sources, of ${NAMES}`,
    many: true,
  },
];

/** `assay advisories …` */
export const ADVISORIES: CommandSpec = {
  name: 'advisories',
  summary: 'Vulnerability records that scans are matched with.',
  examples: ['assay advisories update', 'assay advisories import ./osv', 'assay advisories status'],
  commands: [
    {
      name: 'import',
      arguments: '<path>',
      summary: 'Import OSV exports and vendors’ own data: a folder, a zip or one file.',
      examples: [
        'assay advisories import ./osv/Debian/all.zip',
        'assay advisories import ./osv',
        'assay advisories import ./debian-tracker/json.gz',
        'assay advisories import ./almalinux-osv-database --complete',
      ],
      options: [
        ...WHERE,
        {
          flags: '--complete',
          description:
            'it has all that is published of its ecosystems (default: as its layout tells)',
        },
        { flags: '--partial', description: 'it has a part only: what it does not name is unknown' },
      ],
      load: async () => (await import('./advisories-commands.ts')).importAdvisories,
    },
    {
      name: 'order',
      summary: 'Set or show whose word stands where sources of advisories disagree.',
      examples: [
        'assay advisories order',
        'assay advisories order --source-order osv,debian-tracker --severity-order cvss,vendor',
      ],
      options: [
        ...WHERE,
        {
          flags: '--source-order <names>',
          description: `whose statement on a package counts first, of ${SOURCE_KINDS.join(', ')}`,
        },
        {
          flags: '--severity-order <names>',
          description: `whose severity is shown first, of ${SEVERITY_KINDS.join(', ')}`,
        },
        TABLE_OR_JSON,
      ],
      load: async () => (await import('./advisory-order-command.ts')).orderAdvisories,
    },
    {
      name: 'update',
      summary: 'Fetch what changed in the advisories that are published.',
      examples: [
        'assay advisories update',
        'assay advisories update --ecosystem Debian --ecosystem npm',
        'assay advisories update --osv-url https://mirror.example/osv',
      ],
      options: [
        ...WHERE,
        {
          flags: '--source <name>',
          description: `only these sources, of ${NAMES}`,
          many: true,
        },
        ...FEED_OPTIONS,
        TABLE_OR_JSON,
      ],
      load: async () => (await import('./advisories-commands.ts')).updateAdvisories,
    },
    {
      name: 'status',
      summary: 'Show the sources, their records and their age.',
      examples: ['assay advisories status --output json'],
      options: [...WHERE, TABLE_OR_JSON],
      load: async () => (await import('./advisories-commands.ts')).showAdvisories,
    },
  ],
};
