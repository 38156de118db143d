/** Which images may be a base, over both databases: those that the project itself has sighted. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPEN_STORES, STORE_TIME, type TestStore } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import { imageDigest } from '../../test/support/scanned-images.ts';
import type { Digest } from '../domain/digest.ts';
import { findChainedImages } from './base-rows.ts';
import { findImage, saveImage, saveSighting } from './image-rows.ts';
import type { Store } from './store-contract.ts';

const CHAIN = imageDigest(100);
const OTHER_CHAIN = imageDigest(200);

async function keep(store: Store, number: number, chainId: Digest | undefined): Promise<void> {
  const digest = imageDigest(number);
  const origins = { layers: [{ instruction: 'RUN x' }], ...(chainId && { chainId }) };
  await store.write((tx) =>
    saveImage(tx, {
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      configDigest: digest,
      platform: 'linux/amd64',
      layers: [imageDigest(1)],
      packageSet: { status: 'COMPLETE', problems: [], packages: [] },
      status: 'COMPLETE',
      problems: [],
      readTime: STORE_TIME,
      extractorVersion: 1,
      origins,
    }),
  );
}

async function sight(store: Store, number: number, name: string): Promise<void> {
  const digest = imageDigest(number);
  const [project = '', repository = ''] = name.split('|');
  const sighting = { project, resourceUri: `${repository}@${digest}`, digest, time: STORE_TIME };
  await store.write((tx) => saveSighting(tx, sighting));
}

describe.each(Object.entries(OPEN_STORES))('bases, in %s', (title, open) => {
  let opened: TestStore | undefined;
  beforeAll(async () => {
    if (title.includes('needs postgres') && !postgresPrograms) return;
    opened = await open();
    const { store } = opened;
    await keep(store, 1, CHAIN);
    await keep(store, 2, OTHER_CHAIN);
    await keep(store, 3, undefined);
    await sight(store, 1, 'p-one|r.example/b');
    await sight(store, 1, 'p-one|r.example/a');
    await sight(store, 2, 'p-two|r.example/secret');
    await sight(store, 3, 'p-one|r.example/unread');
  });
  afterAll(() => opened?.remove());

  it('are found by their chain, under every name, in a fixed order', async () => {
    if (opened === undefined) return;
    const found = await findChainedImages(opened.store, 'p-one', [CHAIN, OTHER_CHAIN]);
    const digest = imageDigest(1);
    expect(found).toEqual([
      { chainId: CHAIN, digest, name: `r.example/a@${digest}` },
      { chainId: CHAIN, digest, name: `r.example/b@${digest}` },
    ]);
  });

  it('are none of another project, and none without a chain', async () => {
    if (opened === undefined) return;
    expect(await findChainedImages(opened.store, 'p-two', [CHAIN])).toEqual([]);
    expect(await findChainedImages(opened.store, 'p-one', [])).toEqual([]);
  });

  it('an image gives back what is kept of its layers', async () => {
    if (opened === undefined) return;
    const kept = await findImage(opened.store, imageDigest(1));
    expect(kept?.origins).toEqual({ layers: [{ instruction: 'RUN x' }], chainId: CHAIN });
  });
});
