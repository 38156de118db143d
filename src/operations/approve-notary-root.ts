/** First use of a repository's trust: somebody compared its root's fingerprint, and says so. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { formatTime } from '../domain/time.ts';
import { readRoot, rootFingerprint } from '../signing/notary-root.ts';
import { type ApprovedRoot, listApprovedRoots, saveApprovedRoot } from '../store/notary-rows.ts';
import { audit } from './audit.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { gunOf, withNotary } from './notary-server.ts';

/** Which root is approved. */
export interface ApproveNotaryRootInput {
  readonly caller: Caller;
  readonly project: string;
  /** The repository's name, as images have it. */
  readonly repository: string;
  /** `https://HOST[:PORT]`, which sends the root. */
  readonly server: string;
  /** `sha256:…` of the root's bytes. */
  readonly fingerprint: string;
}

/** An approved root for people. */
export interface ShownNotaryRoot {
  readonly gun: string;
  readonly fingerprint: string;
  readonly version: number;
  /** Ids of the root's keys. */
  readonly keys: readonly string[];
  readonly approver: string;
  readonly approveTime: string;
}

/**
 * Keeps the root that a server sends, where it has the fingerprint. Refuses another one, and what
 * is no valid root of the repository. An earlier root of the repository is replaced.
 */
export async function approveNotaryRoot(
  deps: Deps,
  input: ApproveNotaryRootInput,
): Promise<ShownNotaryRoot> {
  const { caller, project, server, fingerprint } = input;
  authorise(caller, 'binaryauthorization.attestors.create', project);
  const gun = gunOf(input.repository);
  const root = await withNotary(deps, { caller, server }, (client) => client.root(gun));
  const found = rootFingerprint(root);
  if (found !== fingerprint) {
    const wanted = `the root of ${gun} has the fingerprint ${found}; approved was ${fingerprint}`;
    throw new AssayError('failed-precondition', `${wanted}: ask its publisher which is right`);
  }
  const approver = caller.name;
  const approved = { project, gun, fingerprint, root, approver, approveTime: deps.now() };
  const shown = showRoot(approved);
  await ensureProject(deps, caller, project);
  await deps.store.write(async (tx) => {
    await saveApprovedRoot(tx, approved);
    await audit(deps, tx, {
      caller,
      project,
      action: 'approve-notary-root',
      resource: `projects/${project}/notaryRoots/${gun}`,
      detail: { fingerprint, server },
    });
  });
  return shown;
}

/** The approved roots of a project. */
export async function listNotaryRoots(
  deps: Deps,
  { caller, project }: { readonly caller: Caller; readonly project: string },
): Promise<readonly ShownNotaryRoot[]> {
  authorise(caller, 'binaryauthorization.attestors.list', project);
  return (await listApprovedRoots(deps.store, project)).map(showRoot);
}

function showRoot({
  gun,
  fingerprint,
  root,
  approver,
  approveTime,
}: ApprovedRoot): ShownNotaryRoot {
  const { document, signers } = readRoot(root, gun);
  return {
    gun,
    fingerprint,
    version: document.version,
    keys: signers.map(({ id }) => id),
    approver,
    approveTime: formatTime(approveTime),
  };
}
