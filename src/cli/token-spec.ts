/** The commands of bearer tokens, as data. */
import type { CommandSpec } from './command.ts';
import { TABLE_OR_JSON, WHERE } from './shared-options.ts';

/** `assay token …` */
export const TOKENS: CommandSpec = {
  name: 'token',
  summary: 'Bearer tokens of the API; stored hashed, shown once.',
  examples: ['assay token create --role viewer --project shop > token', 'assay token list'],
  commands: [
    {
      name: 'create',
      summary: 'Create a token and print it once.',
      examples: [
        'assay token create --role editor --project shop --expires 30d > token',
        'assay token create --expires 12h --role roles/containeranalysis.admin \\\n' +
          '      --role roles/binaryauthorization.attestorsViewer > token',
      ],
      options: [
        ...WHERE,
        {
          flags: '--role <role>',
          description: 'viewer (default), editor, admin, agent, or a role by Google’s name',
          many: true,
        },
        { flags: '--project <id>', description: 'bind it to one project' },
        {
          flags: '--expires <when>',
          description: 'days until it ends, or 12h, 90d, 2027-01-01',
          default: '90d',
        },
        { flags: '--name <text>', description: 'what it is for' },
        {
          flags: '--member <member>',
          description: 'who its bearer is in IAM policies, e.g. serviceAccount:ci@shop.example',
        },
      ],
      load: async () => (await import('./token-commands.ts')).createToken,
    },
    {
      name: 'list',
      summary: 'List tokens, never their secrets.',
      examples: ['assay token list'],
      options: [...WHERE, TABLE_OR_JSON],
      load: async () => (await import('./token-commands.ts')).listTokens,
    },
    {
      name: 'revoke',
      arguments: '<id>',
      summary: 'Revoke a token.',
      examples: ['assay token revoke 01980f3c-…'],
      options: WHERE,
      load: async () => (await import('./token-commands.ts')).revokeToken,
    },
  ],
};
