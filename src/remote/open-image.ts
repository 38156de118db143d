/** The one way from what a person writes for an image to its bytes. */
import { statSync } from 'node:fs';

import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { openDockerArchive } from './docker-archive.ts';
import { openFolder } from './folder-source.ts';
import type { ImageAccess, ImageSource } from './image-source.ts';
import { openOciLayout } from './oci-layout.ts';
import { openSbom } from './sbom-source.ts';
import { openRegistryImage } from './registry-source.ts';

type Opener = (text: string, rest: string, access: ImageAccess) => ImageSource;

const OPENERS: Readonly<Record<string, Opener>> = {
  oci: (text, rest, access) => {
    const { directory, ref } = splitLayout(rest);
    return openOciLayout({ reference: text, directory, ...(ref ? { ref } : {}) }, access);
  },
  'docker-archive': (text, rest, access) => openDockerArchive(text, rest, access),
  dir: (text, rest, access) => openFolder(text, rest, access),
  sbom: (text, rest, access) => openSbom(text, rest, access),
};

/**
 * Opens `REFERENCE`, `oci:DIR[:REF]`, `docker-archive:FILE`, `dir:PATH` or `sbom:FILE`. Refuses an
 * empty path and what is no reference; reads nothing before it is asked for a document.
 */
export function openImage(text: string, access: ImageAccess = {}): ImageSource {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  const opener = Object.hasOwn(OPENERS, scheme) ? OPENERS[scheme] : undefined;
  if (opener === undefined) {
    return openRegistryImage(parseImageReference(text), access);
  }
  if (rest !== '' && !rest.includes('\0')) return opener(text, rest, access);
  throw new AssayError(
    'invalid-reference',
    `${JSON.stringify(text)} names no path; write ${scheme}:PATH`,
  );
}

/** The longest part before a colon that is a folder, so that folders with colons can be named. */
function splitLayout(rest: string): { directory: string; ref?: string } {
  for (let end = rest.length; end > 0; end = rest.lastIndexOf(':', end - 1)) {
    const directory = rest.slice(0, end);
    if (isDirectory(directory)) return { directory, ref: rest.slice(end + 1) };
  }
  const first = rest.indexOf(':');
  return first < 0 ? { directory: rest } : splitAt(rest, first);
}

function splitAt(rest: string, colon: number): { directory: string; ref: string } {
  return { directory: rest.slice(0, colon), ref: rest.slice(colon + 1) };
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
