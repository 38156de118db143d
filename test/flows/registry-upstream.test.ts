/** `assay registry serve --upstream`: reading through to stock registries, also to lying ones. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestOfBytes } from '../../src/store/repository-files.ts';
import type { AssayService } from '../support/assay-service.ts';
import { startService } from '../support/assay-service.ts';
import { OCI, openLayout } from '../support/image-layout.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { startStockRegistry } from '../support/stock-registry.ts';

const stock = realProgram('docker-registry');
const CREATED = '2018-11-30T10:36:17Z';
const LAYER = Buffer.from('a layer');

let folder = '';
const closing: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'registry-upstream-'));
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true, force: true });
});

async function readThrough(upstream: string, ...flags: readonly string[]): Promise<string> {
  const where = [join(folder, 'cache'), '--listen', '127.0.0.1:0', '--upstream', upstream];
  const service: AssayService = await startService(['registry', 'serve', ...where, ...flags]);
  closing.push(() => service.stop());
  return `${service.ready['http']}/v2/team/app`;
}

/** An image of one layer, and each of its documents by digest. */
function image(): { manifest: Buffer; config: Buffer; digest: Digest } {
  const rootfs = { type: 'layers', diff_ids: [] };
  const config = Buffer.from(
    JSON.stringify({ os: 'linux', architecture: 'amd64', created: CREATED, rootfs }),
  );
  const pointer = (mediaType: string, bytes: Buffer): object => ({
    mediaType,
    digest: digestOfBytes(bytes),
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI.manifest,
      config: pointer(OCI.config, config),
      layers: [pointer(OCI.layer, LAYER)],
    }),
  );
  return { manifest, config, digest: digestOfBytes(manifest) };
}

type Wrong = Partial<Record<'manifest' | 'config' | 'layer' | 'tags', Buffer>>;

/** A registry of one image that sends other bytes where it is told to. */
async function upstreamOf(wrong: Wrong = {}): Promise<LoopbackServer> {
  const { manifest, config, digest } = image();
  const answers: Readonly<Record<string, readonly [string, Buffer]>> = {
    'tags/list': ['application/json', wrong.tags ?? Buffer.from('{"tags":["v1","../x",7]}')],
    'manifests/v1': [OCI.manifest, manifest],
    [`manifests/${digest}`]: [OCI.manifest, wrong.manifest ?? manifest],
    [`blobs/${digestOfBytes(config)}`]: ['application/octet-stream', wrong.config ?? config],
    [`blobs/${digestOfBytes(LAYER)}`]: ['application/octet-stream', wrong.layer ?? LAYER],
  };
  const server = await startLoopbackServer(({ url }, response: ServerResponse) => {
    const found = answers[url.replace('/v2/team/app/', '').split('?')[0] ?? ''];
    const [type, bytes] = found ?? ['application/json', Buffer.from('{"errors":[]}')];
    response.writeHead(found ? 200 : 404, {
      'content-type': type,
      'content-length': bytes.length,
    });
    response.end(bytes);
  });
  closing.push(() => server.close());
  return server;
}

