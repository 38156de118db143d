import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import {
  debianAdvisory,
  debianPackage,
  imageDigest,
  importDebian,
  keepScanned,
} from '../../test/support/scanned-images.ts';
import type { HandedFacts } from '../domain/image-facts.ts';
import { DAY } from '../domain/time.ts';
import { saveDigestLinks, saveIndex } from '../store/image-rows.ts';
import { createProject } from './create-project.ts';
import { findLastDigest } from './find-tag-digest.ts';
import { gatherFacts } from './gather-facts.ts';

const caller = { name: 'root', grants: [{ role: 'admin' as const }] };
const REPOSITORY = 'r.example/app';
const named = (number: number): string => `${REPOSITORY}@${imageDigest(number)}`;

let fake: FakeDeps;
let now = NOW;
beforeEach(async () => {
  now = NOW;
  fake = await openFakeDeps({ now: () => now });
  for (const project of ['shop', 'other']) await createProject(fake.deps, { caller, project });
});
afterEach(() => fake.close());

async function ask(...images: string[]): Promise<Readonly<Record<string, HandedFacts>>> {
  const findTag = (one: Parameters<typeof findLastDigest>[1]) => findLastDigest(fake.deps, one);
  return (await gatherFacts(fake.deps, { project: 'shop', images, findTag })).table;
}

const keep = (number: number, packages: readonly string[], project = 'shop'): Promise<void> =>
  keepScanned(fake.deps.store, {
    project,
    repository: REPOSITORY,
    digest: imageDigest(number),
    packages: packages.map((name) => debianPackage(name)),
    time: NOW,
  });

it('tells what is in a scanned image, worst first, an unknown severity counting as CRITICAL', async () => {
  const advisories = [
    debianAdvisory('CVE-1', 'a', { severity: 'LOW', fixed: '2' }),
    debianAdvisory('CVE-2', 'a', { severity: 'HIGH', fixed: '2' }),
    debianAdvisory('CVE-3', 'b', { severity: 'SEVERITY_UNSPECIFIED' }),
    debianAdvisory('CVE-4', 'c', { severity: 'CRITICAL', fixed: '0.5' }),
  ];
  await importDebian(fake.deps.store, advisories, NOW);
  await keep(1, ['a', 'b', 'c']);
  const { state, facts } = (await ask(named(1)))[named(1)] ?? {};
  expect(state).toMatchObject({ status: 'COMPLETE', usable: true, pinned: true, problems: [] });
  expect(facts).toMatchObject({
    image: named(1),
    platforms: ['linux/amd64'],
    counts: { SEVERITY_UNSPECIFIED: 1, LOW: 1, HIGH: 1, CRITICAL: 0 },
    atLeast: { LOW: 3, MEDIUM: 2, HIGH: 2, CRITICAL: 1 },
    fixableAtLeast: { LOW: 2, HIGH: 1, CRITICAL: 0 },
    leftOut: 0,
  });
  expect(facts?.vulnerabilities.map(({ id, rank, fixable }) => [id, rank, fixable])).toEqual([
    ['CVE-3', 5, false],
    ['CVE-2', 4, true],
    ['CVE-1', 2, true],
  ]);
});

it('finds equal references under one text, and the facts of a tag under its digest', async () => {
  await importDebian(fake.deps.store, [debianAdvisory('CVE-1', 'a')], NOW);
  await keep(1, ['a']);
  const table = await ask(`${REPOSITORY}:1@${imageDigest(1)}`, named(1), 'mysql');
  expect(Object.keys(table)).toEqual([named(1), 'docker.io/library/mysql:latest']);
  expect(table['docker.io/library/mysql:latest']).toEqual({
    state: expect.objectContaining({ status: 'NOT_RESOLVED', usable: false }),
  });
});

it.each([
  ['that nobody scanned', named(9), 'NOT_SCANNED', 'no scan of it'],
  ['that another project alone has seen', named(2), 'NOT_SCANNED', 'no scan of it'],
  ['that is no reference', 'A B', 'MALFORMED', 'no image reference'],
])('attack: of an image %s it says no more than that', async (_what, image, status, why) => {
  await importDebian(fake.deps.store, [], NOW);
  await keep(2, ['a'], 'other');
  const told = (await ask(image))[image];
  expect(told?.facts).toBeUndefined();
  expect(told?.state).toMatchObject({ status, usable: false });
  expect(told?.state.problems.join()).toContain(why);
});

it('has no facts without advisories, nor with old ones', async () => {
  await keep(1, ['a']);
  expect((await ask(named(1)))[named(1)]?.state.status).toBe('INCOMPLETE');
  await importDebian(fake.deps.store, [debianAdvisory('CVE-1', 'a')], NOW);
  expect((await ask(named(1)))[named(1)]?.facts?.atLeast.HIGH).toBe(1);
  now = NOW + 8 * DAY;
  const told = (await ask(named(1)))[named(1)];
  expect(told).toMatchObject({ state: { status: 'COMPLETE', usable: false } });
  expect(told?.state.problems.join()).toContain('older than 7 days');
  expect(told?.facts).toBeUndefined();
});

it('an index has what any platform has, and is known no further than the least known', async () => {
  const { store } = fake.deps;
  await importDebian(store, [debianAdvisory('CVE-1', 'a')], NOW);
  const index = imageDigest(5);
  await store.write(async (tx) => {
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    await saveIndex(tx, { digest: index, mediaType, readTime: NOW, size: 1 });
    const child = (number: number) => ({ parent: index, child: imageDigest(number) });
    const kind = 'index-manifest' as const;
    await saveDigestLinks(tx, [
      { kind, ...child(6) },
      { kind, ...child(7) },
    ]);
  });
  await store.write(async (tx) => {
    const { saveSighting } = await import('../store/image-rows.ts');
    await saveSighting(tx, { project: 'shop', resourceUri: named(5), digest: index, time: NOW });
  });
  await keep(6, ['b']);
  expect((await ask(named(5)))[named(5)]?.state.status).toBe('NOT_SCANNED');
  await keep(7, ['a']);
  expect((await ask(named(5)))[named(5)]?.facts).toMatchObject({
    platforms: ['linux/amd64', 'linux/amd64'],
    atLeast: { HIGH: 1 },
  });
});

it('attack: images beyond the first of a request are not looked up, and it says so', async () => {
  const images = Array.from({ length: 51 }, (_, number) => named(number + 1));
  const table = await ask(...images);
  expect(table[named(50)]?.state.status).toBe('NOT_SCANNED');
  expect(table[named(51)]?.state.status).toBe('NOT_LOOKED_UP');
});
