/** Every command of `assay`, as data. A command's module is loaded only when it runs. */
import type { CommandSpec, OptionSpec } from './command.ts';
import { ATTEST } from './attest-spec.ts';
import { ATTESTORS } from './attestor-spec.ts';
import { ADVISORIES, FEED_OPTIONS, REFRESH_OPTIONS } from './advisories-spec.ts';
import { IDENTITY_OPTIONS } from './identity-options.ts';
import { NOTARY } from './notary-spec.ts';
import { POLICY } from './policy-spec.ts';
import { REGO } from './rego-spec.ts';
import { NOTIFICATIONS } from './notifications-spec.ts';
import { DATA, PLAIN_HTTP, PROJECT, REGISTRIES, TABLE_OR_JSON, WHERE } from './shared-options.ts';
import { IMAGES, WATCHES } from './images-spec.ts';
import { TOKENS } from './token-spec.ts';
import { VEX } from './vex-spec.ts';

const DATABASE: readonly OptionSpec[] = [
  {
    flags: '--database <url>',
    description: 'PostgreSQL that replicas share, postgres://USER@HOST:PORT/DATABASE',
  },
  { flags: '--database-password-file <file>', description: 'file with its password' },
];
const SERVE: CommandSpec = {
  name: 'serve',
  summary: 'Run the server: Google-shaped API, webhooks and decisions.',
  examples: [
    'assay serve',
    'assay serve --http 127.0.0.1:0 --webhook 127.0.0.1:0 --grpc 127.0.0.1:0 --data ./data',
    'assay serve --webhook 0.0.0.0:8443 --webhook-cert tls.crt --webhook-key tls.key ' +
      '\\\n      --webhook-client-ca ca.crt',
    'assay serve --database postgres://assay@db.example/assay --database-password-file password',
  ],
  options: [
    DATA,
    ...DATABASE,
    { flags: '--http <host:port>', description: 'API listener', default: '127.0.0.1:8080' },
    { flags: '--webhook <host:port>', description: 'webhook listener', default: '127.0.0.1:8443' },
    { flags: '--grpc <host:port>', description: 'gRPC listener', default: '127.0.0.1:9090' },
    { flags: '--tls-cert <file>', description: 'certificate of the API, HTTP and gRPC (PEM)' },
    { flags: '--tls-key <file>', description: 'its private key (PEM)' },
    { flags: '--client-ca <file>', description: 'authority of the API’s clients’ certificates' },
    ...IDENTITY_OPTIONS,
    { flags: '--webhook-cert <file>', description: 'certificate of the webhook listener (PEM)' },
    { flags: '--webhook-key <file>', description: 'its private key (PEM)' },
    { flags: '--webhook-client-ca <file>', description: 'authority of API servers’ certificates' },
    {
      flags: '--webhook-host <name>',
      description: 'further name in the own certificate',
      many: true,
    },
    { flags: '--host <name>', description: 'further Host that the API answers to', many: true },
    {
      flags: '--project <id>',
      description: 'project of webhook paths without one',
      default: 'default',
    },
    { flags: '--cluster <location.name>', description: 'cluster of webhook paths without one' },
    {
      flags: '--system-policy <file>',
      description: 'policy whose patterns exempt images, in place of the built-in one',
    },
    {
      flags: '--anonymous-role <role>',
      description: 'role of callers without a token, on loopback only',
      choices: ['viewer', 'editor', 'admin'],
    },
    { flags: '--plain-http', description: 'registries without TLS beyond loopback too' },
    ...REGISTRIES,
    {
      flags: '--pull-secrets <dir>',
      description:
        'mounted pull secrets, PROJECT/NAMESPACE/.dockerconfigjson, for their own images',
    },
    {
      flags: '--allow-registry <place>',
      description: 'registry or range in the server’s own network that editors too may have read',
      many: true,
    },
    {
      flags: '--allow-destination <place>',
      description: 'host or range of the server’s own network that notifications may go to',
      many: true,
    },
    ...REFRESH_OPTIONS,
    ...FEED_OPTIONS,
    {
      flags: '--github-webhook-secret-file <file>',
      description: 'file with the secret that GitHub signs its notifications with',
    },
    {
      flags: '--scan-workers <n>',
      description: 'scans that run at once by themselves; 0: other replicas do them',
      default: 2,
    },
    {
      flags: '--scans-per-registry <n>',
      description: 'of those, at once of one registry over all replicas',
      default: 2,
    },
    { flags: '--log-level <level>', description: 'log level on stderr', default: 'info' },
  ],
  load: async () => (await import('./serve-command.ts')).runServe,
};

