/** After a new extractor the images of an earlier one are read anew; until then their answer stands. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import { debianPackage, imageDigest, keepScanned } from '../../test/support/scanned-images.ts';
import { runDueJobs } from '../jobs/run-jobs.ts';
import { EXTRACTOR_VERSION } from '../scanner/extract/extractor-version.ts';
import { findImage } from '../store/image-rows.ts';
import { listRequestsOfJob } from '../store/scan-request-rows.ts';
import { checkExtractor, rereadImages } from './reread-images.ts';

let fake: FakeDeps;
beforeEach(async () => {
  fake = await openFakeDeps();
});
afterEach(() => fake.close());

/** Images of the extractor 1. */
async function keepImages(count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await keepScanned(fake.deps.store, {
      project: 'p',
      repository: 'registry.example/a',
      digest: imageDigest(number),
      packages: [debianPackage('a')],
      time: NOW,
    });
  }
}

/** Runs the job as the extractor of that version; answers which images were asked for. */
async function asked(version: number, images: number): Promise<readonly number[]> {
  const { deps } = fake;
  await checkExtractor(deps, version);
  await runDueJobs(deps, {
    kind: 'reread-images',
    width: 1,
    run: (given, job) => rereadImages(given, job, version),
  });
  const found: number[] = [];
  for (let number = 0; number < images; number += 1) {
    const requests = await listRequestsOfJob(deps.store, imageDigest(number), 10);
    expect(requests.every(({ origin }) => origin === 're-read')).toBe(true);
    if (requests.length > 0) found.push(number);
  }
  return found;
}

it('asks for every image that an earlier extractor has read, once', async () => {
  await keepImages(120);
  const all = Array.from({ length: 120 }, (_, number) => number);
  expect(await asked(2, 120)).toEqual(all);
  const before = await findImage(fake.deps.store, imageDigest(7));
  expect(before).toMatchObject({ extractorVersion: 1, packageSet: { packages: [{ name: 'a' }] } });
  expect(await asked(2, 120)).toEqual(all);
});

it('asks for none that the extractor of today has read', async () => {
  await keepImages(3);
  expect(await asked(1, 3)).toEqual([]);
  expect(EXTRACTOR_VERSION).toBeGreaterThan(1);
});

it('waits where the queue is full, and goes on from its place', async () => {
  await keepImages(620);
  expect(await asked(2, 620)).toHaveLength(600);
  const { store } = fake.deps;
  await store.write(async (tx) => {
    await tx.run(tx.sql.deleteFrom('scan_request'));
    await tx.run(tx.sql.updateTable('job').set({ run_at: NOW }));
  });
  expect(await asked(2, 620)).toHaveLength(20);
});
