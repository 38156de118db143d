/**
 * Changing what a tag stands for while others may do the same: registries have no way to ask for
 * "only if nobody was here", so what is there is read, changed, and read again afterwards; whoever
 * was overwritten meanwhile finds out by that, and adds his own once more.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Digest } from '../domain/digest.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import type { FetchedManifest, RegistryClient } from './registry-client.ts';
import type { Repository } from './registry-exchange.ts';

/** Which tag, and for how long others have to come to rest. */
export interface TagChange {
  readonly repository: Repository;
  readonly tag: string;
  /** Milliseconds from a change to the look whether it stayed; default 250. */
  readonly settleMs?: number;
}

/** A manifest or index that the tag is to stand for. */
export interface NextManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/**
 * What the tag is to stand for, given what it does; undefined: that will do. It is asked again of
 * its own answer, and must be content with that.
 */
export type MakeNext = (before: FetchedManifest | undefined) => Promise<NextManifest | undefined>;

/** What the tag stands for in the end. */
export interface ChangedTag {
  readonly digest: Digest | undefined;
  /** Whether anything was written. */
  readonly written: boolean;
}

const MOST_TRIES = 10;
const SETTLE_MS = 250;

/** Changes a tag until it stays changed; throws `aborted` where others never come to rest. */
export async function changeTag(
  client: RegistryClient,
  { repository, tag, settleMs = SETTLE_MS }: TagChange,
  makeNext: MakeNext,
): Promise<ChangedTag> {
  let written = false;
  for (let tried = 0; tried <= MOST_TRIES; tried += 1) {
    const before = await readTag(client, repository, tag);
    const next = await makeNext(before);
    if (next === undefined) return { digest: before?.digest, written };
    const now = await readTag(client, repository, tag);
    if (now?.digest === before?.digest) {
      await client.pushManifest({ repository, tag, ...next });
      written = true;
    }
    // Not at the same moment as somebody else who has the same to do.
    await sleep(settleMs * (1 + Math.random() * tried));
  }
  const message = `tag ${tag} of ${repository.path} was changed by others each time; try again`;
  throw new AssayError('aborted', message);
}

async function readTag(
  client: RegistryClient,
  repository: Repository,
  tag: string,
): Promise<FetchedManifest | undefined> {
  try {
    return await client.manifest({ repository, target: tag });
  } catch (error) {
    if (isAssayError(error, 'not-found')) return undefined;
    throw error;
  }
}
