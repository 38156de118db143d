/**
 * Taking a VEX document in: only where a key of one of the project's authors signed the very bytes,
 * and only forward. Whom the document names as its author does not matter.
 */
import { createHash } from 'node:crypto';
import { decodeBase64 } from '../domain/base64.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import {
  compareVexVersions,
  type KeptVexDocument,
  type VexAuthor,
  type VexDocument,
} from '../domain/vex-document.ts';
import { type DocumentProof, verifyDocument } from '../signing/verify-document.ts';
import type { Reader, Tx } from '../store/store-contract.ts';
import { listVexAuthors } from '../store/vex-author-rows.ts';
import {
  findVexDocuments,
  listVexDocuments,
  MAX_VEX_DOCUMENTS,
  saveVexDocument,
} from '../store/vex-document-rows.ts';
import { clearVexLeftover, isVexLeftover } from '../store/vex-leftover-rows.ts';
import { audit } from './audit.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emitAssessed } from './emit.ts';
import { readVexDocument, VEX_JSON_LIMITS } from './read-vex-document.ts';
import {
  forgetAbandonedVex,
  forgetVexStatements,
  noteVexStatements,
  writeVexStatements,
} from './vex-statements.ts';

/** What came in, in base64 as it travels. */
export interface ImportVexInput {
  readonly caller: Caller;
  readonly project: string;
  readonly document: string;
  /** A signature in a file of its own. */
  readonly signature?: string;
}

/** What came of it. */
export interface ImportedVex {
  readonly document: KeptVexDocument;
  /** The version that it took the place of. */
  readonly replaced?: string;
  /** It was there already, and nothing changed. */
  readonly unchanged: boolean;
}

interface Received {
  readonly authors: readonly VexAuthor[];
  readonly proof: DocumentProof;
  readonly document: VexDocument;
}

/**
 * Imports a document. Refuses, changing nothing, one that no author's key signed, one that is older
 * than what is kept, one of the same version that says something else, and one that is wrong.
 */
export async function importVex(deps: Deps, input: ImportVexInput): Promise<ImportedVex> {
  const { caller, project } = input;
  authorise(caller, 'assay.vex.import', project);
  await requireProject(deps, project);
  const authors = await listVexAuthors(deps.store, project);
  const proof = await verify(deps, input, authors);
  const document = readVexDocument(proof, deps.now());
  const kept = keptDocument(deps, project, { authors, proof, document });
  const known = await findBefore(deps.store, kept);
  if (known !== undefined && isSame(known, kept)) return { document: known, unchanged: true };
  refuseRollback(known, kept);
  await forgetAbandonedVex(deps);
  await writeVexStatements(deps, kept, document.statements);
  const source = new TextDecoder().decode(proof.payload);
  const { before, isNew } = await publish(deps, { caller, kept, source }).catch(
    async (error: unknown) => {
      await forgetVexStatements(deps, kept);
      throw error;
    },
  );
  const gone = isNew ? before : kept;
  if (gone !== undefined) await forgetVexStatements(deps, gone);
  if (!isNew) return { document: before ?? kept, unchanged: true };
  const replaced = before === undefined ? {} : { replaced: before.version };
  return { document: kept, ...replaced, unchanged: false };
}

interface Published {
  /** What was there. */
  readonly before: KeptVexDocument | undefined;
  /** False where the same was there already. */
  readonly isNew: boolean;
}

/** The one transaction from which on the document counts; what went before may have changed. */
function publish(
  deps: Deps,
  { caller, kept, source }: { caller: Caller; kept: KeptVexDocument; source: string },
): Promise<Published> {
  const { project } = kept;
  return deps.store.write(async (tx) => {
    await requireStandingKey(tx, kept);
    const before = await findBefore(tx, kept);
    if (before !== undefined && isSame(before, kept)) return { before, isNew: false };
    refuseRollback(before, kept);
    if (before === undefined) await refuseMany(tx, project);
    await requireStatements(tx, kept);
    await saveVexDocument(tx, kept, source);
    await clearVexLeftover(tx, kept.id);
    if (before !== undefined) await noteVexStatements(tx, [before], deps.now());
    await audit(deps, tx, {
      caller,
      project,
      action: 'import-vex',
      resource: `projects/${project}/vexDocuments/${kept.id}`,
      detail: auditDetail(kept),
    });
    await emitAssessed(deps, tx, project);
    return { before, isNew: true };
  });
}

