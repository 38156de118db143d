/** Configuring whose VEX documents count in a project: a name, and the keys that sign for it. */
import type { AttestorKey } from '../domain/attestor.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseVexAuthorName, type VexAuthor } from '../domain/vex-document.ts';
import { usualAlgorithm } from '../signing/usual-algorithm.ts';
import { listVexAuthors, saveVexAuthor } from '../store/vex-author-rows.ts';
import { audit } from './audit.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emitAssessed } from './emit.ts';
import { type ShownVexAuthor, showVexAuthor } from './list-vex-authors.ts';

/** Who is to be an author, and by which key. */
export interface AddVexAuthorInput {
  readonly caller: Caller;
  readonly project: string;
  readonly name: string;
  /** PEM `PUBLIC KEY`, or an armored PGP public key. */
  readonly key: string;
  /** Of a PEM key, in Binary Authorization's words; absent: the one that openssl takes for it. */
  readonly algorithm?: string;
}

const MAX_AUTHORS = 50;
const MAX_KEYS = 10;

/**
 * Adds an author, or one more key to one that is there. Refuses, as `invalid-key`, what is no
 * strong public key, and a key that the project has already: one key speaks for one author.
 */
export async function addVexAuthor(deps: Deps, input: AddVexAuthorInput): Promise<ShownVexAuthor> {
  const { caller, project } = input;
  authorise(caller, 'assay.vex.manage', project);
  const name = parseVexAuthorName(input.name);
  const [key] = await checkAttestorKeys([readKey(input)], { kept: [], now: deps.now() });
  if (key === undefined) throw new AssayError('internal', 'a checked key is missing');
  await ensureProject(deps, caller, project);
  return deps.store.write(async (tx) => {
    const authors = await listVexAuthors(tx, project);
    refuseKnown(authors, key);
    const author = withKey(authors, { project, name, key, now: deps.now() });
    await saveVexAuthor(tx, author);
    await audit(deps, tx, {
      caller,
      project,
      action: 'add-vex-author',
      resource: `projects/${project}/vexAuthors/${name}`,
      detail: { keyId: key.id },
    });
    await emitAssessed(deps, tx, project);
    return showVexAuthor(author);
  });
}

function readKey({ key, algorithm }: AddVexAuthorInput): AttestorKey {
  if (key.includes('BEGIN PGP')) {
    if (algorithm === undefined) return { id: '', asciiArmoredPgpPublicKey: key };
    throw new AssayError('invalid-argument', 'a PGP key names its algorithm itself; leave it out');
  }
  const signatureAlgorithm = algorithm ?? usualAlgorithm(key);
  return { id: '', pkixPublicKey: { publicKeyPem: key, signatureAlgorithm } };
}

function refuseKnown(authors: readonly VexAuthor[], { id }: AttestorKey): void {
  const owner = authors.find(({ keys }) => keys.some((key) => key.id === id));
  if (owner === undefined) return;
  throw new AssayError('already-exists', `key ${id} is author ${owner.name}'s already`);
}

interface NewKey {
  readonly project: string;
  readonly name: string;
  readonly key: AttestorKey;
  readonly now: number;
}

function withKey(authors: readonly VexAuthor[], { project, name, key, now }: NewKey): VexAuthor {
  const known = authors.find((one) => one.name === name);
  const { keys = [], createTime = now } = known ?? {};
  if (known === undefined && authors.length >= MAX_AUTHORS) {
    throw tooMany(`project ${project} has ${MAX_AUTHORS} VEX authors`);
  }
  if (keys.length >= MAX_KEYS) throw tooMany(`author ${name} has ${MAX_KEYS} keys`);
  return { project, name, keys: [...keys, key], createTime, updateTime: now };
}

function tooMany(found: string): AssayError {
  return new AssayError('failed-precondition', `${found}, which is the limit; remove one first`);
}
