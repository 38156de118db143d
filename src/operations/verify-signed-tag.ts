/**
 * Is a tag signed for the image that it names, by Docker Content Trust? The metadata are fetched,
 * verified from a root that somebody pinned or approved, and held against the versions that were
 * seen before; what was seen now is kept, whatever it says of the tag.
 */
import { decodeBase64 } from '../domain/base64.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { parseDigest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import { formatImageReference, parseImageReference } from '../domain/image-reference.ts';
import type { NotaryClient } from '../remote/notary-client.ts';
import { requireVersion } from '../signing/notary-role.ts';
import { readRoot, rootFingerprint } from '../signing/notary-root.ts';
import { isProof, type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import { toCheck } from '../signing/verify-attestation.ts';
import {
  NOTARY_KIND,
  type NotarySigner,
  type NotaryTrust,
  proveTag,
  type VerifiedRepository,
  verifyRepository,
  wantedDelegations,
} from '../signing/verify-notary.ts';
import {
  findApprovedRoot,
  type NotaryAnchor,
  readSeenVersions,
  saveSeenVersion,
} from '../store/notary-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { findDigest } from './check-attested.ts';
import type { Deps } from './deps.ts';
import { withNotary } from './notary-server.ts';
import type { VerifiedImage } from './verify-image.ts';

/** What is asked. */
export interface VerifySignedTagInput {
  readonly caller: Caller;
  readonly project: string;
  /** With a tag; a digest beside it is what is deployed, else the registry says it. */
  readonly image: string;
  /** `https://HOST[:PORT]`. */
  readonly server: string;
  /** A root to trust, in base64; absent: the one that was approved for the repository. */
  readonly root?: string;
  /** Who must have signed, each in a role of his own; none: the release role. */
  readonly signers?: readonly NotarySigner[];
}

const SIGNER = /^[a-z0-9_-]{1,128}$/;

/** Verifies a tag; refuses an image without one. */
export async function verifySignedTag(
  deps: Deps,
  input: VerifySignedTagInput,
): Promise<VerifiedImage> {
  const { caller, project, server, signers = [] } = input;
  authorise(caller, 'binaryauthorization.attestors.verifyImageAttested', project);
  const { name: gun, tag, ...named } = parseImageReference(input.image);
  if (tag === undefined) {
    const why = 'Docker Content Trust signs tags; give IMAGE:TAG, or IMAGE:TAG@DIGEST';
    throw new AssayError('invalid-argument', `${input.image.slice(0, 300)} has no tag; ${why}`);
  }
  for (const { name } of signers) refuseSigner(name);
  // Whoever may have images fetched may have a server called.
  authorise(caller, 'assay.images.scan', project);
  const reference = await findDigest(deps, caller, {
    project,
    reference: { name: gun, tag, ...named },
  });
  const subject = parseDigest(reference.digest ?? '');
  const image = formatImageReference(reference);
  const answer = await withNotary(deps, { caller, server }, async (client) => {
    const asked = { gun, tag, signers, now: deps.now() };
    try {
      const root = await trustedRoot(deps, input, { client, gun });
      const anchor = { project, gun, anchor: rootFingerprint(root) };
      const trust = { ...asked, root, floors: await readSeenVersions(deps.store, anchor) };
      const repository = await verifyNow(deps, { client, trust, anchor });
      return proveTag(subject, repository, trust);
    } catch (error) {
      return refusal(error, gun);
    }
  });
  return asVerified(image, answer);
}

interface Repository {
  readonly client: NotaryClient;
  readonly gun: string;
}

/** The given root, else the approved one; never the one that the server happens to send. */
async function trustedRoot(
  deps: Deps,
  { project, root, server }: VerifySignedTagInput,
  { client, gun }: Repository,
): Promise<Uint8Array> {
  if (root !== undefined) return decodeBase64(root);
  const approved = await findApprovedRoot(deps.store, project, gun);
  if (approved !== undefined) return approved.root;
  const fingerprint = rootFingerprint(await client.root(gun));
  throw new AssayError(
    'failed-precondition',
    `no root of ${gun} is trusted yet; ${server} sends one with the fingerprint ${fingerprint}: ` +
      `compare it with its publisher's root.json (sha256sum), then run: ` +
      `assay notary root approve ${gun} --notary-server ${server} --fingerprint ${fingerprint}`,
    { details: { step: 'metadata-root' } },
  );
}

async function verifyNow(
  deps: Deps,
  asked: {
    readonly client: NotaryClient;
    readonly trust: NotaryTrust;
    readonly anchor: NotaryAnchor;
  },
): Promise<VerifiedRepository> {
  const { client, trust, anchor } = asked;
  const { gun, signers } = trust;
  const rootVersion = readRoot(trust.root, gun).document.version;
  const delegations = wantedDelegations(signers);
  const evidence = await client.evidence({ gun, rootVersion, delegations });
  const repository = verifyRepository(evidence, trust);
  await deps.store.write((tx) => raise(tx, { anchor, repository, time: trust.now }));
  return repository;
}

/** Keeps the versions that were seen; others may have seen higher ones meanwhile. */
async function raise(
  tx: Tx,
  seen: {
    readonly anchor: NotaryAnchor;
    readonly repository: VerifiedRepository;
    readonly time: number;
  },
): Promise<void> {
  const floors = await readSeenVersions(tx, seen.anchor);
  for (const { role, version } of seen.repository.roles) {
    requireVersion(role, version, floors);
    if (Object.hasOwn(floors, role) && floors[role] === version) continue;
    await saveSeenVersion(tx, seen.anchor, { role, version, time: seen.time });
  }
}

function refuseSigner(name: string): void {
  if (SIGNER.test(name)) return;
  const shown = JSON.stringify(name.slice(0, 80));
  throw new AssayError('invalid-argument', `${shown} is no signer; give what follows targets/`);
}

/** What could not be fetched could not be checked; a repository that is not there has no trust. */
function refusal(error: unknown, gun: string): Refusal {
  const refused = isAssayError(error) ? error.details['refusal'] : undefined;
  if (refused !== undefined || !isAssayError(error)) {
    return refusalOf(NOTARY_KIND, error, 'metadata-structure');
  }
  if (error.code === 'not-found') {
    const why = `the notary server has no trust data of ${gun}; nothing of it is signed there`;
    return { kind: NOTARY_KIND, outcome: 'nothing-found', step: 'tag-unsigned', why };
  }
  if (error.code === 'too-large') {
    return { kind: NOTARY_KIND, outcome: 'wrong', step: 'too-large', why: error.message };
  }
  const step = error.code === 'failed-precondition' ? 'metadata-root' : 'metadata-missing';
  return { kind: NOTARY_KIND, outcome: 'could-not-check', step, why: error.message };
}

const OUTCOMES = {
  'nothing-found': 'deny',
  wrong: 'deny',
  'could-not-check': 'undecided',
} as const;

function asVerified(image: string, answer: Proof | Refusal): VerifiedImage {
  const publicKeyId = isProof(answer) ? answer.signer : '';
  const check = toCheck('', { publicKeyId, answer });
  const base = { image, threshold: 1 };
  if (isProof(answer)) {
    const found = `signed by ${answer.signer}`;
    return { ...base, outcome: 'allow', found, proofs: [check], refusals: [] };
  }
  const { outcome, why } = answer;
  return { ...base, outcome: OUTCOMES[outcome], found: why, proofs: [], refusals: [check] };
}
