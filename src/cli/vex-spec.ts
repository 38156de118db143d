/** The commands of `assay vex`, as data. */
import type { CommandSpec } from './command.ts';
import { PROJECT, TABLE_OR_JSON, WHERE } from './shared-options.ts';

const load = () => import('./vex-commands.ts');

const AUTHOR: CommandSpec = {
  name: 'author',
  summary: 'Authors whose signed VEX documents count.',
  examples: ['assay vex author add team --key team.pem', 'assay vex author list'],
  commands: [
    {
      name: 'add',
      arguments: '<name>',
      summary: 'Add an author by a public key, or one more key to an author.',
      examples: [
        'assay vex author add team --key team.pem --project shop',
        'assay vex author add vendor --key vendor.asc',
      ],
      options: [
        ...WHERE,
        PROJECT,
        { flags: '--key <file>', description: 'public key: PEM, or armored PGP' },
        {
          flags: '--algorithm <name>',
          description: 'of a PEM key, e.g. RSA_PSS_3072_SHA256 (default: what openssl takes)',
        },
      ],
      load: async () => (await load()).addVexAuthor,
    },
    {
      name: 'list',
      summary: 'List authors and their keys.',
      examples: ['assay vex author list --output json'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).listVexAuthors,
    },
    {
      name: 'remove',
      arguments: '<name>',
      summary:
        'Remove an author with its documents, or one of its keys; nothing of it counts then.',
      examples: ['assay vex author remove team', 'assay vex author remove team --key-id 1A2B…'],
      options: [...WHERE, PROJECT, { flags: '--key-id <id>', description: 'only this key' }],
      load: async () => (await load()).removeVexAuthor,
    },
  ],
};

/** `assay vex …` */
export const VEX: CommandSpec = {
  name: 'vex',
  summary: 'What configured authors say of vulnerabilities: OpenVEX, CycloneDX and CSAF.',
  examples: [
    'assay vex author add team --key team.pem',
    'assay vex import app.openvex.json --signature app.openvex.json.sig',
    'assay vex list',
  ],
  commands: [
    AUTHOR,
    {
      name: 'import',
      arguments: '<file>',
      summary: 'Import a document that an author signed: DSSE, PGP message, or with a signature.',
      examples: [
        'assay vex import app.openvex.json --signature app.openvex.json.asc',
        'assay vex import app.openvex.dsse.json --project shop',
      ],
      options: [
        ...WHERE,
        PROJECT,
        {
          flags: '--signature <file>',
          description: 'signature over the file: PKIX (base64 or binary), or PGP (detached)',
        },
      ],
      load: async () => (await load()).importVex,
    },
    {
      name: 'list',
      summary: 'List documents, and whether each counts.',
      examples: ['assay vex list --project shop --output json'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).listVex,
    },
    {
      name: 'show',
      arguments: '<document>',
      summary: 'Show a document with its statements and who signed it.',
      examples: ['assay vex show https://vex.example/app-1', 'assay vex show 01980f3c-…'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).showVex,
    },
    {
      name: 'remove',
      arguments: '<document>',
      summary: 'Remove a document; what it said counts no more.',
      examples: ['assay vex remove https://vex.example/app-1'],
      options: [...WHERE, PROJECT],
      load: async () => (await load()).removeVex,
    },
  ],
};
