/** `assay policy …` as data. */
import type { CommandSpec } from './command.ts';
import { PROJECT, TABLE_OR_JSON, WHERE } from './shared-options.ts';

const load = () => import('./policy-commands.ts');

/** Policy documents of a project. */
export const POLICY: CommandSpec = {
  name: 'policy',
  summary: 'Policy documents of a project; all of them are asked of every image.',
  examples: ['assay policy set trust.yaml --project shop', 'assay policy list --project shop'],
  commands: [
    {
      name: 'set',
      arguments: '<file>',
      summary:
        'Replace the document of the kind that the file names: ImageTrustPolicy, RegoPolicy.',
      examples: [
        'assay policy set trust.yaml --project shop',
        'assay policy set policies/ --project shop',
      ],
      options: [
        ...WHERE,
        PROJECT,
        {
          flags: '--etag <etag>',
          description: 'refuse where the document has another etag by now',
        },
      ],
      load: async () => (await load()).setDocument,
    },
    {
      name: 'show',
      arguments: '<kind>',
      summary: 'Print a document as it was set.',
      examples: ['assay policy show ImageTrustPolicy --project shop > trust.yaml'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).showDocument,
    },
    {
      name: 'list',
      summary: 'List the documents of a project.',
      examples: ['assay policy list --project shop'],
      options: [...WHERE, PROJECT, TABLE_OR_JSON],
      load: async () => (await load()).listDocuments,
    },
  ],
};
