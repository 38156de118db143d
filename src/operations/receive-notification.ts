/**
 * What a registry tells is a hint, never a fact: only repositories that a project watches count, at
 * the host that the watch names; the image is read from there, and what its tag points at is asked
 * of the registry again. So a notification that is late, doubled or forged starts a look and no
 * more.
 */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import { type ImageReference, parseImageReference } from '../domain/image-reference.ts';
import type { NotificationShape, RegistryEvent } from '../domain/registry-event.ts';
import type { Watch } from '../domain/watch.ts';
import { findTagEvent } from '../store/image-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { isKnownImage } from './known-image.ts';
import { addScanRequest } from './request-scan.ts';
import { noteTag } from './resolve-request.ts';
import { findWatches } from './watched-projects.ts';

/** A notification that was read. */
export interface NotificationInput {
  readonly caller: Caller;
  readonly shape: NotificationShape;
  readonly events: readonly RegistryEvent[];
  /** Only for this project; absent: for each that watches the repository and lets the caller. */
  readonly project?: string;
}

/** What came of it. */
export interface NotificationTaken {
  /** Scans that were asked for. */
  readonly queued: number;
  /** Events of images that are known, of repositories that nobody watches, and of deletions. */
  readonly ignored: number;
}

/** Takes a notification; throws `too-many` where a project's queue is full. */
export async function receiveNotification(
  deps: Deps,
  input: NotificationInput,
): Promise<NotificationTaken> {
  const mayTell = authoriseSomewhere(input.caller, 'assay.images.notify');
  let [queued, ignored] = [0, 0];
  for (const event of input.events) {
    const reference = event.action === 'push' ? readRepository(event) : undefined;
    const over = reference === undefined ? [] : await findWatches(deps.store, reference);
    const watches = over.filter(
      ({ project }) =>
        mayTell(project) && (input.project === undefined || input.project === project),
    );
    const made = reference && (await take(deps, { input, event, reference, watches }));
    queued += made ?? 0;
    ignored += made === undefined || made === 0 ? 1 : 0;
  }
  return { queued, ignored };
}

/** What is no repository is nobody's. */
function readRepository({ repository }: RegistryEvent): ImageReference | undefined {
  try {
    const reference = parseImageReference(repository);
    return reference.name === repository ? reference : undefined;
  } catch (error) {
    if (isAssayError(error)) return undefined;
    throw error;
  }
}

interface Taking {
  readonly input: NotificationInput;
  readonly event: RegistryEvent;
  readonly reference: ImageReference;
  readonly watches: readonly Watch[];
}

async function take(deps: Deps, taking: Taking): Promise<number> {
  if (taking.watches.length === 0) return 0;
  return deps.store.write(async (tx) => {
    let queued = 0;
    for (const watch of taking.watches)
      queued += (await takeFor(deps, tx, { ...taking, watch })) ? 1 : 0;
    const { event, reference, input } = taking;
    const { tag, digest, time } = event;
    if (tag === undefined || digest === undefined) return queued;
    const source = `notification/${input.shape}`;
    const told = time === undefined ? {} : { senderTime: time };
    await noteTag(deps, tx, { repository: reference.name, tag, digest, source, ...told });
    return queued;
  });
}

async function takeFor(
  deps: Deps,
  tx: Tx,
  { event, reference, watch }: Taking & { readonly watch: Watch },
): Promise<boolean> {
  const { project, inner } = watch;
  const { tag, digest } = event;
  const { name: repository } = reference;
  const asked = { project, origin: 'notification', inner } as const;
  if (digest === undefined) {
    await addScanRequest(deps, tx, { ...asked, image: `${repository}:${tag ?? 'latest'}` });
    return true;
  }
  const image = `${repository}@${digest}`;
  const known = await isKnownImage(tx, { project, resourceUri: image, digest });
  if (known && !(await isNews(tx, { repository, tag, digest }))) return false;
  await addScanRequest(deps, tx, { ...asked, image, ...(tag === undefined ? {} : { tag }) });
  return true;
}

/** Whether a tag was last heard of as pointing elsewhere: then its registry is asked. */
async function isNews(
  tx: Tx,
  { repository, tag, digest }: { repository: string; tag: string | undefined; digest: Digest },
): Promise<boolean> {
  if (tag === undefined) return false;
  return (await findTagEvent(tx, { repository, tag }))?.digest !== digest;
}
