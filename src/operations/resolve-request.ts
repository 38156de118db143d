/**
 * Asking a registry what a tag points at: for requests that only name a tag, and to compare what a
 * notification said, which may be late, lost or a lie, with what is there.
 */
import { isAssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { appendTagEvent, findTagEvent, type TagEvent } from '../store/image-rows.ts';
import type { ScanRequest } from '../store/scan-request-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { addScanRequest } from './request-scan.ts';

/** Finds the digest of a request for a tag, and asks for that in its place. */
export async function resolveRequest(deps: Deps, request: ScanRequest): Promise<void> {
  const { project, origin, inner } = request;
  const reference = parseImageReference(request.resourceUri);
  const { name, tag = 'latest' } = reference;
  const digest = await deps.resolveTag(reference);
  await deps.store.write(async (tx) => {
    await noteTag(deps, tx, { repository: name, tag, digest, source: 'registry' });
    const image = `${name}@${digest}`;
    await addScanRequest(deps, tx, { project, image, origin, inner });
  });
}

/** Compares what was said of tags with what the registry says; it is the one that counts. */
export async function checkTags(deps: Deps, request: ScanRequest): Promise<void> {
  const { name } = parseImageReference(request.resourceUri);
  for (const tag of request.tags) {
    try {
      const digest = await deps.resolveTag(parseImageReference(`${name}:${tag}`));
      const event = { repository: name, tag, digest, source: 'registry' };
      await deps.store.write((tx) => noteTag(deps, tx, event));
    } catch (error) {
      if (!isAssayError(error)) throw error;
      // The tag may be gone by now; what was scanned is what its digest names.
      deps.log.info({ err: error, repository: name, tag }, 'a tag cannot be compared');
    }
  }
}

/**
 * Appends that a tag points at a digest, as somebody says now, unless that was the last word: so
 * what is told twice, or late, makes no history.
 */
export async function noteTag(
  deps: Deps,
  tx: Tx,
  event: Omit<TagEvent, 'id' | 'time'>,
): Promise<void> {
  const { repository, tag, digest } = event;
  const last = await findTagEvent(tx, { repository, tag });
  if (last?.digest === digest) return;
  await appendTagEvent(tx, { ...event, id: deps.newId(), time: deps.now() });
}
