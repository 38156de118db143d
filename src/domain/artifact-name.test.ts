/** Names of Artifact Registry and the image references that they stand for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from './error.ts';
import {
  formatArtifactTag,
  formatArtifactVersion,
  formatDockerImageName,
  formatDockerUri,
  imageRoot,
  parseArtifactPackage,
  parseArtifactRepository,
  parseArtifactTag,
  parseArtifactVersion,
  parseDockerImageName,
} from './artifact-name.ts';

const REPOSITORY = 'projects/p/locations/us/repositories/shop';
const DIGEST = `sha256:${'0a'.repeat(32)}`;

function outcomeOf(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

describe('names', () => {
  it('of versions, tags and images are read and printed again', () => {
    const version = `${REPOSITORY}/packages/team%2Fapp/versions/${DIGEST}`;
    expect(parseArtifactVersion(version)).toMatchObject({ image: 'team/app', digest: DIGEST });
    expect(formatArtifactVersion(parseArtifactVersion(version))).toBe(version);
    const tag = `${REPOSITORY}/packages/team%2Fapp/tags/1.0.2`;
    expect(formatArtifactTag(parseArtifactTag(tag))).toBe(tag);
    const image = `${REPOSITORY}/dockerImages/team%2Fapp@${DIGEST}`;
    expect(formatDockerImageName(parseDockerImageName(image))).toBe(image);
    expect(formatDockerUri(parseDockerImageName(image))).toBe(
      `us-docker.pkg.dev/p/shop/team/app@${DIGEST}`,
    );
  });

  it('are printed as they were read, or refused (property)', () => {
    const part = fc.constantFrom('projects', 'p', 'locations', 'us', 'repositories', 'gcr.io');
    const more = fc.constantFrom('packages', 'versions', 'tags', 'a%2Fb', 'A', '..', DIGEST, '');
    const names = fc
      .array(fc.oneof(part, more), { minLength: 6, maxLength: 10 })
      .map((rest) => ['projects', 'p', 'locations', 'us', 'repositories', ...rest].join('/'));
    const known: readonly (readonly [(name: string) => never, (name: never) => string])[] = [
      [parseArtifactVersion as never, formatArtifactVersion],
      [parseArtifactTag as never, formatArtifactTag],
      [parseDockerImageName as never, formatDockerImageName],
    ];
    fc.assert(
      fc.property(names, fc.constantFrom(...known), (name, [parse, format]) => {
        const read = outcomeOf(() => parse(name));
        return read === undefined || format(read as never) === name;
      }),
    );
  });

  it.each([
    'projects/p/locations/us/repositories/Shop',
    'projects/p/locations/u.s/repositories/shop',
    'projects/P/locations/us/repositories/shop',
    'projects/p/repositories/shop',
    `${REPOSITORY}/packages/app`,
  ])('%s is no repository', (name) => {
    expect(() => parseArtifactRepository(name)).toThrow(/is not/);
  });

  it.each([
    [parseArtifactPackage, `${REPOSITORY}/packages/App`],
    [parseArtifactPackage, `${REPOSITORY}/packages/..%2Fapp`],
    [parseArtifactPackage, `${REPOSITORY}/images/app`],
    [parseArtifactVersion, `${REPOSITORY}/packages/app/versions/1.0`],
    [parseArtifactVersion, `${REPOSITORY}/packages/app/tags/${DIGEST}`],
    [parseArtifactTag, `${REPOSITORY}/packages/app/tags/-x`],
    [parseArtifactTag, `${REPOSITORY}/packages/app/tags/1/2`],
    [parseDockerImageName, `${REPOSITORY}/dockerImages/app`],
    [parseDockerImageName, `${REPOSITORY}/dockerImages/app@1.0`],
  ])('are refused where they are wrong', (parse, name) => {
    expect(() => parse(name)).toThrow(/is not/);
  });
});

describe('images of a repository', () => {
  it.each([
    ['projects/p/locations/us/repositories/shop', 'us-docker.pkg.dev/p/shop'],
    ['projects/p/locations/europe-west1/repositories/a', 'europe-west1-docker.pkg.dev/p/a'],
    ['projects/example.com:p/locations/us/repositories/a', 'us-docker.pkg.dev/example.com/p/a'],
    ['projects/p/locations/us/repositories/constructor', 'us-docker.pkg.dev/p/constructor'],
    ['projects/p/locations/us/repositories/gcr.io', 'gcr.io/p'],
    ['projects/p/locations/europe/repositories/eu.gcr.io', 'eu.gcr.io/p'],
    ['projects/p/locations/asia/repositories/eu.gcr.io', undefined],
  ])('%s are below %s', (name, root) => {
    expect(imageRoot(parseArtifactRepository(name))).toBe(root);
  });
});
