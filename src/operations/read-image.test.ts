/** Reading an image: caps hold over all its layers, and what was read is found again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeZip } from '../../test/support/make-zip.ts';
import { type FakeDeps, memoryImage, openFakeDeps } from '../../test/support/fake-deps.ts';
import { AssayError } from '../domain/error.ts';
import type { ImageLimits } from '../image/image-budget.ts';
import { parseManifest } from '../image/manifest.ts';
import { rawTar } from '../image/raw-tar.ts';
import type { ImageSource } from '../remote/image-source.ts';
import { findImage, findLinkedDigests, type StoredImage } from '../store/image-rows.ts';
import { type ImageManifest, readImage } from './read-image.ts';
import { scanImage } from './scan-image.ts';

const RELEASE = 'ID=debian\nVERSION_ID="12"\n';
const STATUS = 'Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n';
const layers = [
  rawTar([{ name: 'etc/os-release', content: RELEASE }]),
  rawTar([{ name: 'var/lib/dpkg/status', content: STATUS }]),
  rawTar([{ name: 'var/lib/dpkg/status', content: `${STATUS}Section: a\n` }]),
];
const TAR = layers[0]?.length ?? 0;
const WANTED = 2 * STATUS.length + RELEASE.length;

let fake: FakeDeps;
let source: ImageSource;

beforeEach(async () => {
  source = memoryImage(layers);
  fake = await openFakeDeps({ openImage: () => source });
});
afterEach(() => fake.close());

async function manifestOf(): Promise<ImageManifest> {
  const { bytes, mediaType = '', digest } = await source.manifest();
  const manifest = parseManifest(bytes, mediaType);
  if (manifest.kind === 'index') throw new Error('this is no index');
  return { digest, mediaType, manifest };
}

async function read(limits: Partial<ImageLimits> = {}): Promise<StoredImage> {
  return (await readImage(fake.deps, source, { ...(await manifestOf()), limits })).image;
}

const codes = (image: StoredImage): readonly string[] => image.problems.map((one) => one.code);

describe('no layer is over a cap, but all together are over that on', () => {
  it.each<[string, Partial<ImageLimits>, string]>([
    ['bytes of tar', { uncompressedBytes: 3 * TAR - 1 }, 'bytes of tar'],
    ['entries', { entries: 2 }, 'more than 2 entries'],
    ['kept entries', { keptEntries: 2 }, 'have to be kept'],
    ['characters of kept names', { keptCharacters: 50 }, 'characters in names'],
    ['bytes of wanted files', { wantedBytes: WANTED }, 'files to be read'],
    ['files that are kept', { extractedFiles: 2 }, 'more than 2 files'],
    ['what is kept of files', { extractedCharacters: 50 }, 'characters to be kept of their files'],
  ])('%s', async (_, limits, reason) => {
    const first = await read(limits);
    expect(first.status).toBe('INCOMPLETE');
    expect(codes(first)).toContain('image-over-cap');
    expect(first.problems.map((one) => one.message).join('\n')).toContain(reason);
    const again = await read(limits);
    expect(again.status, 'facts of layers that are known count, too').toBe('INCOMPLETE');
    expect(codes(await read()), 'nothing of it stays').not.toContain('image-over-cap');
  });

  it.each<[string, Partial<ImageLimits>, string]>([
    ['inflated bytes', { nestedBytes: 150_000 }, 'bytes inflated of their archives'],
    ['files', { nestedEntries: 5 }, 'more than 5 files in their archives'],
  ])('%s of nested archives', async (_, limits, reason) => {
    // Each within every cap of one archive: a jar in a jar that inflates to a hundred times more.
    const jar = (name: string): Buffer => {
      const pom = `groupId=g\nartifactId=${name}\nversion=1\n#${' '.repeat(60_000)}`;
      const inner = { name: `META-INF/maven/g/${name}/pom.properties`, text: pom };
      return makeZip([inner, { name: 'lib/inner.jar', text: makeZip([inner]) }]);
    };
    const base = layers.slice(0, 2);
    const jars = ['one', 'two'].map((name) =>
      rawTar([{ name: `opt/${name}.jar`, content: jar(name) }]),
    );
    source = memoryImage([...base, ...jars]);
    // The first is read anew, the second of what is known.
    for (const found of [await read(limits), await read(limits)]) {
      expect(found.status).toBe('INCOMPLETE');
      expect(codes(found)).toContain('image-over-cap');
      expect(found.problems.map((one) => one.message).join()).toContain(reason);
    }
    expect(codes(await read())).not.toContain('image-over-cap');
    source = memoryImage([...base, ...jars.slice(1)]);
    expect(codes(await read(limits)), 'one is within').not.toContain('image-over-cap');
  });

  it('facts that another image left count as if they were read now', async () => {
    const whole = source;
    source = memoryImage(layers.slice(0, 2));
    expect((await read()).status).toBe('COMPLETE');
    source = memoryImage(layers.slice(1));
    await read();
    source = whole;
    expect(codes(await read({ entries: 2 }))).toContain('image-over-cap');
  });

  it('nothing, where they are just within', async () => {
    const limits = { uncompressedBytes: 3 * TAR, entries: 3, keptEntries: 3 };
    expect((await read(limits)).status).toBe('COMPLETE');
  });
});

it('what an older reader read is read again, and stands until that is done', async () => {
  const old = await read();
  await fake.deps.store.write(async (tx) => {
    await tx.run(tx.sql.updateTable('image').set({ extractor_version: 1 }));
    await tx.run(tx.sql.updateTable('layer_facts').set({ extractor_version: 1 }));
  });
  const good = source;
  const { digest } = await manifestOf();
  const away = () => Promise.reject(new AssayError('registry-refused', 'away'));
  source = { ...good, readBlob: away };
  await expect(read()).rejects.toMatchObject({ code: 'registry-refused' });
  const kept = await findImage(fake.deps.store, digest);
  expect(kept?.packageSet).toEqual(old.packageSet);
  source = good;
  const again = await readImage(fake.deps, source, await manifestOf());
  expect(again.layersRead).toBe(layers.length);
  expect(again.image.extractorVersion).toBeGreaterThan(1);
});

it('a manifest is linked to its config', async () => {
  await read();
  const { digest, manifest } = await manifestOf();
  const linked = await findLinkedDigests(fake.deps.store, 'manifest-config', digest);
  expect(linked).toEqual([manifest.config.digest]);
});

it.each([
  ['registry.example/app:1', 'p', 'registry.example/app@'],
  ['oci:folder', null, 'oci:folder@'],
])('a scan of %s is told in the audit trail', async (image, project, resource) => {
  const { deps } = fake;
  const { digest } = await manifestOf();
  await scanImage(deps, {
    caller: { name: 'cli', grants: [{ role: 'admin' }] },
    image,
    project: 'p',
  });
  const rows = deps.store.sql.selectFrom('audit').select(['caller', 'project', 'resource']);
  expect(await deps.store.all(rows.where('action', '=', 'scan-image'))).toEqual([
    { caller: 'cli', project, resource: `${resource}${digest}` },
  ]);
});