const SCAN: CommandSpec = {
  name: 'scan',
  arguments: '<image>',
  summary: 'Find packages and known vulnerabilities of an image.',
  examples: [
    'assay scan registry.example/team/app:1.4',
    'assay scan oci:./layout:debian12 --output json',
    'assay scan docker-archive:app.tar --output sarif > app.sarif',
    'assay scan sbom:app.cdx.json --fail-on HIGH',
    'assay scan dir:./rootfs --fail-on HIGH',
    'assay scan registry.example/team/app:1.4 --id CVE-2024-3094',
    'assay scan registry.example/team/app:1.4 --fail-on-kev --only-fixed',
  ],
  options: [
    ...WHERE,
    PROJECT,
    {
      flags: '-o, --output <format>',
      description: 'how to print',
      choices: ['table', 'json', 'yaml', 'sarif'],
      default: 'table',
    },
    {
      flags: '--fail-on <severity>',
      description: 'exit 2 when a finding is at least this severe (unknown counts as CRITICAL)',
      choices: ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
    },
    {
      flags: '--fail-on-end-of-life',
      description: "exit 2 when the support of the image's system has ended",
    },
    {
      flags: '--fail-on-kev',
      description: 'exit 2 when a finding is known to be exploited (in CISA’s catalog)',
    },
    {
      flags: '--only-fixed',
      description: 'show and count only findings that a version fixes',
    },
    {
      flags: '--min-epss <score>',
      description:
        'show and count only findings at least this likely (0 to 1), of KEV, or unscored',
    },
    {
      flags: '--id <id>',
      description: 'show and count only findings of this id or alias, with all that is known',
    },
    {
      flags: '--include-declared',
      description: 'packages that lock files declare count for --fail-on and --fail-on-kev, too',
    },
    {
      flags: '--show-suppressed',
      description: 'list findings that VEX documents suppress, too (JSON always has them)',
    },
    {
      flags: '--max-advisory-age <days>',
      description: 'older advisory data are a problem',
      default: 7,
    },
    PLAIN_HTTP,
    ...REGISTRIES,
  ],
  load: async () => (await import('./scan-command.ts')).runScan,
};

const ADMIT: CommandSpec = {
  name: 'admit',
  arguments: '<file>',
  summary: 'Judge an ImageReview, Pod or workload by policy files, without a server.',
  examples: [
    'assay admit pod.yaml --policy policy.yaml',
    'assay admit pod.yaml --policy trust.yaml',
    'assay admit review.json --policy policy.yaml --attestors attestors.yaml \\\n      ' +
      '--attestations occurrences.json --cluster us-west2-b.prod',
  ],
  options: [
    {
      flags: '--policy <file>',
      description:
        'policy as gcloud exports it, or an ImageTrustPolicy (YAML or JSON); one of each',
      many: true,
    },
    { flags: '--attestors <file>', description: 'attestors as Google’s messages' },
    {
      flags: '--attestations <file>',
      description: 'attestations (occurrences) as Google’s messages',
    },
    { flags: '--cluster <location.name>', description: 'cluster whose rule applies' },
    { flags: '--namespace <name>', description: 'namespace of objects that name none' },
    {
      flags: '--trust-domain <name>',
      description: 'trust domain of the mesh, for rules by service identity',
    },
    {
      flags: '--system-policy <file>',
      description: 'policy whose patterns exempt images, in place of the built-in one',
    },
    PROJECT,
    ...WHERE,
    PLAIN_HTTP,
    ...REGISTRIES,
    TABLE_OR_JSON,
  ],
  load: async () => (await import('./admit-command.ts')).runAdmit,
};