describe('reading through', () => {
  it('computes Google’s list from what it read, and asks once for what it keeps', async () => {
    const upstream = await upstreamOf();
    const base = await readThrough(`http://${upstream.host}`);
    const { manifest, config, digest } = image();
    for (let round = 0; round < 2; round += 1) {
      const listed = (await (await fetch(`${base}/tags/list`)).json()) as Listing;
      expect(listed).toMatchObject({ name: 'team/app', tags: ['v1'] });
      expect(listed.manifest[digest]).toEqual({
        imageSizeBytes: String(config.length + LAYER.length),
        layerId: '',
        mediaType: OCI.manifest,
        tag: ['v1'],
        timeCreatedMs: String(Date.parse(CREATED)),
        timeUploadedMs: expect.stringMatching(/^\d{13}$/) as string,
      });
    }
    const got = await fetch(`${base}/manifests/${digest}`);
    expect(Buffer.from(await got.arrayBuffer())).toEqual(manifest);
    const blobs = upstream.seen.filter(({ url }) => url.includes('/blobs/'));
    expect(blobs).toHaveLength(1);
    expect(upstream.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('sends blobs on, tells their size, and keeps no layer', async () => {
    const base = await readThrough(`http://${(await upstreamOf()).host}`);
    const url = `${base}/blobs/${digestOfBytes(LAYER)}`;
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(LAYER.length));
    const whole = await fetch(url, { headers: { range: 'bytes=1-2' } });
    expect([whole.status, await whole.text()]).toEqual([200, LAYER.toString()]);
    expect(readdirSync(join(folder, 'cache'))).not.toContain('blobs');
  });

  it('refuses pushes and says what is not there', async () => {
    const base = await readThrough(`http://${(await upstreamOf()).host}`);
    const push = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
    expect(push.status).toBe(405);
    expect(await push.text()).toContain('push and delete there');
    const missing = ['manifests/v2', `manifests/${digestOfBytes(Buffer.from('x'))}`];
    for (const path of [...missing, `blobs/${digestOfBytes(Buffer.from('x'))}`]) {
      const answer = await fetch(`${base}/${path}`);
      expect([path, answer.status, await answer.text()]).toEqual([
        path,
        404,
        expect.stringMatching(/(?:MANIFEST|BLOB)_UNKNOWN/),
      ]);
    }
  });

  it('keeps nothing where it is read-only', async () => {
    const upstream = `http://${(await upstreamOf()).host}`;
    await readThrough(upstream);
    await closing.pop()?.();
    const base = await readThrough(upstream, '--read-only');
    expect((await fetch(`${base}/tags/list`)).status).toBe(200);
    expect(readdirSync(join(folder, 'cache'))).toEqual(['registry-version']);
  });

  it.skipIf(!stock)('reads Debian’s docker-registry (needs docker-registry)', async () => {
    const upstream = await startStockRegistry(stock ?? '');
    closing.push(() => upstream.stop());
    const layout = openLayout(join(folder, 'layout'));
    const layer = layout.addBlob(LAYER, OCI.layer);
    const digest = layout.addImage([layer], {}, { created: CREATED });
    const target = { registry: upstream.url, repository: 'team/app', tags: ['a', 'b', 'c'] };
    await pushImage(layout, digest, target);
    const base = await readThrough(upstream.url);
    const page = await fetch(`${base}/tags/list?n=2`);
    const listed = (await page.json()) as Listing;
    expect(listed.tags).toEqual(['a', 'b']);
    expect(listed.manifest[digest]).toMatchObject({ tag: ['a', 'b'] });
    expect(page.headers.get('link')).toBe('</v2/team/app/tags/list?n=2&last=b>; rel="next"');
    const rest = (await (await fetch(`${base}/tags/list?n=2&last=b`)).json()) as Listing;
    expect(rest.tags).toEqual(['c']);
    expect((await fetch(`${base.replace('app', 'none')}/tags/list`)).status).toBe(404);
  });
});

interface Listing {
  readonly tags: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
}

describe('a lying upstream', () => {
  const other = Buffer.from('a LAYER');

  it('is told of where a manifest has other bytes', async () => {
    const base = await readThrough(`http://${(await upstreamOf({ manifest: other })).host}`);
    const answer = await fetch(`${base}/manifests/${image().digest}`);
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('digest')]);
    expect(readdirSync(join(folder, 'cache'))).not.toContain('blobs');
  });

  it.each([
    ['other bytes', other],
    ['fewer bytes', Buffer.from('a lay')],
    ['more bytes', Buffer.from('a layer and more')],
  ])('never ends a blob well that has %s', async (_name, layer) => {
    const base = await readThrough(`http://${(await upstreamOf({ layer })).host}`);
    const answer = await fetch(`${base}/blobs/${digestOfBytes(LAYER)}`);
    expect([answer.status, await answer.text()]).toEqual([502, expect.stringContaining('digest')]);
  });

  it('is hung up on where much of a blob was sent on before it showed', async () => {
    const layer = Buffer.alloc(4 * 1024 * 1024, 7);
    const base = await readThrough(`http://${(await upstreamOf({ layer })).host}`);
    const answer = await fetch(`${base}/blobs/${digestOfBytes(LAYER)}`);
    expect(answer.headers.get('content-length')).toBe(String(layer.length));
    await expect(answer.arrayBuffer()).rejects.toThrow(/terminated|other side closed/);
  });

  it('spoils the list where a config has other bytes, and nothing of it is kept', async () => {
    const base = await readThrough(`http://${(await upstreamOf({ config: other })).host}`);
    expect((await fetch(`${base}/tags/list`)).status).toBe(502);
    const kept = readdirSync(join(folder, 'cache/blobs/sha256'));
    expect(kept).toEqual([image().digest.slice(7)]);
  });

  it.each([
    ['no JSON', Buffer.from('<html>'), 502],
    ['no list', Buffer.from('{"tags":"v1"}'), 502],
    ['more than any list has', Buffer.alloc(5 * 1024 * 1024, 32), 413],
    ['nothing', Buffer.from('{"tags":null}'), 200],
  ])('may send %s for tags', async (_name, tags, status) => {
    const base = await readThrough(`http://${(await upstreamOf({ tags })).host}`);
    expect((await fetch(`${base}/tags/list`)).status).toBe(status);
  });

  it('may send no manifest larger than the cap, and none that is none', async () => {
    for (const [manifest, status] of [
      [Buffer.alloc(5 * 1024 * 1024, 32), 413],
      [Buffer.from('{"schemaVersion":2}'), 502],
    ] as const) {
      const base = await readThrough(`http://${(await upstreamOf({ manifest })).host}`);
      const answer = await fetch(`${base}/manifests/${image().digest}`);
      expect(answer.status).toBe(status);
      await closing.pop()?.();
    }
  });

  it('that is away is unavailable', async () => {
    const upstream = await upstreamOf();
    await upstream.close();
    const base = await readThrough(`http://${upstream.host}`);
    expect((await fetch(`${base}/tags/list`)).status).toBe(503);
  });
});

