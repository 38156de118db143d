/** Artifact Registry's lists over what a project has sighted, and over nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import { parseArtifactPackage, parseArtifactRepository } from '../domain/artifact-name.ts';
import type { Caller } from '../domain/caller.ts';
import { type Digest, parseDigest } from '../domain/digest.ts';
import { appendTagEvent, saveIndex, saveSighting } from '../store/image-rows.ts';
import { getSightedImage, listSightedImages, type SightedOrder } from './list-sighted-images.ts';
import { listSightedPackages, listSightedRepositories } from './list-sighted-names.ts';
import { getSightedTag, listSightedTags } from './list-sighted-tags.ts';

const caller: Caller = { name: 'test', grants: [{ role: 'viewer', project: 'p' }] };
const stranger: Caller = { name: 'other', grants: [{ role: 'viewer', project: 'q' }] };
const SHOP = parseArtifactRepository('projects/p/locations/us/repositories/shop');
const APP = { ...SHOP, image: 'app' };
const permission = 'artifactregistry.dockerimages.list';

function digestOf(number: number): Digest {
  return parseDigest(`sha256:${String(number).padStart(64, '0')}`);
}

let fake: FakeDeps;

beforeAll(async () => {
  fake = await openFakeDeps();
  const { deps } = fake;
  const sightings = [
    ['p', 'us-docker.pkg.dev/p/shop/app', 1, 3_000_000],
    ['p', 'us-docker.pkg.dev/p/shop/app', 2, 2_000_000],
    ['p', 'us-docker.pkg.dev/p/shop/app-next', 3, 1],
    ['p', 'us-docker.pkg.dev/p/shop/app/deep', 4, 1],
    ['p', 'us-docker.pkg.dev/p/shopping/app', 5, 1],
    ['p', 'us-docker.pkg.dev/q/shop/app', 6, 1],
    ['p', 'gcr.io/p/app', 7, 1],
    ['q', 'us-docker.pkg.dev/p/shop/secret', 8, 1],
    ['q', 'us-docker.pkg.dev/p/shop/app', 9, 1],
  ] as const;
  const tags = [
    ['us-docker.pkg.dev/p/shop/app', 'v1', 1],
    ['us-docker.pkg.dev/p/shop/app', 'latest', 1],
    ['us-docker.pkg.dev/p/shop/app', 'latest', 2],
    ['us-docker.pkg.dev/p/shop/app', 'moved', 2],
    ['us-docker.pkg.dev/p/shop/app', 'moved', 9],
  ] as const;
  await deps.store.write(async (tx) => {
    for (const [project, name, number, time] of sightings) {
      const digest = digestOf(number);
      await saveSighting(tx, { project, resourceUri: `${name}@${digest}`, digest, time });
    }
    for (const [time, [repository, tag, number]] of tags.entries()) {
      const event = { repository, tag, digest: digestOf(number), source: 'scan' };
      await appendTagEvent(tx, { id: deps.newId(), time, ...event });
    }
    const index = { digest: digestOf(2), mediaType: 'application/example', readTime: 1, size: 7 };
    await saveIndex(tx, index);
  });
});

afterAll(async () => {
  await fake?.close();
});

async function allPages(pageSize: number, order?: SightedOrder): Promise<string[]> {
  const names: string[] = [];
  let place: { pageToken?: string } = {};
  do {
    const more = { ...place, ...(order && { order }) };
    const list = { caller, permission, of: SHOP, pageSize, ...more } as const;
    const { images, nextPageToken } = await listSightedImages(fake.deps, list);
    expect(images.length).toBeLessThanOrEqual(pageSize);
    names.push(...images.map(({ name }) => `${name.image} ${Number(name.digest.slice(7))}`));
    place = nextPageToken === undefined ? {} : { pageToken: nextPageToken };
  } while (place.pageToken !== undefined);
  return names;
}

describe('the images of a repository', () => {
  it.each([1, 2, 3, 4, 20])('are listed whole by pages of %i', async (pageSize) => {
    expect(await allPages(pageSize)).toEqual(['app-next 3', 'app/deep 4', 'app 1', 'app 2']);
  });

  it.each([
    [{ by: 'firstSeen', descending: false }, ['app-next 3', 'app/deep 4', 'app 2', 'app 1']],
    [{ by: 'lastSeen', descending: true }, ['app 1', 'app 2', 'app-next 3', 'app/deep 4']],
    [{ by: 'resourceUri', descending: true }, ['app 2', 'app 1', 'app/deep 4', 'app-next 3']],
  ] as const)('are listed in an order: %j', async (order, wanted) => {
    for (const pageSize of [1, 3, 20]) expect(await allPages(pageSize, order)).toEqual(wanted);
  });

  it('have the tags that were last seen to point at them, and what is known', async () => {
    const list = { caller, permission, of: APP, pageSize: 20 } as const;
    const { images } = await listSightedImages(fake.deps, list);
    expect(images.map(({ tags }) => tags)).toEqual([['v1'], ['latest']]);
    expect(images.map(({ head }) => head)).toEqual([
      undefined,
      { mediaType: 'application/example', size: 7 },
    ]);
  });

  it('are those that this project has sighted, not another', async () => {
    const of = (digest: Digest) => ({ caller, permission, name: { ...APP, digest } }) as const;
    await expect(getSightedImage(fake.deps, of(digestOf(9)))).rejects.toMatchObject({
      code: 'not-found',
    });
    const found = await getSightedImage(fake.deps, of(digestOf(1)));
    expect(found).toMatchObject({ firstSeen: 3_000_000, tags: ['v1'] });
  });

  it('are for callers of the project', async () => {
    const list = { caller: stranger, permission, of: SHOP, pageSize: 20 } as const;
    const denied = { code: 'permission-denied' };
    await expect(listSightedImages(fake.deps, list)).rejects.toMatchObject(denied);
    const packages = { caller: stranger, repository: SHOP, pageSize: 20 };
    await expect(listSightedPackages(fake.deps, packages)).rejects.toMatchObject(denied);
  });

  it('refuse a token of another list', async () => {
    const first = { caller, permission, of: SHOP, pageSize: 1 } as const;
    const { nextPageToken = '' } = await listSightedImages(fake.deps, first);
    const other = { ...first, of: APP, pageToken: nextPageToken };
    await expect(listSightedImages(fake.deps, other)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it.each([
    'projects/p/locations/us/repositories/sho',
    'projects/p/locations/europe/repositories/shop',
    'projects/p/locations/europe/repositories/gcr.io',
  ])('of %s are not there', async (name) => {
    const of = parseArtifactRepository(name);
    const list = { caller, permission, of, pageSize: 20 } as const;
    await expect(listSightedImages(fake.deps, list)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('names', () => {
  it('of images are jumped to, each with its span', async () => {
    const first = await listSightedPackages(fake.deps, { caller, repository: SHOP, pageSize: 2 });
    expect(first.packages.map(({ name }) => name.image)).toEqual(['app-next', 'app/deep']);
    const pageToken = first.nextPageToken ?? '';
    const next = { caller, repository: SHOP, pageSize: 2, pageToken };
    const { packages, nextPageToken } = await listSightedPackages(fake.deps, next);
    expect(packages).toEqual([{ name: APP, firstSeen: 2_000_000, lastSeen: 3_000_000 }]);
    expect(nextPageToken).toBeUndefined();
  });

  it('of repositories are those of the location and the project', async () => {
    const listed = async (location: string): Promise<string[]> => {
      const of = { project: 'p', location };
      const page = await listSightedRepositories(fake.deps, { caller, of, pageSize: 20 });
      return page.repositories.map(({ repository }) => repository);
    };
    expect(await listed('us')).toEqual(['gcr.io', 'shop', 'shopping']);
    expect(await listed('europe')).toEqual([]);
  });
});

describe('tags', () => {
  it('are listed where the project has sighted what they point at', async () => {
    const listed = async (input: object = {}): Promise<string[]> => {
      const page = await listSightedTags(fake.deps, { caller, of: APP, pageSize: 20, ...input });
      return page.tags.map(({ name, version }) => `${name.tag} ${Number(version.digest.slice(7))}`);
    };
    expect(await listed()).toEqual(['latest 2', 'v1 1']);
    expect(await listed({ digest: digestOf(1) })).toEqual(['v1 1']);
    const first = await listSightedTags(fake.deps, { caller, of: APP, pageSize: 1 });
    expect(await listed({ pageToken: first.nextPageToken })).toEqual(['v1 1']);
  });

  it('that moved to what the project knows nothing of are not there', async () => {
    const of = (tag: string) => ({ caller, name: { ...APP, tag } });
    await expect(getSightedTag(fake.deps, of('moved'))).rejects.toMatchObject({
      code: 'not-found',
    });
    const { version } = await getSightedTag(fake.deps, of('latest'));
    expect(version.digest).toBe(digestOf(2));
  });

  it('of an image that was never sighted are none', async () => {
    const of = parseArtifactPackage('projects/p/locations/us/repositories/shop/packages/none');
    const { tags } = await listSightedTags(fake.deps, { caller, of, pageSize: 20 });
    expect(tags).toEqual([]);
  });
});
