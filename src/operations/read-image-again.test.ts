/** An image that an older version kept gets its origins of the documents, no layer is read again. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeDeps, memoryImage, openFakeDeps } from '../../test/support/fake-deps.ts';
import { DEBIAN12, dpkgStatus, packTar } from '../../test/support/image-layout.ts';
import type { Caller } from '../domain/caller.ts';
import { scanImage } from './scan-image.ts';

const caller: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
let fake: FakeDeps;
let scan: () => ReturnType<typeof scanImage>;

beforeEach(async () => {
  const release = await packTar([['etc/os-release', DEBIAN12]]);
  const status = await packTar([['var/lib/dpkg/status', dpkgStatus(['app 1.0'])]]);
  const image = memoryImage([release, status]);
  fake = await openFakeDeps({ openImage: () => image });
  scan = () => scanImage(fake.deps, { caller, image: 'oci:x', project: 'default' });
});
afterEach(() => fake.close());

it('is read from the store, with its diff ids', async () => {
  const [first] = await scan();
  expect(first?.layersRead).toBe(2);
  const { store } = fake.deps;
  const row = await store.first(store.sql.selectFrom('image').select(['digest', 'body']));
  const { origins, ...old } = JSON.parse(row?.body ?? '') as { origins: unknown };
  expect(origins).toBeDefined();
  await store.write((tx) =>
    tx.run(tx.sql.updateTable('image').set({ body: JSON.stringify(old), chain_id: null })),
  );
  const [again] = await scan();
  expect(again?.layersRead).toBe(0);
  expect(again?.layers).toEqual(first?.layers);
  const kept = await store.first(store.sql.selectFrom('image').select('chain_id'));
  expect(kept?.chain_id).toMatch(/^sha256:/);
});
