/** The commands of `assay images` and `assay project watch`, as data. */
import type { CommandSpec } from './command.ts';
import { PROJECT, TABLE_OR_JSON, WHERE } from './shared-options.ts';

const load = () => import('./images-commands.ts');
const loadWatches = () => import('./watch-commands.ts');

/** `assay images …` */
export const IMAGES: CommandSpec = {
  name: 'images',
  summary: 'Images that a project has seen, and how their scans stand.',
  examples: [
    'assay images list --project shop',
    'assay images status registry.example/team/app:1.4 --wait 5m',
  ],
  commands: [
    {
      name: 'list',
      summary: 'List images with their state, last scan and findings by severity.',
      examples: ['assay images list --prefix registry.example/team/ --output json'],
      options: [
        ...WHERE,
        PROJECT,
        { flags: '--prefix <text>', description: 'only images whose name begins so' },
        { flags: '--limit <n>', description: 'how many', default: 50 },
        TABLE_OR_JSON,
      ],
      load: async () => (await load()).listImages,
    },
    {
      name: 'status',
      arguments: '<image>',
      summary: 'Show how the scan of one image stands; exit 3 until there is a whole answer.',
      examples: [
        'assay images status registry.example/team/app:1.4',
        'assay images status registry.example/team/app:1.4 --wait 5m --fail-on HIGH',
      ],
      options: [
        ...WHERE,
        PROJECT,
        { flags: '--wait <time>', description: 'wait until the scan is done, e.g. 90s, 5m' },
        {
          flags: '--fail-on <severity>',
          description: 'exit 2 when a finding is at least this severe (unknown counts as CRITICAL)',
          choices: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
        },
        TABLE_OR_JSON,
      ],
      load: async () => (await load()).showStatus,
    },
    {
      name: 'facts',
      arguments: '<images...>',
      summary: 'Print what policies in Rego are told of images, as JSON.',
      examples: ['assay images facts registry.example/team/app@sha256:… > facts.json'],
      options: [...WHERE, PROJECT],
      load: async () => (await import('./image-facts-command.ts')).showFacts,
    },
    {
      name: 'summary',
      summary: 'Count images by status, highest severity and verdict.',
      examples: [
        'assay images summary --fail-on HIGH',
        'assay images summary --project shop --advisory CVE-2026-1234 --output json',
      ],
      options: [
        ...WHERE,
        PROJECT,
        {
          flags: '--fail-on <severity>',
          description: 'findings at least this severe do not pass',
          choices: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
          default: 'CRITICAL',
        },
        { flags: '--advisory <id>', description: 'count those that it concerns, too' },
        TABLE_OR_JSON,
      ],
      load: async () => (await import('./image-summary-command.ts')).summariseImages,
    },
    {
      name: 'scan',
      arguments: '<image>',
      summary: 'Have the server scan an image in the background.',
      examples: ['assay images scan registry.example/team/app:1.4 --server https://assay.example'],
      options: [...WHERE, PROJECT],
      load: async () => (await load()).requestScan,
    },
  ],
};

/** `assay project watch …` */
export const WATCHES: CommandSpec = {
  name: 'watch',
  summary: 'Repositories whose images are scanned by themselves.',
  examples: ["assay project watch add 'registry.example/team/*' --project shop"],
  commands: [
    {
      name: 'add',
      arguments: '<pattern>',
      summary:
        'Watch repositories: what is pushed to them, or first seen by a webhook, is scanned.',
      examples: [
        "assay project watch add 'registry.example/team/*' --project shop",
        'assay project watch add registry.example/team/app --poll 15m',
      ],
      options: [
        ...WHERE,
        PROJECT,
        { flags: '--poll <time>', description: 'list its tags so often, e.g. 15m, 6h' },
        {
          flags: '--no-first-sight',
          description: 'images that a webhook sees first are left alone',
        },
      ],
      load: async () => (await loadWatches()).addWatch,
    },
    {
      name: 'list',
      summary: 'List what is watched, and how polling it fares.',
      examples: ['assay project watch list --project shop'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await loadWatches()).listWatches,
    },
    {
      name: 'on',
      arguments: '<pattern>',
      summary: 'Switch a watch on again.',
      examples: ["assay project watch on 'registry.example/team/*'"],
      options: [...WHERE, PROJECT],
      load: async () => (await loadWatches()).switchOn,
    },
    {
      name: 'off',
      arguments: '<pattern>',
      summary: 'Switch a watch off; it is kept, and starts nothing.',
      examples: ["assay project watch off 'registry.example/team/*'"],
      options: [...WHERE, PROJECT],
      load: async () => (await loadWatches()).switchOff,
    },
    {
      name: 'remove',
      arguments: '<pattern>',
      summary: 'Watch no more; what was scanned stays known.',
      examples: ["assay project watch remove 'registry.example/team/*'"],
      options: [...WHERE, PROJECT],
      load: async () => (await loadWatches()).removeWatch,
    },
  ],
};
