/** What is found beside an image, in how many round trips, and what a lying registry gets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type WavePointer,
  type WaveRegistry,
  startWaveRegistry,
} from '../../test/support/wave-registry.ts';
import type { Digest } from '../domain/digest.ts';
import { attachmentTag } from './attachment-location.ts';
import { type AttachmentQuery, type Attachments, findAttachments } from './find-attachments.ts';
import { type RegistryClient, openRegistryClient } from './registry-client.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const REPOSITORY = 'team/app';

describe('findAttachments', () => {
  let registry: WaveRegistry;
  let client: RegistryClient;
  let empty: WavePointer;
  let image: WavePointer;

  beforeEach(async () => {
    registry = await startWaveRegistry('t0ken');
    client = openRegistryClient({ anonymous: true, limits: { retries: 0 } });
    empty = registry.putBlob(REPOSITORY, '{}', 'application/vnd.oci.empty.v1+json');
    image = registry.putManifest(REPOSITORY, manifestOf({}), 'v1');
  });

  afterEach(async () => {
    await client.close();
    await registry.close();
  });

  function manifestOf(fields: object): object {
    return { schemaVersion: 2, mediaType: MANIFEST, config: empty, layers: [], ...fields };
  }

  /** Keeps a manifest with one layer; attached to the image unless `fields` say otherwise. */
  function attach(text: string, fields: object = {}, tag?: string): WavePointer {
    const layers = [registry.putBlob(REPOSITORY, text, 'text/plain')];
    const more = { subject: image, artifactType: BUNDLE, ...fields };
    return registry.putManifest(REPOSITORY, manifestOf({ layers, ...more }), tag);
  }

  function list(
    manifests: readonly object[],
    headers: Readonly<Record<string, string>> = {},
  ): void {
    const body = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests });
    registry.put(`${REPOSITORY}/referrers/${image.digest}`, { body, type: INDEX, headers });
  }

  const repository = (): AttachmentQuery['repository'] => ({
    domain: registry.host,
    path: REPOSITORY,
  });

  function find(query: Partial<AttachmentQuery> = {}): Promise<Attachments> {
    return findAttachments(client, { repository: repository(), digest: image.digest, ...query });
  }

  async function texts({ attachments }: Attachments): Promise<string[]> {
    const layers = attachments.flatMap((one) => one.layers);
    const read = await Promise.all(layers.map((layer) => layer.read()));
    return read.map((bytes) => Buffer.from(bytes).toString());
  }

  function tagOf(location: 'signature-tag' | 'attestation-tag' | 'fallback-tag'): string {
    return attachmentTag(location, image.digest) ?? '';
  }

  const stateOf = ({ locations }: Attachments, location: string): object | undefined =>
    locations.find((one) => one.location === location);

  it('finds nothing where there is nothing, and says so of each place', async () => {
    const found = await find();
    expect(found.attachments).toEqual([]);
    expect(found.locations.map(({ state }) => state)).toEqual(Array(5).fill('none'));
  });

  it('reads every place and each manifest once', async () => {
    attach('signature', { subject: null }, tagOf('signature-tag'));
    const bundle = attach('bundle');
    list([{ ...bundle, artifactType: BUNDLE }]);
    const other = attach('other');
    const index = { schemaVersion: 2, mediaType: INDEX, manifests: [bundle, other] };
    registry.putManifest(REPOSITORY, index, tagOf('fallback-tag'));
    const found = await find();
    expect(await texts(found)).toEqual(['signature', 'bundle', 'other']);
    const places = found.attachments.map(({ location }) => location);
    expect(places).toEqual(['signature-tag', 'referrers', 'fallback-tag']);
    const asked = registry.waves.flat().filter((url) => url.endsWith(bundle.digest));
    expect(asked.filter((url) => url.includes('/manifests/'))).toHaveLength(1);
  });

  describe('after the token, in sequential round trips', () => {
    /** Waves after those that a first question, for the token, cost. */
    async function wavesOf(read: () => Promise<unknown>): Promise<number> {
      await client.manifest({ repository: repository(), target: 'v1' });
      const before = registry.waves.length;
      expect(before).toBe(3);
      await read();
      return registry.waves.length - before;
    }

    it('needs two for the tags of cosign, whatever else is asked beside them', async () => {
      attach('signature', { subject: null }, tagOf('signature-tag'));
      attach('attestation', { subject: null }, tagOf('attestation-tag'));
      const waves = await wavesOf(async () =>
        expect(await texts(await find())).toEqual(['signature', 'attestation']),
      );
      expect(waves).toBe(2);
      expect(registry.waves.at(3)).toHaveLength(5);
    });

    it('needs three for referrers, and one more for a tag of the image', async () => {
      list([attach('one'), attach('two')]);
      const read = async (): Promise<void> => {
        expect((await texts(await find())).sort()).toEqual(['one', 'two']);
      };
      expect(await wavesOf(read)).toBe(3);
      const before = registry.waves.length;
      await client.manifest({ repository: repository(), target: 'v1' });
      await read();
      expect(registry.waves.length - before).toBe(4);
    });

    it('needs three for the fallback tag', async () => {
      const index = { schemaVersion: 2, mediaType: INDEX, manifests: [attach('one')] };
      registry.putManifest(REPOSITORY, index, tagOf('fallback-tag'));
      expect(await wavesOf(async () => texts(await find()))).toBe(3);
    });
  });

  it('goes through the pages of a list, by their queries alone', async () => {
    const path = `${REPOSITORY}/referrers/${image.digest}`;
    const page = (manifests: readonly object[], link?: string): object => ({
      body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }),
      type: INDEX,
      ...(link && { headers: { link: `<http://elsewhere.example/x?${link}>; rel="next"` } }),
    });
    registry.put(path, page([attach('one')], 'last=1') as never);
    registry.put(`${path}?last=1`, page([attach('two')]) as never);
    expect(await texts(await find())).toEqual(['one', 'two']);
  });

  it('reads only the types that are asked for, as the manifests say them', async () => {
    const liar = attach('liar', { artifactType: 'application/vnd.example.other' });
    const other = attach('other', { artifactType: 'application/vnd.example.other' });
    list([
      { ...attach('bundle'), artifactType: BUNDLE },
      { ...liar, artifactType: BUNDLE },
      { ...other, artifactType: 'application/vnd.example.other' },
    ]);
    expect(await texts(await find({ artifactTypes: [BUNDLE] }))).toEqual(['bundle']);
    expect(registry.waves.flat().some((url) => url.endsWith(other.digest))).toBe(false);
  });

  it('asks only the places that it is told to', async () => {
    const { locations } = await find({ locations: ['signature-tag'] });
    expect(locations).toEqual([{ location: 'signature-tag', state: 'none', problems: [] }]);
    expect(registry.waves.flat().some((url) => url.includes('referrers'))).toBe(false);
  });

  it.each([404, 400, 405, 406, 501])('takes %d for a registry without lists', async (status) => {
    registry.put(`${REPOSITORY}/referrers/${image.digest}`, { body: '', status });
    expect(stateOf(await find(), 'referrers')).toMatchObject({ state: 'none' });
  });

  it.each([
    ['an outage', { body: '', status: 500 }, /answered 500/],
    ['a refusal', { body: '', status: 403 }, /answered 403/],
    ['a web page', { body: '<html>', type: 'text/html' }, /is not JSON/],
    [
      'a manifest for a list',
      { body: '{"schemaVersion":2,"config":{"mediaType":"a","size":1}}' },
      /is missing/,
    ],
    ['a key twice', { body: '{"schemaVersion":2,"manifests":[],"manifests":[]}' }, /twice/],
  ])('cannot ask where a list comes as %s', async (_fact, answer, why) => {
    registry.put(`${REPOSITORY}/referrers/${image.digest}`, answer);
    const state = stateOf(await find(), 'referrers');
    expect(state).toMatchObject({ state: 'could-not-ask', problems: [expect.stringMatching(why)] });
  });

  it('refuses what is listed and attached to something else, or to nothing', async () => {
    const foreign = { ...image, digest: `sha256:${'f'.repeat(64)}` as Digest };
    list([attach('stolen', { subject: foreign }), attach('loose', { subject: null })]);
    const found = await find();
    expect(found.attachments).toEqual([]);
    expect(stateOf(found, 'referrers')).toMatchObject({
      state: 'could-not-ask',
      problems: [
        expect.stringContaining('says that it is to'),
        expect.stringContaining('says that it is to'),
      ],
    });
  });

  it('tells what is good beside what is not', async () => {
    const absent = { ...image, digest: `sha256:${'e'.repeat(64)}` as Digest };
    list([attach('good'), absent]);
    const found = await find();
    expect(await texts(found)).toEqual(['good']);
    expect(stateOf(found, 'referrers')).toMatchObject({
      state: 'found',
      problems: [expect.stringContaining('e'.repeat(64))],
    });
  });

  it('goes into no index, and takes none for a signature', async () => {
    const index = { schemaVersion: 2, mediaType: INDEX, manifests: [], subject: image };
    list([registry.putManifest(REPOSITORY, index, tagOf('signature-tag'))]);
    const { locations } = await find();
    const reasons = locations.flatMap(({ problems }) => problems);
    expect(reasons).toHaveLength(2);
    for (const reason of reasons) expect(reason).toMatch(/is an index/);
  });

  it('reads no more manifests, layers, bytes and pages than are allowed, and says so', async () => {
    const path = `${REPOSITORY}/referrers/${image.digest}`;
    const looping = { link: '<?again=1>; rel="next"' };
    list([attach('one'), attach('two'), attach('three')], looping);
    registry.put(`${path}?again=1`, {
      body: JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] }),
      type: INDEX,
      headers: looping,
    });
    const found = await find({ limits: { manifests: 2, pages: 5, totalBytes: 5 } });
    expect(found.attachments).toHaveLength(2);
    const [first, second] = found.attachments.flatMap(({ layers }) => layers);
    await first?.read();
    await expect(second?.read()).rejects.toMatchObject({ code: 'too-large' });
    expect(stateOf(found, 'referrers')).toMatchObject({
      problems: [expect.stringMatching(/more is attached than the 2/)],
    });
    const paged = await find({ limits: { manifests: 9, pages: 5, layers: 0 } });
    expect(stateOf(paged, 'referrers')).toMatchObject({
      problems: expect.arrayContaining([expect.stringMatching(/more than 0 layers/)]),
    });
    expect(registry.waves.flat().filter((url) => url.endsWith('again=1'))).toHaveLength(4);
  });

  it('reads no layer that lies elsewhere, is too large, or is another', async () => {
    const honest = registry.putBlob(REPOSITORY, 'honest', 'text/plain');
    const lied = registry.putBlob(REPOSITORY, 'wanted', 'text/plain');
    registry.put(`${REPOSITORY}/blobs/${lied.digest}`, { body: 'forged' });
    const layers = [
      { ...honest, urls: ['http://127.0.0.1:1/secret'] },
      { ...honest, size: 2 ** 40 },
      lied,
      { ...honest, size: 3 },
    ];
    list([registry.putManifest(REPOSITORY, manifestOf({ layers, subject: image }))]);
    const [attachment] = (await find()).attachments;
    const codes = await Promise.all(
      (attachment?.layers ?? []).map((layer) => layer.read().catch((error) => error.code)),
    );
    expect(codes).toEqual(['registry-refused', 'too-large', 'digest-mismatch', 'digest-mismatch']);
  });

  it('shortens the fallback tag of a long digest as the specification has it', () => {
    const digest = `sha512:${'a'.repeat(128)}` as Digest;
    expect(attachmentTag('fallback-tag', digest)).toBe(`sha512-${'a'.repeat(64)}`);
    expect(attachmentTag('referrers', digest)).toBeUndefined();
  });
});
