/** The blob folder against broken uploads, planted links, foreign folders and dead processes. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../domain/digest.ts';
import { parseRepositoryPath, parseTag } from '../domain/repository-path.ts';
import {
  type BlobFolder,
  type BlobFolderOptions,
  closeBlobFolder,
  findBlob,
  openBlobFolder,
  readBlob,
  startUpload,
} from './blob-folder.ts';
import { appendUpload, cancelUpload, finishUpload, uploadOffset } from './blob-upload.ts';
import {
  digestOfBytes,
  findManifest,
  findTag,
  readTags,
  removeManifest,
  saveManifest,
  saveTag,
} from './repository-files.ts';

const REPOSITORY = parseRepositoryPath('team/app');
const OTHER = parseRepositoryPath('team/other');
const TAG = parseTag('v1');
const BYTES = Buffer.from('the bytes of a layer');
const DIGEST = digestOfBytes(BYTES);
const HOUR = 3600 * 1_000_000;
const NOW = Date.UTC(2026, 10, 20) * 1000;

const opened: BlobFolder[] = [];
const made: string[] = [];
let ids = 0;

afterEach(async () => {
  await Promise.all(opened.splice(0).map(closeBlobFolder));
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-blobs-'));
  made.push(folder);
  return folder;
}

async function open(options: Partial<BlobFolderOptions> = {}): Promise<BlobFolder> {
  const newId = (): string => `id-${(ids += 1)}`;
  const folder = options.folder ?? (await newFolder());
  const blobs = await openBlobFolder({ now: () => NOW, newId, ...options, folder });
  opened.push(blobs);
  return blobs;
}

async function* stream(...chunks: readonly (Uint8Array | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}

async function push(folder: BlobFolder, bytes: Uint8Array, digest: Digest): Promise<number> {
  const key = { repository: REPOSITORY, id: await startUpload(folder, REPOSITORY) };
  await appendUpload(folder, key, stream(bytes));
  return finishUpload(folder, key, digest);
}

async function filesBelow(folder: BlobFolder, part: string): Promise<string[]> {
  return readdir(join(folder.root, part)).catch(() => []);
}

describe('opening', () => {
  it('refuses a folder that holds other things', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'thesis.txt'), '');
    await expect(open({ folder })).rejects.toThrow(/is not a registry's folder; name an empty/);
    expect(await readdir(folder)).toEqual(['thesis.txt']);
  });

  it('refuses the folder of a newer version by name', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'registry-version'), '2\n');
    await expect(open({ folder })).rejects.toThrow(/version "2"/);
  });

  it('takes up the folder of a process that died while marking it', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'registry-version'), '');
    expect(await push(await open({ folder }), BYTES, DIGEST)).toBe(BYTES.length);
  });

  it('makes a folder that is missing, but not to only read it', async () => {
    const folder = join(await newFolder(), 'a/b');
    await expect(open({ folder, readOnly: true })).rejects.toMatchObject({ code: 'not-found' });
    await open({ folder });
    await expect(open({ folder, readOnly: true })).resolves.toMatchObject({ readOnly: true });
  });

  it('refuses a file', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    await expect(open({ folder: file, readOnly: true })).rejects.toThrow(/is not a folder/);
  });

  it('removes what a dead process left in the middle, and not what may be alive', async () => {
    const folder = await newFolder();
    const first = await open({ folder });
    const key = { repository: REPOSITORY, id: await startUpload(first, REPOSITORY) };
    await appendUpload(first, key, stream(BYTES));
    const left = join(first.root, 'uploads', key.id);
    await utimes(left, NOW / 1e6, NOW / 1e6);
    const soon = await open({ folder });
    expect(await filesBelow(soon, 'uploads')).toEqual([key.id]);
    expect(await findBlob(soon, DIGEST)).toBeUndefined();
    const later = await open({ folder, now: () => NOW + 2 * HOUR });
    expect(await filesBelow(later, 'uploads')).toEqual([]);
  });
});

describe('uploads', () => {
  it('keeps a blob of many chunks and reads any part of it', async () => {
    const folder = await open();
    const key = { repository: REPOSITORY, id: await startUpload(folder, REPOSITORY) };
    await appendUpload(folder, key, stream(BYTES.subarray(0, 3), BYTES.subarray(3, 5)));
    expect(uploadOffset(folder, key)).toBe(5);
    expect(await findBlob(folder, DIGEST)).toBeUndefined();
    await appendUpload(folder, key, stream(BYTES.subarray(5)));
    expect(await finishUpload(folder, key, DIGEST)).toBe(BYTES.length);
    expect(await buffer(await readBlob(folder, DIGEST))).toEqual(BYTES);
    const part = await buffer(await readBlob(folder, DIGEST, { start: 4, end: 8 }));
    expect(part).toEqual(BYTES.subarray(4, 9));
    expect(await filesBelow(folder, 'uploads')).toEqual([]);
  });

  it('keeps an empty blob', async () => {
    const folder = await open();
    expect(await push(folder, new Uint8Array(), digestOfBytes(new Uint8Array()))).toBe(0);
  });

  it('drops bytes of another digest', async () => {
    const folder = await open();
    await expect(push(folder, Buffer.from('other'), DIGEST)).rejects.toMatchObject({
      code: 'invalid-digest',
      message: expect.stringContaining(`not ${DIGEST}`),
    });
    expect(await filesBelow(folder, 'blobs/sha256')).toEqual([]);
    expect(await filesBelow(folder, 'uploads')).toEqual([]);
  });

  it('refuses a digest of an algorithm that it does not keep', async () => {
    const folder = await open();
    const sha512 = parseDigest(`sha512:${createHash('sha512').update(BYTES).digest('hex')}`);
    await expect(push(folder, BYTES, sha512)).rejects.toThrow(/by sha256 only/);
    await expect(findBlob(folder, sha512)).rejects.toThrow(/by sha256 only/);
  });

  it('goes on where a stream broke off', async () => {
    const folder = await open();
    const key = { repository: REPOSITORY, id: await startUpload(folder, REPOSITORY) };
    const broken = stream(BYTES.subarray(0, 7), new Error('aborted'));
    await expect(appendUpload(folder, key, broken)).rejects.toThrow('aborted');
    expect(uploadOffset(folder, key)).toBe(7);
    await appendUpload(folder, key, stream(BYTES.subarray(7)));
    expect(await finishUpload(folder, key, DIGEST)).toBe(BYTES.length);
  });

  it('drops an upload that grows over the cap', async () => {
    const folder = await open({ limits: { blobBytes: 10 } });
    const key = { repository: REPOSITORY, id: await startUpload(folder, REPOSITORY) };
    await expect(appendUpload(folder, key, stream(BYTES))).rejects.toThrow(/larger than 10 bytes/);
    expect(() => uploadOffset(folder, key)).toThrow(/has no upload/);
    expect(await filesBelow(folder, 'uploads')).toEqual([]);
  });

  it('takes the same blob from many at once', async () => {
    const folder = await open();
    const sizes = await Promise.all(Array.from({ length: 8 }, () => push(folder, BYTES, DIGEST)));
    expect(new Set(sizes)).toEqual(new Set([BYTES.length]));
    expect(await filesBelow(folder, 'blobs/sha256')).toEqual([DIGEST.slice(7)]);
    expect(await buffer(await readBlob(folder, DIGEST))).toEqual(BYTES);
  });

  it('lets one request at a time write to an upload', async () => {
    const folder = await open();
    const key = { repository: REPOSITORY, id: await startUpload(folder, REPOSITORY) };
    const first = appendUpload(folder, key, stream(BYTES));
    await expect(appendUpload(folder, key, stream(BYTES))).rejects.toThrow(/by another request/);
    await expect(finishUpload(folder, key, DIGEST)).rejects.toThrow(/by another request/);
    await first;
    expect(await finishUpload(folder, key, DIGEST)).toBe(BYTES.length);
  });

  it('knows an upload in its own repository only', async () => {
    const folder = await open();
    const id = await startUpload(folder, REPOSITORY);
    expect(() => uploadOffset(folder, { repository: OTHER, id })).toThrow(/has no upload/);
    const traversal = { repository: REPOSITORY, id: '../registry-version' };
    await expect(cancelUpload(folder, traversal)).rejects.toThrow(/has no upload/);
  });

  it('makes room by dropping the upload that was idle longest, never a busy one', async () => {
    const folder = await open({ limits: { uploads: 2 } });
    const [a, b] = [await startUpload(folder, REPOSITORY), await startUpload(folder, REPOSITORY)];
    await appendUpload(folder, { repository: REPOSITORY, id: a }, stream(BYTES));
    const c = await startUpload(folder, REPOSITORY);
    expect([...folder.uploads.keys()]).toEqual([a, c]);
    expect(b).not.toBe(c);
    for (const upload of folder.uploads.values()) upload.busy = true;
    await expect(startUpload(folder, REPOSITORY)).rejects.toThrow(/2 uploads are being written/);
  });
});

describe('links planted in the folder', () => {
  it.each(['blobs', 'uploads', 'repositories'])('does not write through %s', async (name) => {
    const folder = await open();
    const outside = await newFolder();
    await symlink(outside, join(folder.root, name));
    const write = async (): Promise<void> => {
      await push(folder, BYTES, DIGEST);
      await saveTag(folder, { repository: REPOSITORY, tag: TAG }, DIGEST);
    };
    await expect(write()).rejects.toThrow(/links are not followed/);
    expect(await readdir(outside)).toEqual([]);
  });

  it('neither reads nor removes what a link names', async () => {
    const folder = await open();
    const outside = await newFolder();
    await writeFile(join(outside, 'v1'), DIGEST);
    await mkdir(join(folder.root, 'repositories/team/app'), { recursive: true });
    await symlink(outside, join(folder.root, 'repositories/team/app/_tags'));
    await saveManifest(folder, REPOSITORY, { digest: DIGEST, mediaType: 'x', bytes: BYTES });
    await expect(
      removeManifest(folder, { repository: REPOSITORY, digest: DIGEST }),
    ).rejects.toThrow(/links are not followed/);
    expect(await readdir(outside)).toEqual(['v1']);
    await mkdir(join(folder.root, 'blobs/sha256'), { recursive: true });
    const secret = digestOfBytes(Buffer.from('secret'));
    await symlink(join(outside, 'v1'), join(folder.root, 'blobs/sha256', secret.slice(7)));
    await expect(findBlob(folder, secret)).rejects.toThrow(/links are not followed/);
  });
});

describe('manifests and tags', () => {
  it('outlive the process', async () => {
    const first = await open();
    const manifest = { digest: DIGEST, mediaType: 'application/example', bytes: BYTES };
    await saveManifest(first, REPOSITORY, manifest);
    await saveTag(first, { repository: REPOSITORY, tag: TAG }, DIGEST);
    const again = await open({ folder: first.root, readOnly: true });
    expect(await findTag(again, { repository: REPOSITORY, tag: TAG })).toBe(DIGEST);
    expect(await findManifest(again, { repository: REPOSITORY, digest: DIGEST })).toEqual(manifest);
    expect(await findManifest(again, { repository: OTHER, digest: DIGEST })).toBeUndefined();
  });

  it('names a manifest that is damaged on disk', async () => {
    const folder = await open();
    await saveManifest(folder, REPOSITORY, { digest: DIGEST, mediaType: 'x', bytes: BYTES });
    await writeFile(join(folder.root, 'blobs/sha256', DIGEST.slice(7)), 'rot');
    await expect(findManifest(folder, { repository: REPOSITORY, digest: DIGEST })).rejects.toThrow(
      /damaged on disk/,
    );
  });

  it('lists tags in order and nothing that is none', async () => {
    const folder = await open();
    expect(await readTags(folder, REPOSITORY)).toBeUndefined();
    for (const tag of ['b', 'B', 'a', '1'].map(parseTag)) {
      await saveTag(folder, { repository: REPOSITORY, tag }, DIGEST);
    }
    await writeFile(join(folder.root, 'repositories/team/app/_tags/.hidden'), '');
    expect(await readTags(folder, REPOSITORY)).toEqual(['1', 'B', 'a', 'b']);
    expect(await readTags(folder, parseRepositoryPath('team'))).toBeUndefined();
  });
});
