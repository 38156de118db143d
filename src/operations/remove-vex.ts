/** Taking a VEX document away: its statements count no more, at once. */
import { authorise } from '../domain/caller.ts';
import { markVexRemoved } from '../store/vex-document-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { emitAssessed } from './emit.ts';
import { requireVexDocument, type WhichVex } from './list-vex.ts';
import { forgetAbandonedVex, forgetVexStatements, noteVexStatements } from './vex-statements.ts';

/** Removes a document; throws `not-found`. The same or a newer version can be imported again. */
export async function removeVex(deps: Deps, input: WhichVex): Promise<Record<string, never>> {
  const { caller, project } = input;
  authorise(caller, 'assay.vex.import', project);
  const removed = await deps.store.write(async (tx) => {
    const document = await requireVexDocument(tx, project, input.document);
    await markVexRemoved(tx, document, deps.now());
    await noteVexStatements(tx, [document], deps.now());
    await audit(deps, tx, {
      caller,
      project,
      action: 'remove-vex',
      resource: `projects/${project}/vexDocuments/${document.id}`,
      detail: { documentId: document.documentId, author: document.author },
    });
    await emitAssessed(deps, tx, project);
    return document;
  });
  await forgetVexStatements(deps, removed);
  await forgetAbandonedVex(deps);
  return {};
}
