/** Options of Docker Content Trust, and `assay notary …`, as data. */
import type { CommandSpec, OptionSpec } from './command.ts';
import { PROJECT, TABLE_OR_JSON, WHERE } from './shared-options.ts';

const SERVER: OptionSpec = {
  flags: '--notary-server <url>',
  description: 'Notary v1 server that has the signatures of tags (Docker Content Trust)',
};

const AUTHORITY: OptionSpec = {
  flags: '--notary-ca <file>',
  description: 'authority (PEM) that is trusted for the notary server alone',
};

const PLAIN_HTTP: OptionSpec = {
  flags: '--plain-http',
  description: 'a notary server without TLS beyond loopback',
};

/** How `attest verify` is told to ask a notary server. */
export const NOTARY_OPTIONS: readonly OptionSpec[] = [
  SERVER,
  AUTHORITY,
  {
    flags: '--notary-root <file>',
    description: 'root.json to trust of the repository (default: the one that was approved)',
  },
  {
    flags: '--notary-signer <name=file>',
    description: 'signer of targets/NAME with his public key (PEM); all of them must have signed',
    many: true,
  },
];

const load = () => import('./notary-commands.ts');

const ROOT: CommandSpec = {
  name: 'root',
  summary: 'Roots of Notary repositories that somebody approved.',
  examples: ['assay notary root list'],
  commands: [
    {
      name: 'approve',
      arguments: '<repository>',
      summary: 'Trust the root that a server has of a repository, by its fingerprint.',
      examples: [
        'assay notary root approve registry.example/shop/app --fingerprint sha256:… \\\n' +
          '      --notary-server https://notary.example',
      ],
      options: [
        ...WHERE,
        PROJECT,
        SERVER,
        AUTHORITY,
        {
          flags: '--fingerprint <digest>',
          description: 'SHA-256 of root.json, as its publisher says',
        },
        PLAIN_HTTP,
      ],
      load: async () => (await load()).approveRoot,
    },
    {
      name: 'list',
      summary: 'List the approved roots of a project.',
      examples: ['assay notary root list --project shop'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).listRoots,
    },
  ],
};

/** Trust in Notary repositories. */
export const NOTARY: CommandSpec = {
  name: 'notary',
  summary: 'Trust in repositories of Docker Content Trust (Notary v1, legacy).',
  examples: [
    'assay attest verify registry.example/shop/app:1.4 --notary-root root.json \\\n      ' +
      '--notary-server https://notary.example',
    'assay notary root list',
  ],
  commands: [ROOT],
};
