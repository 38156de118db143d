/**
 * A bill of materials as an image: one layer with that one file, so that what it names is kept,
 * matched and shown as the packages of any image are.
 */
import { canonicalJson } from '../domain/json.ts';
import { GIVEN_SBOM } from '../domain/software-package.ts';
import { type BlobPlace, blobSource } from './blob-source.ts';
import { bytesRange } from './byte-range.ts';
import { formatTarHeader, TAR_END, tarPadding } from './format-tar-header.ts';
import type { ImageAccess, ImageSource } from './image-source.ts';
import { makeManifest, type MadeImage } from './made-manifest.ts';
import { readFileCapped } from './read-text-file.ts';
import { withLimits } from './remote-limits.ts';
import { digestOf } from './verify-stream.ts';

const MAX_BYTES = 128 * 1024 * 1024;

/** Opens a file with a bill of any form that the scanner reads. */
export function openSbom(reference: string, path: string, access: ImageAccess): ImageSource {
  let made: Promise<MadeImage> | undefined;
  const image = (): Promise<MadeImage> => (made ??= makeImage(path));
  const place: BlobPlace = {
    top: image,
    find: async (digest) => (await image()).contents.get(digest),
    async close() {},
  };
  return blobSource(reference, place, withLimits(access.limits));
}

async function makeImage(path: string): Promise<MadeImage> {
  const bill = await readFileCapped(path, MAX_BYTES);
  const size = bill.byteLength;
  const header = formatTarHeader({ name: GIVEN_SBOM, type: 'file', mode: 0o644, size });
  const layer = Buffer.concat([header, bill, tarPadding(size), TAR_END]);
  const digest = digestOf(layer);
  const rootfs = { type: 'layers', diff_ids: [digest] };
  const config = Buffer.from(canonicalJson({ architecture: 'unknown', os: 'linux', rootfs }));
  const configContent = { digest: digestOf(config), range: bytesRange(config) };
  return makeManifest(configContent, [{ digest, range: bytesRange(layer) }]);
}
