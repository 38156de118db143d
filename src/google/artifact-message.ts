/** Artifact Registry's v1 messages, printed from what a project has sighted. */
import {
  type ArtifactPackage,
  type ArtifactRepository,
  type ArtifactTag,
  type ArtifactVersion,
  formatArtifactPackage,
  formatArtifactRepository,
  formatArtifactTag,
  formatArtifactVersion,
  formatDockerImageName,
  formatDockerUri,
} from '../domain/artifact-name.ts';
import type { JsonObject } from '../domain/json.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { withoutAbsent } from './beta-note.ts';

/** An image as it is printed: its versions' times are those of its first and last sighting. */
export interface ImageFields {
  readonly name: ArtifactVersion;
  readonly tags: readonly string[];
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  readonly head?: {
    readonly mediaType: string;
    readonly size?: number;
    readonly created?: Micros;
  };
}

/** Prints a repository; all of ours hold images. */
export function repositoryToJson(name: ArtifactRepository): JsonObject {
  return { name: formatArtifactRepository(name), format: 'DOCKER' };
}

/** Prints a DockerImage; what is not known is left out. */
export function dockerImageToJson({ name, tags, head, ...image }: ImageFields): JsonObject {
  return withoutAbsent({
    name: formatDockerImageName(name),
    uri: formatDockerUri(name),
    tags: tags.length === 0 ? undefined : [...tags],
    imageSizeBytes: head?.size === undefined ? undefined : String(head.size),
    uploadTime: formatTime(image.firstSeen),
    mediaType: head?.mediaType || undefined,
    buildTime: head?.created === undefined ? undefined : formatTime(head.created),
    updateTime: formatTime(image.lastSeen),
  });
}

/** Prints a Version; the basic view is without its tags. */
export function artifactVersionToJson(image: ImageFields, view: 'BASIC' | 'FULL'): JsonObject {
  const { name, tags, firstSeen, lastSeen } = image;
  const { imageSizeBytes, mediaType, buildTime, name: imageName } = dockerImageToJson(image);
  const related = tags.map((tag) => tagToJson({ ...name, tag }, name));
  return withoutAbsent({
    name: formatArtifactVersion(name),
    createTime: formatTime(firstSeen),
    updateTime: formatTime(lastSeen),
    relatedTags: view === 'FULL' && related.length > 0 ? related : undefined,
    metadata: withoutAbsent({ name: imageName, imageSizeBytes, mediaType, buildTime }),
  });
}

/** Prints a Package. */
export function packageToJson(one: {
  readonly name: ArtifactPackage;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
}): JsonObject {
  return {
    name: formatArtifactPackage(one.name),
    createTime: formatTime(one.firstSeen),
    updateTime: formatTime(one.lastSeen),
  };
}

/** Prints a Tag. */
export function tagToJson(name: ArtifactTag, version: ArtifactVersion): JsonObject {
  return { name: formatArtifactTag(name), version: formatArtifactVersion(version) };
}
