/** Google's extension of the list of tags, from what a folder holds. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Digest } from '../domain/digest.ts';
import { type RepositoryPath, type Tag, parseRepositoryPath } from '../domain/repository-path.ts';
import { listRepositoryImages } from '../operations/list-repository-images.ts';
import type { RegistryDeps } from '../operations/registry-deps.ts';
import { type BlobFolder, openBlobFolder, putBlob } from '../store/blob-folder.ts';
import { digestOfBytes, saveManifest, saveTag } from '../store/repository-files.ts';
import { listingToJson } from './registry-listing.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const APP = parseRepositoryPath('shop/app');

let folder: BlobFolder;
let deps: RegistryDeps;
const warned: unknown[] = [];

beforeEach(async () => {
  let ids = 0;
  folder = await openBlobFolder({
    folder: await mkdtemp(join(tmpdir(), 'assay-listing-')),
    now: () => 0,
    newId: () => `id-${(ids += 1)}`,
  });
  const log = {
    info: () => {},
    warn: (fields: object) => void warned.push(fields),
    error: () => {},
  };
  deps = { folder, log, summaries: new Map() };
});

afterEach(async () => {
  warned.length = 0;
  await rm(folder.root, { recursive: true, force: true });
});

async function blob(text: string): Promise<{ digest: Digest; size: number }> {
  const bytes = Buffer.from(text);
  const digest = digestOfBytes(bytes);
  await putBlob(folder, digest, bytes);
  return { digest, size: bytes.length };
}

async function push(value: object, tags: readonly string[], mediaType = MANIFEST): Promise<Digest> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
  const digest = digestOfBytes(bytes);
  await saveManifest(folder, APP, { digest, mediaType, bytes });
  for (const tag of tags) await saveTag(folder, { repository: APP, tag: tag as Tag }, digest);
  return digest;
}

async function imageOf(config: string, mediaType = CONFIG): Promise<object> {
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...(await blob('layer')) };
  return { config: { mediaType, ...(await blob(config)) }, layers: [layer] };
}

const CREATED = '"created":"2018-11-30T10:36:17.123Z"';
const PLATFORM = '"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}';

async function listed(repository: RepositoryPath = APP, after?: string): Promise<Listed> {
  return listingToJson(
    await listRepositoryImages(deps, { repository, after }),
  ) as unknown as Listed;
}

interface Listed {
  readonly tags: readonly string[];
  readonly child: readonly string[];
  readonly manifest: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

it('tells size, time, type and tags of an image', async () => {
  const config = `{${PLATFORM},${CREATED}}`;
  const digest = await push(await imageOf(config), ['1.0', 'latest']);
  expect((await listed()).manifest[digest]).toEqual({
    imageSizeBytes: String(config.length + 'layer'.length),
    layerId: '',
    mediaType: MANIFEST,
    tag: ['1.0', 'latest'],
    timeCreatedMs: String(Date.parse('2018-11-30T10:36:17.123Z')),
    timeUploadedMs: expect.stringMatching(/^\d{13}$/) as string,
  });
});

it.each([
  ['a config without a time', `{${PLATFORM}}`, CONFIG],
  ['a config that is none', 'nonsense', CONFIG],
  ['an artifact', `{${CREATED}}`, 'application/vnd.example+json'],
])('has no time of %s, and still the field', async (_name, config, mediaType) => {
  const digest = await push(await imageOf(config, mediaType), ['v1']);
  expect((await listed()).manifest[digest]).toMatchObject({ timeCreatedMs: '0', tag: ['v1'] });
});

it('lists what an index names beside it, without a tag', async () => {
  const child = await push(await imageOf(`{${PLATFORM},${CREATED}}`), []);
  const manifests = [{ mediaType: MANIFEST, digest: child, size: 300 }];
  const index = await push({ manifests }, ['v1'], INDEX);
  const { manifest } = await listed();
  expect(manifest[index]).toMatchObject({ mediaType: INDEX, imageSizeBytes: '300', tag: ['v1'] });
  expect(manifest[child]).toMatchObject({ mediaType: MANIFEST, tag: [] });
});

it('tells of untagged manifests on the first page only', async () => {
  const digest = await push(await imageOf(`{${PLATFORM}}`), []);
  await push(await imageOf(`{${PLATFORM},"variant":"v1"}`), ['a']);
  expect(Object.keys((await listed()).manifest)).toContain(digest);
  expect((await listed(APP, 'a')).manifest).toEqual({});
});

it('names the repositories below one, which need not be one itself', async () => {
  await push(await imageOf(`{${PLATFORM}}`), ['v1']);
  expect(await listed(parseRepositoryPath('shop'))).toEqual({
    tags: [],
    child: ['app'],
    manifest: {},
  });
  expect((await listed()).child).toEqual([]);
  await expect(listed(parseRepositoryPath('none'))).rejects.toMatchObject({ code: 'not-found' });
});

it('lists the others where one manifest is damaged, and says so', async () => {
  const good = await push(await imageOf(`{${PLATFORM}}`), ['good']);
  const digest = digestOfBytes(Buffer.from('gone'));
  await putBlob(folder, digest, Buffer.from('changed'));
  await saveManifest(folder, APP, { digest, mediaType: MANIFEST, bytes: Buffer.from('changed') });
  await saveTag(folder, { repository: APP, tag: 'bad' as Tag }, digest);
  const { tags, manifest } = await listed();
  expect(tags).toEqual(['bad', 'good']);
  expect(Object.keys(manifest)).toEqual([good]);
  expect(warned).toHaveLength(1);
});
