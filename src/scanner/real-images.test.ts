/** The scanner's reading of real images, where they are at hand. */
import { createReadStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Digest } from '../domain/digest.ts';
import { parseTime } from '../domain/time.ts';
import { foldLayers } from '../image/fold-layers.ts';
import { parseImageConfig } from '../image/image-config.ts';
import { isRunnablePlatform, parseManifest, type Descriptor } from '../image/manifest.ts';
import { readLayer } from '../image/read-layer.ts';
import { layerReader } from './extract/extractors.ts';
import { readPackages, type ReadPackages } from './read-packages.ts';
import { systemSupport } from './system-support.ts';

const TODAY = parseTime('2026-11-25T12:00:00Z');
const layout = join(process.env['ASSAY_TEST_DATA'] ?? '', 'images/oci');

function blobPath(digest: Digest): string {
  return join(layout, 'blobs', digest.replace(':', '/'));
}

function find(name: string): Descriptor {
  const index = parseManifest(readFileSync(join(layout, 'index.json')));
  const all = index.kind === 'index' ? index.manifests : [];
  const found = all.find((entry) => Object.values(entry.annotations ?? {}).includes(name));
  if (found === undefined) throw new Error(`the layout has no ${name}`);
  return found;
}

async function scan(entry: Descriptor): Promise<ReadPackages[]> {
  const manifest = parseManifest(readFileSync(blobPath(entry.digest)), entry.mediaType);
  if (manifest.kind === 'index') {
    const runnable = manifest.manifests.filter(isRunnablePlatform);
    return (await Promise.all(runnable.map((child) => scan(child)))).flat();
  }
  const config = parseImageConfig(readFileSync(blobPath(manifest.config.digest)));
  const facts = await Promise.all(
    manifest.layers.map(({ digest }) =>
      readLayer(createReadStream(blobPath(digest)), { digest, want: layerReader }),
    ),
  );
  expect(facts.map(({ diffId }) => diffId)).toEqual(config.diffIds);
  return [readPackages(foldLayers(facts))];
}

it.skipIf(!process.env['ASSAY_TEST_DATA']).each([
  ['alpine-3.10', 'Alpine Linux v3.10', [14], true],
  ['alpine-3.15', 'Alpine Linux v3.15', [14], true],
  ['alpine-3.18', 'Alpine Linux v3.18', [15], true],
  ['alpine-3.20', 'Alpine Linux v3.20', [14], true],
  ['alpine-multi', 'Alpine Linux v3.20', [14, 14], true],
  ['distroless', 'Debian GNU/Linux 12 (bookworm)', [11], false],
  ['debian12-min', 'Debian GNU/Linux 12 (bookworm)', [106], false],
])('%s is read whole', async (name, system, counts, ended) => {
  const read = await scan(find(name));
  expect(read.map(({ packages }) => packages.length)).toEqual(counts);
  expect(read.every(({ status, problems }) => status === 'COMPLETE' && problems.length === 0)).toBe(
    true,
  );
  expect(read[0]?.system).toMatchObject({ name: system });
  for (const { system: release } of read) {
    expect(release && systemSupport(release, TODAY)?.ended).toBe(ended);
  }
});
