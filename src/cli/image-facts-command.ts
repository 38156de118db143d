/** `assay images facts IMAGE…`: what policies in Rego are told, as `rego eval --facts` reads it. */
import type { CommandRun } from './command.ts';
import { reachOf, textOption } from './options.ts';
import { withOperations } from './with-operations.ts';

/** Prints one JSON object with the facts of all images by their texts. */
export const showFacts: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const project = textOption(options, 'project');
    const tables: object[] = [];
    for (const image of args) {
      tables.push((await client.call('show-image-facts', { project, image })) as object);
    }
    context.stdout.write(`${JSON.stringify(Object.assign({}, ...tables), undefined, 2)}\n`);
    return 0;
  });
