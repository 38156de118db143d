/** Artifact Registry's messages: what is known, and nothing where it is not. */
import { expect, it } from 'vitest';
import { parseArtifactVersion } from '../domain/artifact-name.ts';
import { artifactVersionToJson, dockerImageToJson, repositoryToJson } from './artifact-message.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const REPOSITORY = 'projects/p/locations/us/repositories/shop';
const PACKAGE = `${REPOSITORY}/packages/team%2Fapp`;
const VERSION = `${PACKAGE}/versions/${DIGEST}`;
const name = parseArtifactVersion(VERSION);
const seen = { name, tags: ['1.0', 'latest'], firstSeen: 1_000_000, lastSeen: 2_000_000 };
const head = { mediaType: 'application/example', size: 7, created: 500_000 };
const times = {
  createTime: '1970-01-01T00:00:01.000000Z',
  updateTime: '1970-01-01T00:00:02.000000Z',
};

it('a Docker image has its address, tags, size and times', () => {
  expect(dockerImageToJson({ ...seen, head })).toEqual({
    name: `${REPOSITORY}/dockerImages/team%2Fapp@${DIGEST}`,
    uri: `us-docker.pkg.dev/p/shop/team/app@${DIGEST}`,
    tags: ['1.0', 'latest'],
    imageSizeBytes: '7',
    uploadTime: times.createTime,
    mediaType: 'application/example',
    buildTime: '1970-01-01T00:00:00.500000Z',
    updateTime: times.updateTime,
  });
});

it('an image that was only seen has no size, type and build time', () => {
  const image = dockerImageToJson({ ...seen, tags: [] });
  expect(Object.keys(image)).toEqual(['name', 'uri', 'uploadTime', 'updateTime']);
});

it('a version has its tags in the full view only', () => {
  const metadata = {
    name: `${REPOSITORY}/dockerImages/team%2Fapp@${DIGEST}`,
    imageSizeBytes: '7',
    mediaType: 'application/example',
    buildTime: '1970-01-01T00:00:00.500000Z',
  };
  const basic = { name: VERSION, ...times, metadata };
  expect(artifactVersionToJson({ ...seen, head }, 'BASIC')).toEqual(basic);
  expect(artifactVersionToJson({ ...seen, head }, 'FULL')).toEqual({
    ...basic,
    relatedTags: ['1.0', 'latest'].map((tag) => ({
      name: `${PACKAGE}/tags/${tag}`,
      version: VERSION,
    })),
  });
});

it('a repository holds images', () => {
  const repository = { project: 'p', location: 'us', repository: 'gcr.io' };
  expect(repositoryToJson(repository)).toEqual({
    name: 'projects/p/locations/us/repositories/gcr.io',
    format: 'DOCKER',
  });
});
