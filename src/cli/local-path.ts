/**
 * Paths of the command line are meant from where its user stands; the server that may hold the data
 * folder stands elsewhere, so it is given whole ones.
 */
import { resolve } from 'node:path';

const LOCAL_IMAGE = /^(oci|docker-archive|dir|sbom):(.+)$/s;

/** An image argument with the path of a local image made absolute; references are left alone. */
export function absoluteImage(image: string): string {
  const [, scheme, path] = LOCAL_IMAGE.exec(image) ?? [];
  return scheme === undefined || path === undefined ? image : `${scheme}:${resolve(path)}`;
}
