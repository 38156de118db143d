/** Options that many commands have. */
import type { OptionSpec } from './command.ts';

/** Where the data are. */
export const DATA: OptionSpec = {
  flags: '--data <dir>',
  description: 'data folder (default: $XDG_DATA_HOME/assay)',
};

/** Where the data are: in a folder, or behind a server. */
export const WHERE: readonly OptionSpec[] = [
  DATA,
  { flags: '--server <url>', description: 'ask a running server instead of the data folder' },
  { flags: '--token-file <file>', description: 'file with the bearer token for --server' },
];

/** Whose they are. */
export const PROJECT: OptionSpec = {
  flags: '--project <id>',
  description: 'project',
  default: 'default',
};

/** Whether a registry beyond loopback may be asked without TLS. */
export const PLAIN_HTTP: OptionSpec = {
  flags: '--plain-http',
  description: 'a registry without TLS beyond loopback',
};

/** By which authority and with which credentials registries are reached. */
export const REGISTRY_ACCESS: readonly OptionSpec[] = [
  {
    flags: '--registry-ca <host=file>',
    description: 'authority (PEM) that is trusted for one registry alone',
    many: true,
  },
  {
    flags: '--registry-auth <file>',
    description: 'Docker’s config.json or a Kubernetes pull secret; default: Docker’s own',
  },
];

/** How registries are read. */
export const REGISTRIES: readonly OptionSpec[] = [
  {
    flags: '--registry-mirror <host=url>',
    description: 'read images of a registry from another one',
    many: true,
  },
  ...REGISTRY_ACCESS,
];

/** Whom to believe where no attestor is asked. */
export const PUBLIC_KEY: OptionSpec = {
  flags: '--key <file>',
  description: 'public key to believe in place of an attestor, PEM or PGP',
  many: true,
};

/** How a list is printed. */
export const TABLE_OR_JSON: OptionSpec = {
  flags: '-o, --output <format>',
  description: 'how to print',
  choices: ['table', 'json', 'yaml'],
  default: 'table',
};
