/** Bringing a source up to date that is one file: fetched where it changed, imported as a whole. */
import { join } from 'node:path';
import type { FeedMemo } from '../domain/advisory-feed.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import type { FeedContent } from '../remote/fetch-feed.ts';
import { emptySpool, removeSpool, spoolFeed } from '../remote/spool-feed.ts';
import { type FeedOutcome, type FeedRun, askFeed } from './feed-run.ts';
import { type FeedName, feedOf } from './feed-table.ts';
import { importAdvisories } from './import-advisories.ts';

/** Brings it up to date. */
export async function updateFile(
  run: FeedRun,
  name: FeedName,
  memo: FeedMemo | undefined,
): Promise<FeedOutcome> {
  const { deps, caller, settings } = run;
  const url = new URL(settings.urls[name]);
  const known = memo?.url === url.href ? memo : undefined;
  const { title, cap } = feedOf(name);
  const answer = await askFeed(run, { url, what: title, cap, known: known?.whole });
  if (answer.kind === 'absent') {
    throw new AssayError('not-found', `${title} is not at ${url.host}; check its --feed-url`);
  }
  if (answer.kind === 'unchanged') {
    return { outcome: 'unchanged', memo: known ?? { url: url.href }, taken: 0 };
  }
  const folder = await emptySpool(settings.folder, name);
  try {
    const path = join(folder, fileName(url, name));
    await spoolFeed(answer, path, (bytes) =>
      deps.progress(`${name}: ${Math.floor(bytes / 2 ** 20)} MiB fetched`),
    );
    const published = publishedAt(run, answer, { url, name });
    const { records } = await importAdvisories(deps, {
      caller,
      path,
      complete: true,
      ...(published !== undefined && { published }),
    });
    const kept = { url: url.href, whole: answer.validators, wholeTime: deps.now() };
    return { outcome: 'whole', memo: kept, taken: records, records };
  } finally {
    await removeSpool(folder);
  }
}

/**
 * When the server says that it last wrote the file; where it does not say, what the publisher
 * itself hands out is as of now, and of another's copy nothing is known.
 */
function publishedAt(
  { deps }: FeedRun,
  { validators }: FeedContent,
  { url, name }: { readonly url: URL; readonly name: FeedName },
): Micros | undefined {
  const time = Date.parse(validators.lastModified ?? '') * 1000;
  if (!Number.isNaN(time)) return time > deps.now() ? undefined : time;
  return url.href === feedOf(name).url ? deps.now() : undefined;
}

/** Its form is told by its name: the last part of its address, where that is a plain one. */
function fileName(url: URL, name: FeedName): string {
  const last = url.pathname.split('/').at(-1) ?? '';
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/.test(last) ? last : name;
}
