/** The referrers API over HTTP: what is listed, filtered, paged, and forgotten. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { digestOfBytes } from '../store/repository-files.ts';
import { type OwnRegistry, startOwnRegistry } from '../../test/support/own-registry.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const EMPTY = Buffer.from('{}');
const SUBJECT = digestOfBytes(Buffer.from('the image, which need not be here'));
const pointer = { mediaType: MANIFEST, digest: SUBJECT, size: 33 };
const CONFIG = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: digestOfBytes(EMPTY),
  size: EMPTY.length,
};

interface Listed {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly manifests: readonly JsonObject[];
}

describe('the referrers API', () => {
  let registry: OwnRegistry;

  beforeEach(async () => {
    registry = await startOwnRegistry();
    const path = `blobs/uploads/?digest=${CONFIG.digest}`;
    await fetch(`${registry.url}/v2/team/app/${path}`, { method: 'POST', body: EMPTY });
  });

  afterEach(() => registry.stop());

  async function attach(fields: JsonObject): Promise<Response> {
    const mediaType = fields['manifests'] === undefined ? MANIFEST : INDEX;
    const content = mediaType === MANIFEST ? { config: CONFIG, layers: [] } : {};
    const document = { schemaVersion: 2, mediaType, ...content, subject: pointer, ...fields };
    const body = JSON.stringify(document);
    const digest = digestOfBytes(Buffer.from(body));
    const headers = { 'content-type': mediaType };
    return fetch(`${registry.url}/v2/team/app/manifests/${digest}`, {
      method: 'PUT',
      headers,
      body,
    });
  }

  async function list(query = '', repository = 'team/app'): Promise<Listed> {
    const url = `${registry.url}/v2/${repository}/referrers/${SUBJECT}${query}`;
    const answer = await fetch(url);
    const { manifests } = (await answer.json()) as { manifests: JsonObject[] };
    return { status: answer.status, header: (name) => answer.headers.get(name), manifests };
  }

  it('answers an empty index where nothing is attached, whatever the repository', async () => {
    for (const repository of ['team/app', 'never/pushed']) {
      const listed = await list('', repository);
      expect(listed).toMatchObject({ status: 200, manifests: [] });
      expect(listed.header('content-type')).toBe(INDEX);
      expect(listed.header('oci-filters-applied')).toBeNull();
    }
  });

  it('says at the push what a manifest was attached to, and only then', async () => {
    const attached = await attach({ artifactType: 'application/vnd.example.a' });
    expect(attached.status).toBe(201);
    expect(attached.headers.get('oci-subject')).toBe(SUBJECT);
    const alone = await attach({ subject: null });
    expect(alone.status).toBe(201);
    expect(alone.headers.get('oci-subject')).toBeNull();
  });

  it('lists manifests and indexes with their types and annotations', async () => {
    await attach({ artifactType: 'application/vnd.example.a', annotations: { by: 'a' } });
    await attach({});
    await attach({ manifests: [], artifactType: 'application/vnd.example.index' });
    const { manifests } = await list();
    const short = manifests.map(({ mediaType, artifactType, annotations }) => ({
      mediaType,
      artifactType,
      annotations,
    }));
    expect(short).toHaveLength(3);
    expect(short).toEqual(
      expect.arrayContaining([
        {
          mediaType: MANIFEST,
          artifactType: 'application/vnd.example.a',
          annotations: { by: 'a' },
        },
        { mediaType: MANIFEST, artifactType: CONFIG.mediaType },
        { mediaType: INDEX, artifactType: 'application/vnd.example.index' },
      ]),
    );
  });

  it('filters by artifact type and says so', async () => {
    await attach({ artifactType: 'application/vnd.example.a' });
    await attach({ artifactType: 'application/vnd.example.b' });
    const listed = await list(`?artifactType=${encodeURIComponent('application/vnd.example.b')}`);
    expect(listed.header('oci-filters-applied')).toBe('artifactType');
    const types = listed.manifests.map(({ artifactType }) => artifactType);
    expect(types).toEqual(['application/vnd.example.b']);
  });

  it('pages by Link, each referrer once', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await attach({ annotations: { name } });
    const seen: unknown[] = [];
    let query: string | undefined = '?n=2';
    let pages = 0;
    while (query !== undefined && pages < 10) {
      const listed = await list(query);
      seen.push(...listed.manifests.map(({ digest }) => digest));
      pages += 1;
      query = /^<[^?]*(\?[^>]*)>; rel="next"$/.exec(listed.header('link') ?? '')?.[1];
    }
    expect(pages).toBe(3);
    expect(new Set(seen).size).toBe(5);
  });

  it('keeps to a page size however large annotations are', async () => {
    const padding = 'x'.repeat(1_500_000);
    for (const name of ['a', 'b', 'c']) await attach({ annotations: { name, padding } });
    const { manifests, header } = await list();
    expect(manifests).toHaveLength(2);
    expect(header('link')).toMatch(/rel="next"/);
  });

  it('forgets what was deleted', async () => {
    const { headers } = await attach({ artifactType: 'application/vnd.example.a' });
    const place = `${registry.url}${headers.get('location')}`;
    expect((await fetch(place, { method: 'DELETE' })).status).toBe(202);
    expect((await list()).manifests).toEqual([]);
  });

  it('finds what was attached before there were links', async () => {
    await attach({ artifactType: 'application/vnd.example.a' });
    const links = join(registry.folder, 'repositories/team/app/_referrers');
    expect(await readdir(links)).toHaveLength(1);
    await rm(links, { recursive: true });
    expect((await list()).manifests).toHaveLength(1);
    expect(await readdir(links)).toContain('complete');
  });

  it.each([
    ['a digest that is none', 'sha256:1', 400],
    ['a digest by which nothing is kept here', `sha512:${'a'.repeat(128)}`, 400],
    ['a tag', 'v1', 400],
  ])('refuses %s', async (_fact, target, status) => {
    const answer = await fetch(`${registry.url}/v2/team/app/referrers/${target}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] });
  });

  it.each([
    ['a subject without a digest', { subject: { mediaType: MANIFEST, size: 1 } }],
    ['a subject that is a text', { subject: SUBJECT }],
    ['a key that runtimes read as subject', { Subject: pointer }],
  ])('refuses a push with %s', async (_fact, fields) => {
    expect((await attach(fields)).status).toBe(400);
  });
});
