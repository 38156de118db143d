/** `assay attestor …` as data. */
import type { CommandSpec, OptionSpec } from './command.ts';
import { PROJECT, TABLE_OR_JSON, WHERE } from './shared-options.ts';

const KEYS: readonly OptionSpec[] = [
  { flags: '--key <file>', description: 'public key, PEM or armored PGP', many: true },
  {
    flags: '--key-env <name>',
    description: 'environment variable with a public key, PEM or armored PGP, in base64',
    many: true,
  },
  {
    flags: '--jwks <place>',
    description: 'JWK set, a file or an https URL; its keys are kept as they are now',
    many: true,
  },
  {
    flags: '--algorithm <name>',
    description: 'of PEM keys, e.g. RSA_PSS_4096_SHA512 (default: what openssl takes for the key)',
  },
];

const load = () => import('./attestor-commands.ts');

function command(
  name: string,
  more: Omit<CommandSpec, 'name' | 'options'> & { readonly options?: readonly OptionSpec[] },
): CommandSpec {
  return { name, ...more, options: [...WHERE, PROJECT, ...(more.options ?? [])] };
}

/** Attestors and their keys. */
export const ATTESTORS: CommandSpec = {
  name: 'attestor',
  summary: 'Attestors: whose keys may sign, how many must, and until when each counts.',
  examples: [
    'assay attestor create built-by-ci --key ci.pub.pem',
    'assay attestor add-key built-by-ci --key next.pub.pem',
    'assay attestor revoke-key built-by-ci ni:///sha-256;… --from 2026-11-20T08:00:00Z',
  ],
  commands: [
    command('create', {
      arguments: '<attestor>',
      summary: 'Create an attestor, and its note where there is none.',
      examples: [
        'assay attestor create built-by-ci --key ci.pub.pem --project shop',
        'assay attestor create release --key a.pem --key b.pem --key c.pem --threshold 2',
        'assay attestor create ci --jwks https://ci.example/keys.json',
      ],
      options: [
        ...KEYS,
        { flags: '--threshold <k>', description: 'different keys that must sign', default: 1 },
        { flags: '--note <name>', description: 'projects/P/notes/N (default: one of its own)' },
        { flags: '--description <text>', description: 'what it vouches for' },
      ],
      load: async () => (await load()).createAttestor,
    }),
    command('list', {
      summary: 'List the attestors of a project.',
      examples: ['assay attestor list --project shop --output json'],
      options: [TABLE_OR_JSON],
      load: async () => (await load()).listAttestors,
    }),
    command('show', {
      arguments: '<attestor>',
      summary: 'Show an attestor with its keys and the standing of each.',
      examples: ['assay attestor show built-by-ci --project shop'],
      options: [TABLE_OR_JSON],
      load: async () => (await load()).showAttestor,
    }),
    command('add-key', {
      arguments: '<attestor>',
      summary: 'Add keys; those that are there stay.',
      examples: [
        'assay attestor add-key built-by-ci --key next.pub.pem',
        'assay attestor add-key built-by-ci --key-env CI_PUBLIC_KEY',
      ],
      options: KEYS,
      load: async () => (await load()).addKey,
    }),
    command('retire-key', {
      arguments: '<attestor> <key>',
      summary: 'End a key that was replaced: what it signed stays good, nothing new does.',
      examples: ['assay attestor retire-key built-by-ci ni:///sha-256;…'],
      load: async () => (await load()).retireKey,
    }),
    command('revoke-key', {
      arguments: '<attestor> <key>',
      summary: 'End a key that may be stolen: only what was received before counts.',
      examples: ['assay attestor revoke-key built-by-ci ABCD… --from 2026-11-20T08:00:00Z'],
      options: [
        { flags: '--from <time>', description: 'since when it cannot be trusted (default: now)' },
      ],
      load: async () => (await load()).revokeKey,
    }),
    command('remove-key', {
      arguments: '<attestor> <key>',
      summary: 'Remove a key: whatever rests on it alone is not attested any more.',
      examples: ['assay attestor remove-key built-by-ci ni:///sha-256;…'],
      load: async () => (await load()).removeKey,
    }),
    command('set-threshold', {
      arguments: '<attestor> <k>',
      summary: 'Set how many different keys must have signed.',
      examples: ['assay attestor set-threshold release 2'],
      load: async () => (await load()).setThreshold,
    }),
    command('delete', {
      arguments: '<attestor>',
      summary: 'Delete an attestor; rules that require it deny from then on.',
      examples: ['assay attestor delete built-by-ci --project shop'],
      load: async () => (await load()).deleteAttestor,
    }),
  ],
};
