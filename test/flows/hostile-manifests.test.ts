/**
 * Manifests, indexes and blobs that lie: refused by name, nothing that they point to is fetched.
 */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageLayout, type LayoutDescriptor, OCI, addLayer } from '../support/image-layout.ts';
import { RELEASE, STATUS, type ScanBench, openScanBench } from '../support/scan-workbench.ts';

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
});

afterAll(() => bench.close());

describe('documents that are refused by name', () => {
  type Make = (layout: ImageLayout, layer: LayoutDescriptor) => void;
  const edit = (layout: ImageLayout, { digest }: LayoutDescriptor, bytes: Uint8Array): void =>
    writeFileSync(join(layout.folder, 'blobs/sha256', digest.slice(7)), bytes);

  it.each<[string, Make, RegExp]>([
    [
      'both manifest and index',
      (layout, layer) => layout.addImage([layer], { manifests: [layer] }),
      /manifests/,
    ],
    [
      'an index that says it is a manifest',
      (layout, layer) => {
        const index = { schemaVersion: 2, mediaType: OCI.manifest, manifests: [layer] };
        layout.point(layout.addJson(index, OCI.manifest));
      },
      /mediaType/,
    ],
    [
      'schema 1',
      (layout, layer) => {
        const old = { schemaVersion: 1, name: 'a', fsLayers: [{ blobSum: layer.digest }] };
        layout.point(layout.addJson(old, OCI.manifest));
      },
      /schema 1/,
    ],
    [
      'a key twice',
      (layout) => {
        const text = `{"schemaVersion":2,"config":{},"config":{},"layers":[]}`;
        layout.point(layout.addBlob(Buffer.from(text), OCI.manifest));
      },
      /twice/,
    ],
    [
      'a key in another case',
      (layout, layer) => layout.addImage([layer], { Layers: [] }),
      /"Layers"/,
    ],
    ['layers of another type', (layout) => layout.addImage([], { layers: {} }), /layers/],
    [
      'a digest that is none',
      (layout, layer) => layout.addImage([{ ...layer, digest: 'sha256:ab' as never }]),
      /sha256/,
    ],
    [
      'a size that is negative',
      (layout, layer) => layout.addImage([{ ...layer, size: -1 }]),
      /size/,
    ],
    [
      '2000 layers',
      (layout, layer) => layout.addImage(Array.from({ length: 2000 }, () => layer)),
      /1000/,
    ],
    [
      'an empty index',
      (layout) => layout.point(layout.addJson({ schemaVersion: 2, manifests: [] }, OCI.index)),
      /platform/,
    ],
    [
      'an index within an index',
      (layout) => {
        const inner = layout.addJson({ schemaVersion: 2, manifests: [] }, OCI.index);
        const platform = { os: 'linux', architecture: 'amd64' };
        const outer = { schemaVersion: 2, manifests: [{ ...inner, platform }] };
        layout.point(layout.addJson(outer, OCI.index));
      },
      /index within an index/,
    ],
    [
      'a config that is no JSON',
      (layout, layer) => {
        const config = layout.addBlob(Buffer.from('{'), OCI.config);
        layout.addImage([layer], { config });
      },
      /config/,
    ],
    [
      'an artifact',
      (layout, layer) => {
        const config = layout.addJson({}, 'application/vnd.example.thing+json');
        layout.addImage([layer], { config });
      },
      /artifact/,
    ],
    [
      'a layer of other bytes',
      (layout, layer) => {
        layout.addImage([layer]);
        const path = join(layout.folder, 'blobs/sha256', layer.digest.slice(7));
        const bytes = readFileSync(path);
        bytes[12] = (bytes[12] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
      /digest|sha256/,
    ],
    [
      'a layer of other length',
      (layout, layer) => {
        layout.addImage([layer]);
        edit(layout, layer, new Uint8Array(10));
      },
      /bytes|size|digest/,
    ],
    [
      'a layer that is absent',
      (layout, layer) => {
        layout.addImage([layer]);
        unlinkSync(join(layout.folder, 'blobs/sha256', layer.digest.slice(7)));
      },
      /sha256/,
    ],
    [
      'a manifest of other bytes',
      (layout, layer) => {
        const digest = layout.addImage([layer]);
        edit(layout, { ...layer, digest }, Buffer.from('{"schemaVersion":2}'));
      },
      /digest|size|bytes/,
    ],
    [
      'an index.json that is none',
      (layout) => writeFileSync(join(layout.folder, 'index.json'), '[]'),
      /manifest is an array/,
    ],
  ])('%s', async (_name, make, why) => {
    const layout = bench.newLayout();
    // Facts of a layer that was read before would be used without a look at its bytes.
    make(layout, await addLayer(layout, [RELEASE, STATUS, ['own', layout.folder]]));
    const { code, stdout, stderr } = await bench.scan(layout);
    expect({ stdout, code }).toEqual({ stdout: '', code: expect.toBeOneOf([1, 3]) });
    expect(stderr).toMatch(why);
    expect(stderr).toContain(`oci:${layout.folder}`);
    expect(stderr).not.toContain('unexpected error');
  });

  it('a missing mediaType is none of them', async () => {
    const layout = bench.newLayout();
    layout.addImage([await addLayer(layout, [RELEASE, STATUS])], { mediaType: undefined });
    const { code, stdout } = await bench.scan(layout);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'COMPLETE', findings: [{ id: 'REC-1' }] });
  });
});

describe('foreign layers', () => {
  it.each(['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', OCI.layer])(
    '%s with URLs is never fetched',
    async (mediaType) => {
      let connections = 0;
      const trap = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
      const { port } = trap.address() as AddressInfo;
      const urls = [`http://127.0.0.1:${port}/layer`];
      const layout = bench.newLayout();
      const base = await addLayer(layout, [RELEASE, STATUS]);
      const away = { ...layout.addBlob(Buffer.from('away'), mediaType), mediaType, urls };
      unlinkSync(join(layout.folder, 'blobs/sha256', away.digest.slice(7)));
      layout.addImage([base, away]);
      const { code, stdout, stderr } = await bench.scan(layout);
      expect(code).toBeOneOf([1, 3]);
      expect(stdout + stderr).toMatch(/foreign|sha256/);
      expect(stdout).not.toContain('"status":"COMPLETE"');
      expect(connections).toBe(0);
      await new Promise((resolve) => trap.close(resolve));
    },
  );
});
