/**
 * Files that a feed is kept in between fetching and importing: written under another name and
 * moved when they are whole and verified. Their names are ours, never a publisher's.
 */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FeedContent } from './fetch-feed.ts';
import { tooLarge } from './verify-stream.ts';

/** Bytes that several files may have together. */
export interface SpoolBudget {
  readonly cap: number;
  used: number;
}

/** Writes content to a path, making its folder; what is broken on the way leaves nothing behind. */
export async function spoolFeed(
  content: FeedContent,
  path: string,
  progress: (bytes: number) => void = () => undefined,
): Promise<void> {
  const temporary = `${path}.part`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeChunks(content, temporary, progress);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writeChunks(
  content: FeedContent,
  path: string,
  progress: (bytes: number) => void,
): Promise<void> {
  const file = await open(path, 'w', 0o600);
  let size = 0;
  try {
    for await (const chunk of content.chunks()) {
      await file.writeFile(chunk);
      size += chunk.byteLength;
      progress(size);
    }
  } finally {
    await file.close();
  }
}

/** Writes one of several files that have a budget together; throws `too-large` beyond it. */
export async function spoolWithin(
  budget: SpoolBudget,
  content: FeedContent,
  path: string,
): Promise<void> {
  let before = 0;
  await spoolFeed(content, path, (bytes) => {
    budget.used += bytes - before;
    before = bytes;
    if (budget.used > budget.cap) throw tooLarge('what changed', budget.cap);
  });
}

/** Makes an empty folder below `parent`, removing what an earlier run left in it. */
export async function emptySpool(parent: string, name: string): Promise<string> {
  const path = join(parent, name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}

/** Removes a folder of the spool, if it is there. */
export async function removeSpool(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
}
