/** Lists over many sightings: how much one page reads, and where the next goes on. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.ts';
import { type Digest, parseDigest } from '../domain/digest.ts';
import { readOccurrenceFilter } from '../google/read-filter.ts';
import type { ScannedPackage } from '../domain/scan-result.ts';
import { createProject } from '../store/project-rows.ts';
import { saveImage, saveSighting } from '../store/image-rows.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { derivedBounds } from './derived-bounds.ts';
import { FIRST_PLACE } from './derived-place.ts';
import { listDerivedOccurrences } from './list-derived-occurrences.ts';
import { listOccurrences } from './list-occurrences.ts';
import { summariseVulnerabilities } from './summarise-vulnerabilities.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-list-'));
const caller: Caller = { name: 'test', grants: [{ role: 'viewer' }] };

let store: Store;
let deps: Deps;
let project = '';
let projects = 0;

beforeAll(async () => {
  let ids = 0;
  const now = (): number => 1_000_000;
  const newId = (): string => `id-${(ids += 1)}`;
  store = await openStore({ folder, mode: 'serve', now, newId, writer: 'inline' });
  deps = { store, now, newId } as unknown as Deps;
});

beforeEach(async () => {
  project = `p${(projects += 1)}`;
  await store.write((tx) => createProject(tx, { id: project, createTime: 1 }));
});

afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

function digestOf(index: number): Digest {
  return parseDigest(`sha256:${String(index).padStart(64, '0')}`);
}

async function sight(count: number, repository = 'r.example/app'): Promise<void> {
  await store.write(async (tx) => {
    for (let index = 0; index < count; index += 1) {
      const digest = digestOf(index);
      const resourceUri = `${repository}@${digest}`;
      await saveSighting(tx, { project, resourceUri, digest, time: 1 });
    }
  });
}

async function keepImage(digest: Digest, names: readonly string[]): Promise<void> {
  const packages = names.map((name): ScannedPackage => ({
    name,
    version: '1',
    type: 'deb',
    ecosystem: 'Debian:12',
    purl: `pkg:deb/${name}@1`,
    source: { name, version: '1' },
    origin: 'installed',
    path: 'var/lib/dpkg/status',
  }));
  await store.write((tx) =>
    saveImage(tx, {
      digest,
      mediaType: 'm',
      configDigest: digest,
      platform: 'linux/amd64',
      layers: [],
      packageSet: { status: 'COMPLETE', problems: [], packages },
      status: 'COMPLETE',
      problems: [],
      readTime: 1,
      extractorVersion: 1,
    }),
  );
}

describe('a page of what scans found', () => {
  it('examines a hundred images and goes on from there', async () => {
    await sight(125);
    const list = { project, bounds: derivedBounds({ kind: 'all' }), passes: () => true, limit: 9 };
    const page = await listDerivedOccurrences(deps, { ...list, after: FIRST_PLACE });
    expect(page.occurrences).toEqual([]);
    expect(page.next?.digest).toBe(digestOf(100));
  });

  it.each([
    ['of another kind', 'kind="ATTESTATION"', undefined],
    ['of another resource', 'resourceUrl="https://r.example/other@x"', undefined],
    ['of one image', `resourceUrl="https://r.example/app@${digestOf(20)}"`, undefined],
    [
      'of a prefix',
      `has_prefix(resourceUrl, "r.example/app@sha256:${'0'.repeat(62)}1")`,
      undefined,
    ],
    ['of a wide prefix', 'has_prefix(resourceUrl, "r.example/")', 100],
    ['of all but one', 'NOT resourceUrl="r.example/b"', 100],
  ])('reads by the filter: %s', async (_name, filter, next) => {
    await sight(125);
    const bounds = derivedBounds(readOccurrenceFilter(filter));
    const list = { project, bounds, passes: () => true, limit: 9, after: FIRST_PLACE };
    const page = await listDerivedOccurrences(deps, list);
    expect(page.next?.digest).toBe(next === undefined ? undefined : digestOf(next));
  });

  it('goes on after the last one answered, whatever the image has become since', async () => {
    await sight(1);
    await keepImage(digestOf(0), ['aa', 'bb', 'cc', 'dd', 'ee']);
    const input = { caller, project, filter: 'kind="PACKAGE"', pageSize: 2 };
    const names = (page: Awaited<ReturnType<typeof listOccurrences>>): readonly unknown[] =>
      page.occurrences.map(({ detail }) => detail['name']);
    const first = await listOccurrences(deps, input);
    expect(names(first)).toEqual(['aa', 'bb']);
    await keepImage(digestOf(0), ['bb', 'cc', 'dd', 'ee']);
    const pageToken = first.nextPageToken ?? '';
    const rest = await listOccurrences(deps, { ...input, pageSize: 9, pageToken });
    expect(names(rest)).toEqual(['cc', 'dd', 'ee']);
  });

  it.each(['s.', 'd.', 'x', '.s.'])('refuses the token %j', async (pageToken) => {
    const input = { caller, project, filter: '', pageSize: 2, pageToken };
    await expect(listOccurrences(deps, input)).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('a summary', () => {
  it('refuses more than five hundred images, and counts within them', async () => {
    await sight(501);
    await sight(3, 'r.example/few');
    const summary = (filter: string): Promise<unknown> =>
      summariseVulnerabilities(deps, { caller, project, filter });
    await expect(summary('')).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('narrow it by resourceUrl'),
    });
    expect(await summary('has_prefix(resourceUrl, "https://r.example/few@")')).toEqual([]);
  });
});
