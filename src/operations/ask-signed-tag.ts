/**
 * Asking a notary server what a tag is signed for. The metadata are fetched, verified from a root
 * that somebody pinned or approved, and held against the versions that were seen before; what was
 * seen now is kept, whatever it says of the tag.
 */
import { decodeBase64 } from '../domain/base64.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import type { NotaryClient } from '../remote/notary-client.ts';
import { requireVersion } from '../signing/notary-role.ts';
import { readRoot, rootFingerprint } from '../signing/notary-root.ts';
import { type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import {
  NOTARY_KIND,
  type NotarySigner,
  type NotaryTrust,
  proveTag,
  signedDigest,
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
import type { Store, Tx } from '../store/store-contract.ts';

/** What is asked of a server. */
export interface SignedTagQuestion {
  readonly project: string;
  /** The repository's name with its registry. */
  readonly gun: string;
  readonly tag: string;
  /** What is to be deployed; absent: only what the tag is signed for is asked. */
  readonly subject?: Digest | undefined;
  /** `https://HOST[:PORT]`. */
  readonly server: string;
  /** A root to trust, in base64; absent: the one that was approved for the repository. */
  readonly root?: string | undefined;
  /** Who must have signed, each in a role of his own; none: the release role. */
  readonly signers: readonly NotarySigner[];
}

/** What came of it. */
export interface SignedTagAnswer {
  readonly answer: Proof | Refusal;
  /** What the tag is signed for, whether or not that was asked about. */
  readonly signed?: Digest;
}

/** Where approved roots and seen versions are kept; without a store neither is known. */
export interface NotaryEffects {
  readonly now: () => Micros;
  readonly store?: Store | undefined;
}

const SIGNER = /^[a-z0-9_-]{1,128}$/;

/** Refuses what is no name of a signer. */
export function refuseSigner(name: string): void {
  if (SIGNER.test(name)) return;
  const shown = JSON.stringify(name.slice(0, 80));
  throw new AssayError('invalid-argument', `${shown} is no signer; give what follows targets/`);
}

/** Asks a server, and verifies what it sends; never throws for what a server can do. */
export async function askSignedTag(
  effects: NotaryEffects,
  client: NotaryClient,
  question: SignedTagQuestion,
): Promise<SignedTagAnswer> {
  const { project, gun, tag, signers, subject } = question;
  try {
    const root = await trustedRoot(effects, client, question);
    const anchor = { project, gun, anchor: rootFingerprint(root) };
    const floors = effects.store === undefined ? {} : await readSeenVersions(effects.store, anchor);
    const trust = { gun, tag, signers, root, floors, now: effects.now() };
    const repository = await verifyNow(effects, { client, trust, anchor });
    return answerOf(repository, trust, subject);
  } catch (error) {
    return { answer: refusal(error, gun) };
  }
}

function answerOf(
  repository: VerifiedRepository,
  trust: NotaryTrust,
  subject: Digest | undefined,
): SignedTagAnswer {
  const signed = signedDigest(repository, trust);
  if (subject === undefined) {
    const why = `${trust.gun}:${trust.tag} is signed for ${signed}; no digest was asked about`;
    return { answer: { kind: NOTARY_KIND, outcome: 'wrong', step: 'tag-digest', why }, signed };
  }
  try {
    return { answer: proveTag(subject, repository, trust), signed };
  } catch (error) {
    return { answer: refusal(error, trust.gun), signed };
  }
}

/** The given root, else the approved one; never the one that the server happens to send. */
async function trustedRoot(
  { store }: NotaryEffects,
  client: NotaryClient,
  { project, gun, root, server }: SignedTagQuestion,
): Promise<Uint8Array> {
  if (root !== undefined) return decodeBase64(root);
  const approved = store === undefined ? undefined : await findApprovedRoot(store, project, gun);
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
  { store }: NotaryEffects,
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
  await store?.write((tx) => raise(tx, { anchor, repository, time: trust.now }));
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