/** Where this took an hour, another import has taken it for abandoned. */
async function requireStatements(tx: Tx, kept: KeptVexDocument): Promise<void> {
  if (await isVexLeftover(tx, kept.id)) return;
  throw new AssayError('aborted', 'the import took too long and was given up; run it again');
}

function auditDetail({ documentId, version, author, evidence }: KeptVexDocument) {
  return { documentId, version, author, keyId: evidence.keyId, digest: evidence.digest };
}

async function verify(
  deps: Deps,
  { project, document, signature }: ImportVexInput,
  authors: readonly VexAuthor[],
): Promise<DocumentProof> {
  if (authors.length === 0) {
    const message = `project ${project} has no VEX author, so that no document counts; add one`;
    throw refused(`${message}: assay vex author add NAME --key FILE --project ${project}`);
  }
  const proof = await verifyDocument({
    document: decodeCapped(document),
    ...(signature === undefined ? {} : { signature: decodeBase64(signature) }),
    keys: authors.flatMap(({ keys }) => keys),
    now: deps.now(),
    limits: VEX_JSON_LIMITS,
  });
  if (proof.ok) return proof;
  throw refused(
    `no VEX author of project ${project} signed this document: ${proof.reason}. Sign its very ` +
      'bytes with a key of one (gpg --armor --detach-sign FILE, or openssl dgst -sha256 -sign ' +
      'KEY -out FILE.sig FILE) and give --signature; who they are tells assay vex author list',
  );
}

function decodeCapped(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes.length <= VEX_JSON_LIMITS.bytes) return bytes;
  const found = `the document has ${bytes.length} bytes`;
  throw new AssayError('too-large', `${found}; at most ${VEX_JSON_LIMITS.bytes} are read`);
}

function keptDocument(
  deps: Deps,
  project: string,
  { authors, proof, document }: Received,
): KeptVexDocument {
  const { id: documentId, author: claimedAuthor, statements, ...rest } = document;
  const { form, keyId, expiresAt } = proof;
  const author = authors.find(({ keys }) => keys.some(({ id }) => id === keyId));
  if (author === undefined) throw new AssayError('internal', `key ${keyId} is no author's`);
  const hash = createHash('sha256').update(proof.payload).digest('hex');
  return {
    ...rest,
    project,
    id: deps.newId(),
    documentId,
    author: author.name,
    claimedAuthor,
    evidence: {
      form,
      keyId,
      digest: parseDigest(`sha256:${hash}`),
      ...(expiresAt === undefined ? {} : { validUntil: expiresAt }),
    },
    statementCount: statements.length,
    importTime: deps.now(),
  };
}

/** The key may have been taken away while the document was verified. */
async function requireStandingKey(tx: Tx, { project, author, evidence }: KeptVexDocument) {
  const authors = await listVexAuthors(tx, project);
  const own = authors.find(({ name }) => name === author);
  if (own?.keys.some(({ id }) => id === evidence.keyId) === true) return;
  throw refused(`key ${evidence.keyId} was removed from the VEX authors just now`);
}

async function findBefore(db: Reader, kept: KeptVexDocument): Promise<KeptVexDocument | undefined> {
  const found = await findVexDocuments(db, kept.project, kept.documentId);
  return found.find((one) => one.author === kept.author && one.documentId === kept.documentId);
}

function isSame(before: KeptVexDocument, kept: KeptVexDocument): boolean {
  const { evidence, removedTime } = before;
  if (removedTime !== undefined) return false;
  return (
    evidence.digest === kept.evidence.digest &&
    evidence.keyId === kept.evidence.keyId &&
    evidence.validUntil === kept.evidence.validUntil
  );
}

/** An old statement that was taken back must not come again with the old document. */
function refuseRollback(before: KeptVexDocument | undefined, kept: KeptVexDocument): void {
  if (before === undefined) return;
  const order = compareVexVersions(kept.version, before.version);
  const name = `document ${kept.documentId} of ${kept.author}`;
  if (order < 0) {
    throw refused(
      `${name} is known in version ${before.version}, and this is version ${kept.version}; an ` +
        'older one does not take its place: have a newer version made',
    );
  }
  if (order > 0 || before.evidence.digest === kept.evidence.digest) return;
  throw refused(
    `${name} is known in version ${before.version} with other content; have its version raised`,
  );
}

async function refuseMany(tx: Tx, project: string): Promise<void> {
  if ((await listVexDocuments(tx, project)).length < MAX_VEX_DOCUMENTS) return;
  throw refused(`project ${project} has ${MAX_VEX_DOCUMENTS} VEX documents; remove some first`);
}

function refused(message: string): AssayError {
  return new AssayError('failed-precondition', message);
}
