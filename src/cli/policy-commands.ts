/** `assay policy …`: policy documents by their text. */
import type { ShownPolicy } from '../operations/get-policy-document.ts';
import type { CommandRun } from './command.ts';
import { reachOf, textOption } from './options.ts';
import { printDocument, printList } from './print-values.ts';
import { withOperations } from './with-operations.ts';

/** `assay policy set FILE` */
export const setDocument: CommandRun = async (context, args, options) => {
  const { readDocumentFile } = await import('../operations/read-document-file.ts');
  const source = await readDocumentFile(args[0] ?? '');
  const etag = textOption(options, 'etag');
  const project = textOption(options, 'project');
  const input = { project, source, ...(etag === undefined ? {} : { etag }) };
  return withOperations(context, reachOf(options), async (client) => {
    const { kind, revision } = (await client.call('set-policy-document', input)) as ShownPolicy;
    context.stderr.write(
      `${kind} of project ${project} is now revision ${revision}; the next review asks it\n`,
    );
    return 0;
  });
};

/** `assay policy show KIND` */
export const showDocument: CommandRun = (context, args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project'), kind: args[0] };
    const shown = (await client.call('get-policy-document', input)) as ShownPolicy;
    const format = textOption(options, 'output') ?? 'table';
    if (format === 'table') context.stdout.write(shown.source);
    else await printDocument(context, { schemaVersion: 1, ...shown }, format);
    return 0;
  });

/** `assay policy list` */
export const listDocuments: CommandRun = (context, _args, options) =>
  withOperations(context, { ...reachOf(options), readOnly: true }, async (client) => {
    const input = { project: textOption(options, 'project') };
    const values = (await client.call('list-policy-documents', input)) as readonly ShownPolicy[];
    const form = {
      columns: ['KIND', 'REVISION', 'SET', 'ETAG'],
      row: (one: ShownPolicy) => [one.kind, String(one.revision), one.createTime, one.etag],
      empty: 'no policy document yet; set one: assay policy set FILE',
    };
    await printList(context, { name: 'policies', values, form }, options);
    return 0;
  });
