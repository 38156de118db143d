/** Asking for a scan as a caller: the server does it in the background. */
import { type Caller, authorise, isAllowed } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { type AskedScan, requestScan } from './request-scan.ts';

const LOCAL = /^(?:oci|docker-archive|dir|sbom):/;

/** Puts an image of a registry into the queue; refuses what is not in one. */
export async function queueScan(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly image: string },
): Promise<AskedScan> {
  const { caller, project, image } = input;
  authorise(caller, 'assay.images.scan', project);
  if (LOCAL.test(image)) {
    const message = 'only images of registries are scanned in the background; use assay scan';
    throw new AssayError('invalid-argument', message);
  }
  const inner = isAllowed(caller, 'assay.images.scanInner', undefined);
  if (!inner) await deps.guardRegistry?.(parseImageReference(image));
  await ensureProject(deps, caller, project);
  return requestScan(deps, { project, image, origin: 'request', inner });
}
