/** Signing an image in its registry, without a server: what is written, kept and refused. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openRepository } from '../support/attached-repository.ts';
import { OCI } from '../support/image-layout.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { type OwnRegistry, startOwnRegistry } from '../support/own-registry.ts';
import {
  cosignLayers,
  openSigningWorkbench,
  type SigningWorkbench,
} from '../support/signing-workbench.ts';

let bench: SigningWorkbench;
let own: OwnRegistry;

beforeAll(async () => {
  bench = await openSigningWorkbench();
  own = await startOwnRegistry();
});

afterAll(async () => {
  await own.stop();
  await bench.close();
});

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

/** Our registry as one that knows no referrers: neither lists nor `OCI-Subject`. */
async function withoutLists({ url }: OwnRegistry): Promise<LoopbackServer> {
  const server = await startLoopbackServer((request, response) => {
    if (request.url.includes('/referrers/')) return void response.writeHead(404).end();
    const { method } = request;
    const sent = method === 'POST' || method === 'PUT' ? { body: request.body } : {};
    const type = request.url.includes('/manifests/') ? OCI.manifest : 'application/octet-stream';
    const headers = { 'content-type': type };
    void fetch(`${url}${request.url}`, { method, headers, ...sent }).then(async (answer) => {
      const kept = [...answer.headers].filter(([name]) => name !== 'oci-subject');
      response.writeHead(answer.status, Object.fromEntries(kept));
      response.end(Buffer.from(await answer.arrayBuffer()));
    });
  });
  open.push(server);
  return server;
}

const BOTH = ['--cosign', '--referrer', '--key'];

