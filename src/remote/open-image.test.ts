/** Images in layouts, archives and folders: what is found, and what hostile ones cannot do. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';

import { testData } from '../../test/support/test-data.ts';
import type { Digest } from '../domain/digest.ts';
import { parseDigest } from '../domain/digest.ts';
import type { Manifest } from '../image/manifest.ts';
import { parseManifest } from '../image/manifest.ts';
import type { ImageSource } from './image-source.ts';
import { openImage } from './open-image.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = Buffer.from('a layer');
const CONFIG = Buffer.from('{"architecture":"amd64","os":"linux"}');
const MANIFEST = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: describeBlob('application/vnd.oci.image.config.v1+json', CONFIG),
    layers: [describeBlob('application/vnd.oci.image.layer.v1.tar', LAYER)],
  }),
);

type Files = Readonly<Record<string, string | Buffer>>;

function digest(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

function describeBlob(mediaType: string, bytes: Buffer): object {
  return { mediaType, digest: digest(bytes), size: bytes.length };
}

function blobName(bytes: Buffer): string {
  return `blobs/sha256/${digest(bytes).slice(7)}`;
}

function indexOf(names: readonly (string | undefined)[]): string {
  const manifests = names.map((name) => ({
    ...describeBlob(MANIFEST_TYPE, MANIFEST),
    ...(name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } }),
  }));
  const other = { ...manifests[1], digest: digest(CONFIG) };
  const list = manifests.length > 1 ? [manifests[0], other] : manifests;
  return JSON.stringify({ schemaVersion: 2, manifests: list });
}

function layout(names: readonly (string | undefined)[] = ['v1']): Files {
  return {
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': indexOf(names),
    [blobName(MANIFEST)]: MANIFEST,
    [blobName(CONFIG)]: CONFIG,
    [blobName(LAYER)]: LAYER,
  };
}

async function folder(files: Files): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'assay-image-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

async function archive(
  files: Files,
  links: Readonly<Record<string, string>> = {},
): Promise<string> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, content);
  for (const [name, linkname] of Object.entries(links)) {
    tar.entry({ name, type: 'symlink', linkname });
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return join(await folder({ 'image.tar': Buffer.concat(chunks) }), 'image.tar');
}

async function read(source: ImageSource): Promise<{ manifest: Manifest; layers: Buffer[] }> {
  const top = await source.manifest();
  const manifest = parseManifest(top.bytes, top.mediaType);
  if (manifest.kind !== 'manifest') throw new Error('an index');
  const layers = [];
  for (const layer of manifest.layers) {
    layers.push(Buffer.from(await source.readBlob(layer, 1_000_000)));
  }
  expect(digest(top.bytes)).toBe(top.digest);
  await source.close();
  return { manifest, layers };
}

async function failure(source: ImageSource): Promise<unknown> {
  const reason: unknown = await read(source).then(
    () => 'it was accepted',
    (error: unknown) => error,
  );
  await source.close();
  return reason;
}

describe('oci:', () => {
  it.each([
    ['one entry without a name', [undefined], ''],
    ['one entry with a name', ['v1'], ''],
    ['an entry by name', ['v1', 'v2'], ':v1'],
    ['a name with colons and slashes', ['reg.test:5000/a:v1', 'v2'], ':reg.test:5000/a:v1'],
    ['an entry by digest', ['v1', 'v2'], `:${digest(MANIFEST)}`],
  ])('reads %s', async (_, names, ref) => {
    const text = `oci:${await folder(layout(names))}${ref}`;
    const source = openImage(text);
    expect(source.reference).toBe(text);
    expect((await read(source)).layers).toEqual([LAYER]);
  });

  it.each([
    ['several entries without a choice', layout(['v1', 'v2']), '', 'invalid-argument', 'v1, v2'],
    ['an unknown name', layout(), ':v9', 'not-found', 'there are: v1'],
    ['two entries of one name', layout(['v1', 'v1']), ':v1', 'invalid-argument', 'choose'],
    ['no entry', layout([]), '', 'invalid-argument', 'lists no image'],
    ['no oci-layout', { 'index.json': indexOf(['v1']) }, '', 'invalid-image', 'oci-layout'],
    ['an unknown version', { ...layout(), 'oci-layout': '{}' }, '', 'invalid-image', '1.0.0'],
    ['a changed blob', { ...layout(), [blobName(LAYER)]: 'A layer' }, '', 'digest-mismatch', ''],
    ['a longer blob', { ...layout(), [blobName(LAYER)]: 'a layer.' }, '', 'digest-mismatch', ''],
    ['a changed manifest', { ...layout(), [blobName(MANIFEST)]: '{}' }, '', 'digest-mismatch', ''],
  ])('refuses %s', async (_, files, ref, code, text) => {
    const error = await failure(openImage(`oci:${await folder(files)}${ref}`));
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(text);
  });

  it('attack: a blob that is a link to elsewhere is not followed', async () => {
    const { [blobName(LAYER)]: layer, ...rest } = layout();
    const root = await folder(rest);
    const elsewhere = await folder({ layer: layer ?? '' });
    await symlink(join(elsewhere, 'layer'), join(root, blobName(LAYER)));
    expect(String(await failure(openImage(`oci:${root}`)))).toContain('symbolic link');
  });

  it('attack: a digest that is a path does not parse', async () => {
    const index = indexOf(['v1']).replace(/sha256:[0-9a-f]+/, 'sha256:../../../etc/passwd');
    const error = await failure(
      openImage(`oci:${await folder({ ...layout(), 'index.json': index })}`),
    );
    expect(error).toMatchObject({ code: 'invalid-image' });
  });

  it('refuses a small blob whose descriptor is beyond the cap, and a missing one', async () => {
    const source = openImage(`oci:${await folder(layout())}`);
    const descriptor = { mediaType: 'x/y', digest: digest(LAYER), size: LAYER.length };
    await expect(source.readBlob(descriptor, 3)).rejects.toMatchObject({ code: 'too-large' });
    const missing = { ...descriptor, digest: digest(Buffer.from('none')) };
    await expect(source.readBlob(missing, 9)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('docker-archive:', () => {
  const saved = (layers: readonly string[]): Files => ({
    'abc.json': CONFIG,
    'one/layer.tar': LAYER,
    'manifest.json': JSON.stringify([{ Config: 'abc.json', RepoTags: ['a:1'], Layers: layers }]),
  });

  it('reads an old docker save, with links between layers', async () => {
    const links = { 'two/layer.tar': '../one/layer.tar' };
    const file = await archive(saved(['one/layer.tar', 'two/layer.tar']), links);
    const { manifest, layers } = await read(openImage(`docker-archive:${file}`));
    expect(layers).toEqual([LAYER, LAYER]);
    expect(manifest.config.digest).toBe(digest(CONFIG));
  });

  it('reads names beyond a hundred bytes', async () => {
    const long = `${'d/'.repeat(80)}layer.tar`;
    const file = await archive({ ...saved([long]), [long]: LAYER });
    expect((await read(openImage(`docker-archive:${file}`))).layers).toEqual([LAYER]);
  });

  it('reads a new docker save, which is a layout in a tar, with its own manifest', async () => {
    const file = await archive({ ...layout(), ...saved([]) });
    const source = openImage(`docker-archive:${file}`);
    expect((await source.manifest()).digest).toBe(digest(MANIFEST));
    expect((await read(source)).layers).toEqual([LAYER]);
  });

  it.each([
    ['a layer that is not there', saved(['no/layer.tar']), {}, 'which is not there'],
    ['a link that leads out', saved(['x']), { x: '../../../etc/passwd' }, 'which is not there'],
    ['links in a circle', saved(['x']), { x: 'y', y: 'x' }, 'which is not there'],
    ['no manifest.json', { 'a.txt': 'x' }, {}, 'neither index.json nor manifest.json'],
    ['a manifest.json that is none', { 'manifest.json': '{' }, {}, 'no list of images'],
    ['layers that are no list', { 'manifest.json': '[{"Config":"a"}]' }, {}, 'list of Layers'],
  ])('refuses %s', async (_, files, links, text) => {
    const error = await failure(openImage(`docker-archive:${await archive(files, links)}`));
    expect(error).toMatchObject({ code: 'invalid-image' });
    expect(String(error)).toContain(text);
  });

  it('refuses several images, naming them', async () => {
    const image = { Config: 'c', Layers: [] };
    const list = [
      { ...image, RepoTags: ['a:1'] },
      { ...image, RepoTags: ['b:2'] },
    ];
    const file = await archive({ 'manifest.json': JSON.stringify(list) });
    const error = await failure(openImage(`docker-archive:${file}`));
    expect(String(error)).toMatch(/holds 2 images .*a:1.*b:2/);
  });

  it.each([
    ['a compressed file', (tar: Buffer) => gzipSync(tar), 'unsupported'],
    ['a file cut off', (tar: Buffer) => tar.subarray(0, 700), 'invalid-image'],
    ['a damaged header', (tar: Buffer) => tar.fill(1, 0, 20), 'invalid-image'],
    ['an empty file', () => Buffer.alloc(0), 'invalid-image'],
  ])('refuses %s', async (_, change, code) => {
    const tar = await readFile(await archive(saved(['one/layer.tar'])));
    const root = await folder({ 'x.tar': change(tar) });
    expect(await failure(openImage(`docker-archive:${root}/x.tar`))).toMatchObject({ code });
  });
});

describe('dir:', () => {
  it("reads skopeo's layout", async () => {
    const root = await folder({
      version: 'Directory Transport Version: 1.1\n',
      'manifest.json': MANIFEST,
      [digest(CONFIG).slice(7)]: CONFIG,
      [digest(LAYER).slice(7)]: LAYER,
    });
    const source = openImage(`dir:${root}`);
    const top = await source.manifest();
    expect((await source.manifest(top.digest)).bytes).toEqual(top.bytes);
    expect((await read(source)).layers).toEqual([LAYER]);
  });

  it('makes one layer of a file system, the same each time, and follows no link', async () => {
    const long = `${'long/'.repeat(30)}file`;
    const root = await folder({ 'etc/os-release': 'ID=x', b: 'b', [long]: 'deep', empty: '' });
    await symlink('/etc/passwd', join(root, 'etc/link'));
    const first = await read(openImage(`dir:${root}`));
    const second = await read(openImage(`dir:${root}`));
    expect(second.manifest).toEqual(first.manifest);
    const tar = first.layers[0]?.toString('latin1') ?? '';
    expect(tar).toContain('ID=x');
    expect(tar).toContain(long);
    expect(tar).not.toContain('root:x:0');
    expect(tar.length % 512).toBe(0);
  });

  it('is refused when a file changes between hashing and reading', async () => {
    const root = await folder({ a: 'one' });
    const source = openImage(`dir:${root}`);
    await source.manifest();
    await writeFile(join(root, 'a'), 'two');
    expect(await failure(source)).toMatchObject({ code: 'digest-mismatch' });
  });

  it('has a cap on entries', async () => {
    const root = await folder({ a: '', b: '' });
    const error = await failure(openImage(`dir:${root}`, { limits: { entries: 1 } }));
    expect(error).toMatchObject({ code: 'too-large' });
  });

  it.each(['oci:', 'dir:', 'docker-archive:', 'dir:\0'])('refuses %j without a path', (text) => {
    expect(() => openImage(text)).toThrow(/names no path/);
  });

  it('takes sbom: for a file instead of asking a registry for it', async () => {
    const missing = openImage('sbom:/nowhere/app.spdx.json').manifest();
    await expect(missing).rejects.toMatchObject({ code: 'not-found' });
    expect(openImage('docker.io/library/sbom:1').reference).toBe('docker.io/library/sbom:1');
  });

  it.each([
    ['dir:/nonexistent', 'not-found'],
    ['docker-archive:/nonexistent', 'not-found'],
    ['docker-archive:/', 'invalid-argument'],
    ['dir:/etc/hostname', 'invalid-argument'],
    ['oci:/nonexistent:v1', 'invalid-image'],
  ])('refuses %s', async (text, code) => {
    expect(await failure(openImage(text))).toMatchObject({ code });
  });
});

const images = testData('images/oci');

describe('the real images (needs ASSAY_TEST_DATA)', () => {
  it.skipIf(!images).each(['alpine-3.10', 'alpine-3.20', 'distroless'])(
    '%s is read and verified (needs ASSAY_TEST_DATA)',
    async (ref) => {
      const source = openImage(`oci:${images}:${ref}`);
      const top = await source.manifest();
      const manifest = parseManifest(top.bytes, top.mediaType);
      const layers = manifest.kind === 'manifest' ? manifest.layers : [];
      for (const layer of layers) {
        expect((await source.readBlob(layer, 100_000_000)).byteLength).toBe(layer.size);
      }
      expect(layers.length).toBeGreaterThan(0);
    },
  );
});
