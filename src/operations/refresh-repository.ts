/**
 * Bringing errata up to date that a repository of rpm packages has: its address is the first of a
 * list of mirrors, its root names the errata with their hash.
 */
import { join } from 'node:path';
import type { FeedMemo } from '../domain/advisory-feed.ts';
import { AssayError } from '../domain/error.ts';
import type { FeedContent } from '../remote/fetch-feed.ts';
import { emptySpool, removeSpool, spoolFeed } from '../remote/spool-feed.ts';
import { collectBytes } from '../remote/verify-stream.ts';
import { readErrataPlace } from '../scanner/advisories/repository-metadata.ts';
import { type FeedOutcome, type FeedQuestion, type FeedRun, askFeed, below } from './feed-run.ts';
import { type FeedName, feedOf } from './feed-table.ts';
import { importAdvisories } from './import-advisories.ts';

const MAX_LIST_BYTES = 64 * 1024;
const MAX_ROOT_BYTES = 1024 * 1024;

/** Brings them up to date. */
export async function updateRepository(
  run: FeedRun,
  name: FeedName,
  memo: FeedMemo | undefined,
): Promise<FeedOutcome> {
  const url = run.settings.urls[name];
  const { title, cap } = feedOf(name);
  const base = await baseOf(run, new URL(url));
  const what = `repomd.xml of ${title}`;
  const root = await ask(run, {
    url: below(base, 'repodata', 'repomd.xml'),
    what,
    cap: MAX_ROOT_BYTES,
  });
  const { path, sha256 } = readErrataPlace(await bytesOf(root, MAX_ROOT_BYTES));
  // The hash is of the content itself, so it is a better mark than any that a server makes up.
  if (memo?.url === url && memo.whole?.etag === sha256) {
    return { outcome: 'unchanged', memo, taken: 0 };
  }
  const content = await ask(run, { url: below(base, ...path), what: title, cap, sha256 });
  const { records } = await takeErrata(run, name, content);
  const kept = { url, whole: { etag: sha256 }, wholeTime: run.deps.now() };
  return { outcome: 'whole', memo: kept, taken: records, records };
}

/** An address that ends in `mirror.list` names the repository's; any other is it. */
async function baseOf(run: FeedRun, url: URL): Promise<string> {
  if (!url.pathname.endsWith('/mirror.list')) return url.href;
  const list = await ask(run, { url, what: 'mirror.list', cap: MAX_LIST_BYTES });
  const text = Buffer.from(await bytesOf(list, MAX_LIST_BYTES)).toString('utf8');
  const first = URL.parse(text.split('\n', 1)[0]?.trim() ?? '');
  if (first !== null && (first.protocol === 'https:' || first.protocol === url.protocol)) {
    return first.href;
  }
  const message = `the mirror.list of ${url.host} does not begin with an ${url.protocol}// address`;
  throw new AssayError('invalid-advisory', message);
}

async function ask(run: FeedRun, question: FeedQuestion): Promise<FeedContent> {
  const answer = await askFeed(run, question);
  if (answer.kind === 'content') return answer;
  const { what, url } = question;
  throw new AssayError('not-found', `${what} is not at ${url.host}; check its --feed-url`);
}

function bytesOf(content: FeedContent, cap: number): Promise<Uint8Array> {
  return collectBytes(content.chunks(), cap, 'an answer');
}

/** The folder's name says which repository's errata they are. */
async function takeErrata(
  { deps, caller, settings }: FeedRun,
  name: FeedName,
  content: FeedContent,
): Promise<{ readonly records: number }> {
  const folder = await emptySpool(settings.folder, name);
  try {
    const path = join(folder, 'updateinfo.xml.gz');
    await spoolFeed(content, path);
    return await importAdvisories(deps, { caller, path, complete: true });
  } finally {
    await removeSpool(folder);
  }
}
