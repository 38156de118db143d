/** An image source over any place that finds content by digest; all local ones are such places. */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import type { Descriptor } from '../image/manifest.ts';
import type { ByteRange } from './byte-range.ts';
import type { ImageSource, ManifestDocument } from './image-source.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { checkDigest, collectBytes, tooLarge, verifyStream } from './verify-stream.ts';

/** Which document a place starts with. */
export interface TopDocument {
  readonly digest: Digest;
  readonly mediaType?: string;
}

/** A place that finds content by digest. */
export interface BlobPlace {
  /** The document to begin with; it is looked for anew each time. */
  top(): Promise<TopDocument>;
  /** The bytes that claim a digest, unverified; undefined: there are none. */
  find(digest: Digest): Promise<ByteRange | undefined>;
  close(): Promise<void>;
}

/** The image source over a place; everything that leaves it is verified. */
export function blobSource(reference: string, place: BlobPlace, limits: RemoteLimits): ImageSource {
  const blob = (descriptor: Descriptor): AsyncIterable<Uint8Array> =>
    readVerified({ reference, place, limits }, descriptor);
  return {
    reference,
    manifest: (digest) => readManifest({ reference, place, limits }, digest),
    blob,
    async readBlob(descriptor, cap) {
      const what = `blob ${descriptor.digest} of ${reference}`;
      if (descriptor.size > cap) throw tooLarge(what, cap);
      return collectBytes(blob(descriptor), cap, what);
    },
    close: () => place.close(),
  };
}

interface Parts {
  readonly reference: string;
  readonly place: BlobPlace;
  readonly limits: RemoteLimits;
}

async function readManifest(parts: Parts, digest?: Digest): Promise<ManifestDocument> {
  const top: TopDocument = digest === undefined ? await parts.place.top() : { digest };
  const what = `manifest ${top.digest} of ${parts.reference}`;
  const range = await findContent(parts, top.digest);
  const bytes = await collectBytes(range.read(), parts.limits.manifestBytes, what);
  checkDigest(bytes, top.digest, what);
  return { bytes, mediaType: top.mediaType, digest: top.digest };
}

async function* readVerified(parts: Parts, descriptor: Descriptor): AsyncGenerator<Uint8Array> {
  const { digest, size } = descriptor;
  const what = `blob of ${parts.reference}`;
  const { blobBytes } = parts.limits;
  if (size > blobBytes) throw tooLarge(`${what} ${digest}`, blobBytes);
  const range = await findContent(parts, digest);
  yield* verifyStream(range.read(), { digest, size, what });
}

async function findContent(parts: Parts, digest: Digest): Promise<ByteRange> {
  const range = await parts.place.find(digest);
  if (range !== undefined) return range;
  throw new AssayError(
    'not-found',
    `${parts.reference} has no blob ${digest}; it is incomplete: copy the image again`,
    { details: { digest } },
  );
}
