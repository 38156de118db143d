/**
 * A repository as Google's registries list it: the `manifest` and `child` fields that they add to
 * `tags/list`, which `gcloud container images list-tags` reads.
 */
import type { JsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import type { ListedImage, RepositoryListing } from '../operations/list-repository-images.ts';

/** Prints a listing. int64 are strings; a time that nobody told is `0`: clients need the field. */
export function listingToJson({ tags, images, children }: RepositoryListing): JsonObject {
  return {
    tags: [...tags],
    ...(children && { child: [...children] }),
    manifest: Object.fromEntries(images.map((image) => [image.digest, imageToJson(image)])),
  };
}

function imageToJson({ tags, summary, uploaded }: ListedImage): JsonObject {
  return {
    imageSizeBytes: String(summary.imageSize),
    layerId: '',
    mediaType: summary.mediaType,
    tag: [...tags],
    timeCreatedMs: milliseconds(summary.created),
    timeUploadedMs: milliseconds(uploaded),
  };
}

function milliseconds(time: Micros | undefined): string {
  return String(Math.floor((time ?? 0) / 1000));
}