const PROJECTS: CommandSpec = {
  name: 'project',
  summary: 'Projects and their clusters.',
  examples: ['assay project create shop', 'assay project add-cluster shop us-west2-b.prod'],
  commands: [
    {
      name: 'create',
      arguments: '<project>',
      summary: 'Create a project; its first policy allows everything.',
      examples: ['assay project create shop'],
      options: WHERE,
      load: async () => (await import('./project-commands.ts')).createProject,
    },
    {
      name: 'list',
      summary: 'List projects.',
      examples: ['assay project list --output json'],
      options: [...WHERE, TABLE_OR_JSON],
      load: async () => (await import('./project-commands.ts')).listProjects,
    },
    {
      name: 'add-cluster',
      arguments: '<project> <cluster>',
      summary: 'Make a cluster LOCATION.NAME known to a project.',
      examples: ['assay project add-cluster shop us-west2-b.prod'],
      options: WHERE,
      load: async () => (await import('./project-commands.ts')).addCluster,
    },
    {
      name: 'list-clusters',
      arguments: '<project>',
      summary: 'List the clusters of a project.',
      examples: ['assay project list-clusters shop'],
      options: [...WHERE, TABLE_OR_JSON],
      load: async () => (await import('./project-commands.ts')).listClusters,
    },
    WATCHES,
  ],
};

const DECISIONS: CommandSpec = {
  name: 'decisions',
  summary: 'What was admitted and denied, and why.',
  examples: ['assay decisions list', 'assay decisions show 01980f3c-…'],
  commands: [
    {
      name: 'list',
      summary: 'List decisions, newest first.',
      examples: ['assay decisions list --project shop --outcome deny'],
      options: [
        ...WHERE,
        PROJECT,
        {
          flags: '--outcome <outcome>',
          description: 'only these',
          choices: ['allow', 'deny', 'undecided'],
        },
        { flags: '--limit <n>', description: 'how many', default: 20 },
        TABLE_OR_JSON,
      ],
      load: async () => (await import('./decisions-commands.ts')).listDecisions,
    },
    {
      name: 'show',
      arguments: '<id>',
      summary: 'Explain one decision step by step.',
      examples: ['assay decisions show 01980f3c-… --output json'],
      options: [...WHERE, TABLE_OR_JSON],
      load: async () => (await import('./decisions-commands.ts')).showDecision,
    },
    {
      name: 'verify',
      summary: 'Recompute the hash chain: exit 2 where a decision was changed or removed.',
      examples: ['assay decisions verify'],
      options: WHERE,
      load: async () => (await import('./decisions-commands.ts')).verifyDecisions,
    },
  ],
};

const REGISTRY: CommandSpec = {
  name: 'registry',
  summary: 'A small OCI registry over a folder, for demos and tests.',
  examples: ['assay registry serve ./images --listen 127.0.0.1:5000'],
  commands: [
    {
      name: 'serve',
      arguments: '<dir>',
      summary: 'Serve a folder as a read/write OCI registry, or read through to another one.',
      examples: [
        'assay registry serve ./images --listen 127.0.0.1:0',
        'assay registry serve ./cache --upstream http://127.0.0.1:5000 --listen 127.0.0.1:5001',
        'assay registry serve ./images --host gcr.io --proxy-ca ./proxy-ca.pem',
      ],
      options: [
        {
          flags: '--listen <host:port>',
          description: 'where to listen',
          default: '127.0.0.1:5000',
        },
        { flags: '--read-only', description: 'refuse pushes' },
        {
          flags: '--host <name>',
          description: 'name whose registry this is, for clients that use it as their proxy',
          many: true,
        },
        {
          flags: '--proxy-ca <file>',
          description: 'answer CONNECT NAME:443 over TLS; the authority is written to the file',
        },
        { flags: '--notify <url>', description: 'server that is told of pushes' },
        { flags: '--notify-token-file <file>', description: 'file with its bearer token' },
        {
          flags: '--upstream <url>',
          description: 'registry that is asked, without credentials, for what the folder has not',
        },
      ],
      load: async () => (await import('./serve-command.ts')).runRegistry,
    },
  ],
};

const MIGRATE: CommandSpec = {
  name: 'migrate',
  summary: 'Bring a data folder or a database to this version’s schema.',
  examples: [
    'assay migrate --data ./data',
    'assay migrate --database postgres://assay@db.example/assay --database-password-file password',
  ],
  options: [DATA, ...DATABASE],
  load: async () => (await import('./serve-command.ts')).runMigrate,
};

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  SCAN,
  ADMIT,
  ATTEST,
  ATTESTORS,
  NOTARY,
  POLICY,
  REGO,
  SERVE,
  PROJECTS,
  ADVISORIES,
  DECISIONS,
  IMAGES,
  TOKENS,
  NOTIFICATIONS,
  VEX,
  REGISTRY,
  MIGRATE,
];