describe('assay attest sign beside an image', { timeout: 60_000 }, () => {
  it('loses nobody’s signature where many sign at once', async () => {
    const { file, sign, verify } = bench;
    const named = await bench.push(own.host, 'together');
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) await bench.makeKey(name);
    await Promise.all(names.map((name) => sign(named, '--cosign', '--key', file(`${name}.pem`))));
    expect(await cosignLayers(named)).toHaveLength(5);
    for (const name of names) expect(await verify(named, `${name}.pub`)).toMatch(/^0 VERIFIED/);
  });

  it('signs the same once', async () => {
    await bench.makeKey('once');
    const named = await bench.push(own.host, 'once');
    const first = await bench.sign(named, ...BOTH, bench.file('once.pem'));
    const again = await bench.sign(named, ...BOTH, bench.file('once.pem'));
    expect(again.stdout).toBe(first.stdout);
    expect(first.stderr).toContain('cosign signature written, found by the tag sha256-');
    expect(first.stderr).toContain('bundle) written, listed by the registry');
    expect(again.stderr).toContain('of this key is there already');
    expect(first.stderr).toContain(`next: assay attest verify ${named} --key`);
  });

  it('takes the key from the environment, where nobody finds it afterwards', async () => {
    await bench.makeKey('env');
    const text = await readFile(bench.file('env.pem'), 'utf8');
    const named = await bench.push(own.host, 'env');
    const env = { SIGNING_KEY: Buffer.from(text).toString('base64') };
    const args = ['attest', 'sign', named, '--cosign', '--key-env', 'SIGNING_KEY'];
    expect([(await bench.assay(args, env)).code, env]).toEqual([0, {}]);
    expect(await bench.verify(named, 'env.pub')).toMatch(/^0 VERIFIED/);
  });

  it('writes the attestation of an attestor as well, after the registry', async () => {
    await bench.makeKey('both');
    const { assay, file } = bench;
    const at = ['--attestor', 'built-by-ci'];
    expect((await assay(['project', 'create', 'default'])).code).toBeLessThan(2);
    const made = await assay(['attestor', 'create', 'built-by-ci', '--key', file('both.pub')]);
    expect([made.code, made.code === 0 ? '' : made.stderr]).toEqual([0, '']);
    const named = await bench.push(own.host, 'both');
    const { stdout } = await bench.sign(named, ...BOTH, file('both.pem'), ...at);
    expect(stdout.trim().split('\n')).toHaveLength(3);
    expect(stdout).toMatch(/\nprojects\/default\/occurrences\/[0-9a-f-]+\n$/);
    expect(await bench.verify(named, 'both.pub')).toMatch(/^0 VERIFIED/);
    expect((await assay(['attest', 'verify', named, ...at])).code).toBe(0);
    // A key that is not the attestor's signs nothing at all.
    await bench.makeKey('stranger');
    const other = await bench.push(own.host, 'stranger');
    const refused = await assay(['attest', 'sign', other, ...BOTH, file('stranger.pem'), ...at]);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(await bench.verify(other, 'stranger.pub')).toMatch(/^2 NOT VERIFIED/);
  });

  it('signs an index, and keeps what else the tag’s manifest has', async () => {
    const { file, sign } = bench;
    await bench.makeKey('index');
    const repository = openRepository(own.url, 'index');
    const image = await repository.putImage('one', 'amd64');
    const index = await repository.putIndex([image], '1');
    const config = await repository.putBlob(Buffer.from('{}'), OCI.config);
    const tag = `${index.digest.replace(':', '-')}.sig`;
    await repository.putManifest({ config, layers: [], annotations: { 'a.b': 'kept' } }, tag);
    const named = `${own.host}/index@${index.digest}`;
    await sign(named, ...BOTH, file('index.pem'));
    expect(await bench.verify(named, 'index.pub')).toMatch(
      /^0 VERIFIED[^]*signature-tag[^]*referrers/,
    );
    const answer = await fetch(`${own.url}/v2/index/manifests/${tag}`);
    expect(await answer.json()).toMatchObject({ annotations: { 'a.b': 'kept' } });
  });

  it.each([
    ['an index under cosign’s tag', '--cosign', '.sig', 'index', /stands for an index/],
    ['64 signatures', '--cosign', '.sig', 'full', /has 64 signatures already/],
    ['a manifest under the fallback tag', '--referrer', '', 'full', /stands for a manifest/],
  ])('leaves %s alone', async (_title, form, suffix, kind, why) => {
    await bench.makeKey('alone');
    // A stand-in of a registry without lists, in front of ours.
    const repository = openRepository(own.url, `odd-${kind}${suffix.length}`);
    const image = await repository.putImage('one', 'amd64');
    const config = await repository.putBlob(Buffer.from('{}'), OCI.config);
    const layer = await repository.putBlob(Buffer.from('x'), 'text/plain');
    const tag = `${image.digest.replace(':', '-')}${suffix}`;
    const layers = Array.from({ length: 64 }, () => layer);
    await repository.putManifest(kind === 'index' ? { manifests: [] } : { config, layers }, tag);
    const host = form === '--referrer' ? (await withoutLists(own)).host : own.host;
    const named = `${host}/odd-${kind}${suffix.length}@${image.digest}`;
    const ended = await bench.assay([
      'attest',
      'sign',
      named,
      form,
      '--key',
      bench.file('alone.pem'),
    ]);
    expect([ended.code, ended.stderr]).toEqual([1, expect.stringMatching(why)]);
    const after = await fetch(`${own.url}/v2/odd-${kind}${suffix.length}/manifests/${tag}`);
    const kept = (await after.json()) as { layers?: unknown[]; manifests?: unknown[] };
    expect((kept.layers ?? kept.manifests)?.length).toBe(kind === 'index' ? 0 : 64);
  });

  it('prints what it would sign', async () => {
    const named = await bench.push(own.host, 'dry');
    const { stdout } = await bench.assay(['attest', 'sign', named, '--cosign', '--dry-run']);
    const image = { 'docker-manifest-digest': bench.image };
    expect(JSON.parse(stdout)).toMatchObject({ critical: { image } });
  });

  it.each([
    ['a tag', (host: string) => `${host}/refused:1`, 'refused.pem', /is now .*@sha256:.*: sign/],
    [
      'an image that is not there',
      (host: string) => `${host}/refused@sha256:${'0'.repeat(64)}`,
      'refused.pem',
      /has no manifests/,
    ],
    [
      'a PGP key',
      (host: string) => `${host}/refused:1`,
      'pgp.asc',
      /cosign verifies no PGP keys; give a PEM key/,
    ],
  ])('refuses %s', async (_title, imageOf, key, why) => {
    await bench.makeKey('refused');
    await writeFile(bench.file('pgp.asc'), '-----BEGIN PGP PRIVATE KEY BLOCK-----\n');
    await bench.push(own.host, 'refused');
    const args = ['attest', 'sign', imageOf(own.host), ...BOTH, bench.file(key)];
    const ended = await bench.assay(args);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([1, '', expect.stringMatching(why)]);
  });
});
