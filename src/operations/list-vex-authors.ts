/** The authors whose VEX documents count in a project, with their keys. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import type { VexAuthor } from '../domain/vex-document.ts';
import { listVexAuthors as listRows } from '../store/vex-author-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** An author as it is shown. */
export interface ShownVexAuthor {
  readonly name: string;
  readonly keys: readonly { readonly id: string; readonly kind: string }[];
  readonly createTime: Micros;
  readonly updateTime: Micros;
}

/** Lists them by name. */
export async function listVexAuthors(
  deps: Deps,
  { caller, project }: { readonly caller: Caller; readonly project: string },
): Promise<readonly ShownVexAuthor[]> {
  authorise(caller, 'assay.vex.list', project);
  await requireProject(deps, project);
  return (await listRows(deps.store, project)).map(showVexAuthor);
}

/** An author with the ids and kinds of its keys. */
export function showVexAuthor({ name, keys, createTime, updateTime }: VexAuthor): ShownVexAuthor {
  const shown = keys.map(({ id, pkixPublicKey }) => ({
    id,
    kind: pkixPublicKey?.signatureAlgorithm ?? 'PGP',
  }));
  return { name, keys: shown, createTime, updateTime };
}