describe('what is attached to an image of the upstream', () => {
  const subject = `sha256:${'a'.repeat(64)}`;

  it('is what the upstream lists, all of its pages, by type', async () => {
    const listed = (type: string, hex: string): object => ({
      mediaType: OCI.manifest,
      digest: `sha256:${hex.repeat(64)}`,
      size: 1,
      artifactType: type,
    });
    const upstream = await startLoopbackServer(({ url }, response) => {
      const second = url.endsWith('?page=2');
      const manifests = second ? [listed('b/b', '2')] : [listed('a/a', '1')];
      if (!second) response.setHeader('link', '</elsewhere?page=2>; rel="next"');
      response.end(JSON.stringify({ schemaVersion: 2, mediaType: OCI.index, manifests }));
    });
    closing.push(() => upstream.close());
    const base = await readThrough(`http://${upstream.host}`);
    const types = async (query: string): Promise<unknown[]> => {
      const answer = await fetch(`${base}/referrers/${subject}${query}`);
      const { manifests } = (await answer.json()) as { manifests: { artifactType: string }[] };
      return manifests.map(({ artifactType }) => artifactType);
    };
    expect(await types('')).toEqual(['a/a', 'b/b']);
    expect(await types('?artifactType=b/b')).toEqual(['b/b']);
  });

  it('is asked for by the fallback tag where the upstream keeps no lists', async () => {
    const upstream = await startLoopbackServer((_, response) => {
      response.writeHead(404).end();
    });
    closing.push(() => upstream.close());
    const base = await readThrough(`http://${upstream.host}`);
    const answer = await fetch(`${base}/referrers/${subject}`);
    expect(answer.status).toBe(404);
  });

  it('is not given in part where its list does not end', async () => {
    const upstream = await startLoopbackServer((_, response) => {
      response.setHeader('link', '<?more>; rel="next"');
      response.end('{"schemaVersion":2,"manifests":[]}');
    });
    closing.push(() => upstream.close());
    const base = await readThrough(`http://${upstream.host}`);
    expect((await fetch(`${base}/referrers/${subject}`)).status).toBe(413);
    expect(upstream.seen).toHaveLength(8);
  });
});
