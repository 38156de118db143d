/** Sets and images that are read many at once are those that are read one by one. */
import { describe, expect, it } from 'vitest';
import { debianPackage, imageDigest, keepScanned } from '../../test/support/scanned-images.ts';
import { OPEN_STORES } from '../../test/support/both-stores.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import type { PackageOrigin } from '../domain/software-package.ts';
import { listFleetImages } from './fleet-rows.ts';
import { createIdBuffer, readMembers } from './package-members.ts';
import { readSetPage } from './set-pages.ts';
import type { Store } from './store-contract.ts';
import { createProject } from './project-rows.ts';
import { formatStored } from './stored-json.ts';

describe.each(Object.entries(OPEN_STORES))('%s', (name, open) => {
  it('of either form, page by page', { timeout: 60_000 }, async (context) => {
    if (name.includes('needs postgres') && !postgresPrograms) context.skip();
    const { store, remove } = await open();
    try {
      await fill(store);
      const rows = await store.all(store.sql.selectFrom('package_set').selectAll());
      const wanted = rows
        .toSorted((a, b) => a.number - b.number)
        .map((row) => {
          const { members } = readMembers(row);
          const installed = members.filter(([, , origin]) => origin === 'installed');
          return [row.number, row.body, members.map(([id]) => id), installed.map(([id]) => id)];
        });
      expect(wanted).toHaveLength(IMAGES);
      for (const limit of [2, 3, 100]) expect(await readAll(store, limit)).toEqual(wanted);
      expect(await listImages(store)).toEqual(
        Array.from({ length: IMAGES }, (_, n) => imageDigest(n)).toSorted(),
      );
    } finally {
      await remove();
    }
  });
});

const IMAGES = 7;

/** Every third set in the form of earlier versions. */
async function fill(store: Store): Promise<void> {
  await store.write((tx) => createProject(tx, { id: 'p', createTime: 1 }));
  for (let n = 0; n < IMAGES; n += 1) {
    const packages = Array.from({ length: n * 40 }, (_, at) => ({
      ...debianPackage(`p${(at * 7) % 301}`, String(n)),
      origin: (at % 5 === 4 ? 'declared' : 'installed') as PackageOrigin,
    }));
    const image = { project: 'p', repository: 'r.test/a', digest: imageDigest(n), packages };
    await keepScanned(store, { ...image, time: 1 });
  }
  for (const row of await store.all(store.sql.selectFrom('package_set').selectAll())) {
    if (row.number % 3 !== 0) continue;
    const members = formatStored(readMembers(row));
    await store.write((tx) =>
      tx.run(
        tx.sql
          .updateTable('package_set')
          .set({ members, packed: null, paths: null })
          .where('number', '=', row.number),
      ),
    );
  }
}

async function readAll(store: Store, limit: number): Promise<unknown[]> {
  const ids = createIdBuffer();
  const kept = (): number[] => [...ids.values.subarray(0, ids.count)];
  const all: unknown[] = [];
  let after = 0;
  for (;;) {
    const page = await readSetPage(store, { after, limit });
    for (const [at, number] of page.numbers.entries()) {
      page.readMembers(at, ids);
      const members = kept();
      page.readInstalled(at, ids);
      all.push([number, page.bodies[at], members, kept()]);
    }
    const last = page.numbers.at(-1);
    if (last === undefined) return all;
    after = last;
  }
}

async function listImages(store: Store): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const after = all.at(-1) ?? '';
    const page = await listFleetImages(store, { project: 'p', after, limit: 3 });
    expect(page.statuses).toEqual(page.digests.map(() => 'COMPLETE'));
    expect(page.sets).toHaveLength(page.digests.length);
    if (page.digests.length === 0) return all;
    all.push(...page.digests);
  }
}
