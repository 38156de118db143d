/** The VEX documents of a project, and whether each of them counts now. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { KeptVexDocument, VexStatement } from '../domain/vex-document.ts';
import { AssayError } from '../domain/error.ts';
import type { Reader } from '../store/store-contract.ts';
import { listVexAuthors } from '../store/vex-author-rows.ts';
import {
  findVexDocuments,
  listVexDocuments,
  listVexStatements,
} from '../store/vex-document-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { type VexStanding, vexStanding } from './vex-standing.ts';

/** A document as it is listed. */
export interface ShownVexDocument extends KeptVexDocument {
  readonly standing: VexStanding;
}

/** A document with its statements. */
export interface ShownVex extends ShownVexDocument {
  readonly statements: readonly VexStatement[];
}

interface WhichProject {
  readonly caller: Caller;
  readonly project: string;
}

/** One document of a project. */
export interface WhichVex extends WhichProject {
  /** Its place in the store, or its own id. */
  readonly document: string;
}

/** Statements of one document that are shown. */
const MAX_SHOWN = 10_000;

/** Lists the documents that are there. */
export async function listVex(
  deps: Deps,
  { caller, project }: WhichProject,
): Promise<readonly ShownVexDocument[]> {
  authorise(caller, 'assay.vex.list', project);
  await requireProject(deps, project);
  const authors = await listVexAuthors(deps.store, project);
  const documents = await listVexDocuments(deps.store, project);
  const at = { authors, now: deps.now() };
  return documents.map((one) => ({ ...one, standing: vexStanding(one, at) }));
}

/** One document with its statements; throws `not-found`. */
export async function showVex(deps: Deps, input: WhichVex): Promise<ShownVex> {
  const { caller, project, document } = input;
  authorise(caller, 'assay.vex.list', project);
  await requireProject(deps, project);
  const found = await requireVexDocument(deps.store, project, document);
  const authors = await listVexAuthors(deps.store, project);
  const standing = vexStanding(found, { authors, now: deps.now() });
  const statements = await listVexStatements(deps.store, found.id, MAX_SHOWN);
  return { ...found, standing, statements };
}

/** The one document of a name; throws `not-found`, and where several authors have one of it. */
export async function requireVexDocument(
  db: Reader,
  project: string,
  name: string,
): Promise<KeptVexDocument> {
  const found = await findVexDocuments(db, project, name);
  const [only, ...more] = found.filter(({ removedTime }) => removedTime === undefined);
  if (only !== undefined && more.length === 0) return only;
  const shown = JSON.stringify(name.slice(0, 256));
  if (only === undefined) {
    const message = `project ${project} has no VEX document ${shown}`;
    throw new AssayError('not-found', `${message}; see: assay vex list --project ${project}`);
  }
  const places = [only, ...more].map(({ id, author }) => `${id} (of ${author})`);
  const message = `several authors have a document ${shown}`;
  throw new AssayError('invalid-argument', `${message}; name one of ${places.join(', ')}`);
}
