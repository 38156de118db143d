/**
 * Docker Content Trust by the real thing: what the notary client signs and its server hands out
 * verifies, keys of every role rotate, delegations sign by certificates, and an old state that is
 * played back is refused for good. In between a server that lies.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { type NotaryServer, startNotaryServer } from '../support/real-notary.ts';
import { makeKey } from '../support/notary-repository.ts';
import { openLayout } from '../support/image-layout.ts';
import { startOwnRegistry } from '../support/own-registry.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';

const server = realProgram('notary-server');
const client = realProgram('notary');
const GUN = 'registry.example/shop/app';
const HEX = 'ab'.repeat(32);
const IMAGE = `${GUN}:1.0@sha256:${HEX}`;

describe.skipIf(!server || !client)('tags signed by notary (needs notary, notary-server)', () => {
  let real: NotaryServer;
  let data = '';

  beforeAll(async () => {
    real = await startNotaryServer({ server: server ?? '', client: client ?? '' });
    data = await mkdtemp(join(tmpdir(), 'assay-notary-data-'));
    await real.notary('init', GUN, '-p');
    await real.notary('addhash', GUN, '1.0', '7143', '--sha256', HEX, '-p');
    await writeFile(join(data, 'root.json'), await real.document(GUN, 'root'));
  });

  afterAll(async () => {
    await real?.stop();
    await rm(data, { recursive: true, force: true });
  });

  function verify(image: string, ...more: readonly string[]): Promise<Ended> {
    const where = ['--data', join(data, 'assay'), '--notary-server', real.url];
    return runAssay(['attest', 'verify', image, ...where, ...more]);
  }

  const pinned = (): readonly string[] => ['--notary-root', join(data, 'root.json')];

  it('a tag verifies from a pinned root: exit 0, with roles, keys and expiry', async () => {
    const { code, stdout, stderr } = await verify(IMAGE, ...pinned());
    expect(stderr).toBe('');
    expect(stdout).toContain(`VERIFIED  ${GUN}@sha256:${HEX}`);
    expect(stdout).toMatch(/root version 1 signed by [0-9a-f]{64}, good until 20/);
    expect(stdout).toMatch(/the tag 1\.0 of .* is signed for this digest by targets/);
    expect(code).toBe(0);
  });

  it('another digest, a tag that nobody signed, another repository: exit 2', async () => {
    const moved = await verify(`${GUN}:1.0@sha256:${'cd'.repeat(32)}`, ...pinned());
    expect(moved.stdout).toContain(`[tag-digest] ${GUN}:1.0 is signed for sha256:${HEX}`);
    const unsigned = await verify(`${GUN}:2.0@sha256:${HEX}`, ...pinned());
    expect(unsigned.stdout).toContain('[tag-unsigned]');
    const other = await verify(`${GUN}2:1.0@sha256:${HEX}`, ...pinned());
    expect(other.stdout).toContain('[metadata-gun]');
    expect([moved.code, unsigned.code, other.code]).toEqual([2, 2, 2]);
  });

  it('first use: nothing is trusted until somebody approves the fingerprint', async () => {
    const before = await verify(IMAGE);
    expect(before.code).toBe(3);
    const [, fingerprint = ''] = /--fingerprint (sha256:[0-9a-f]{64})/.exec(before.stdout) ?? [];
    const approve = (print: string): Promise<Ended> =>
      runAssay(
        ['notary', 'root', 'approve', GUN, '--data', join(data, 'assay')].concat([
          '--notary-server',
          real.url,
          '--fingerprint',
          print,
        ]),
      );
    const wrong = await approve(`sha256:${HEX}`);
    expect(wrong.stderr).toContain('ask its publisher which is right');
    expect((await approve(fingerprint)).code).toBe(0);
    expect((await verify(IMAGE)).code).toBe(0);
    const list = await runAssay(['notary', 'root', 'list', '--data', join(data, 'assay')]);
    expect(list.stdout).toContain(fingerprint);
  });

  it('signers: each must have signed the same digest in his own role', async () => {
    const signers = await Promise.all([addSigner('alice'), addSigner('bob')]);
    await real.notary('publish', GUN);
    const roles = ['targets/releases', 'targets/alice'];
    await signTag('1.1', roles);
    const alice = await verify(`${GUN}:1.1@sha256:${HEX}`, ...pinned(), ...(signers[0] ?? []));
    expect(alice.stdout).toContain('is signed for this digest by targets/alice');
    expect(alice.code).toBe(0);
    const both = await verify(`${GUN}:1.1@sha256:${HEX}`, ...pinned(), ...signers.flat());
    expect(both.stdout).toContain('[tag-signer] signer bob signed nothing in targets/bob');
    await signTag('1.1', ['targets/bob']);
    expect((await verify(`${GUN}:1.1@sha256:${HEX}`, ...pinned(), ...signers.flat())).code).toBe(0);
    const released = await verify(`${GUN}:1.1@sha256:${HEX}`, ...pinned());
    expect(released.stdout).toContain('is signed for this digest by targets/releases');
  });

  it('rotated keys of every role are followed from the old pinned root', async () => {
    for (const role of ['timestamp', 'targets', 'root']) {
      await real.notary('key', 'rotate', GUN, role, ...(role === 'timestamp' ? ['-r'] : []));
    }
    await real.notary('addhash', GUN, '1.2', '7143', '--sha256', HEX, '-p');
    const { stdout, code } = await verify(`${GUN}:1.2@sha256:${HEX}`, ...pinned());
    expect(stdout).toMatch(/root version [3-9] signed by/);
    expect(code).toBe(0);
  });

  it('a state from before is refused once a newer one was seen', async () => {
    const old = await mirror();
    await real.notary('addhash', GUN, '1.3', '7143', '--sha256', HEX, '-p');
    expect((await verify(`${GUN}:1.3@sha256:${HEX}`, ...pinned())).code).toBe(0);
    try {
      const args = ['--data', join(data, 'assay'), '--notary-server', `http://${old.host}`];
      const played = await runAssay(['attest', 'verify', IMAGE, ...args, ...pinned()]);
      expect(played.stdout).toContain('[metadata-rollback]');
      expect(played.code).toBe(2);
    } finally {
      await old.close();
    }
  });

  it('a tag of a registry: the image that it has now must be the one that is signed', async () => {
    const registry = await startOwnRegistry();
    try {
      const gun = `${registry.host}/team/app`;
      const layout = openLayout(join(data, 'layout'));
      const [signed, other] = [layout.addImage([]), layout.addImage([], {}, { author: 'another' })];
      const push = (digest: Digest): Promise<unknown> =>
        pushImage(layout, digest, { registry: registry.url, repository: 'team/app', tags: ['v1'] });
      await push(signed);
      await real.notary('init', gun, '-p');
      await real.notary('addhash', gun, 'v1', '500', '--sha256', signed.slice(7), '-p');
      const root = join(data, 'team.json');
      await writeFile(root, await real.document(gun, 'root'));
      const good = await verify(`${gun}:v1`, '--notary-root', root);
      expect(good.stdout).toContain(`VERIFIED  ${gun}@${signed}`);
      await push(other);
      const moved = await verify(`${gun}:v1`, '--notary-root', root);
      expect(moved.stdout).toContain(`[tag-digest] ${gun}:v1 is signed for ${signed}`);
      expect([good.code, moved.code]).toEqual([0, 2]);
    } finally {
      await registry.stop();
    }
  });

  it('a server that is not there, and one that sends without end: exit 3 and 2', async () => {
    const args = ['--data', join(data, 'assay'), ...pinned()];
    const gone = await startLoopbackServer((_request, response) => void response.end());
    await gone.close();
    const at = (host: string): string[] => ['--notary-server', `http://${host}`, ...args];
    const none = await runAssay(['attest', 'verify', IMAGE, ...at(gone.host)]);
    expect(none.code).toBe(3);
    const endless = await startLoopbackServer(({ url }, response) => {
      if (url.includes('.root.json')) return void response.writeHead(404).end();
      response.writeHead(200);
      const chunk = Buffer.alloc(65_536, 0x20);
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    try {
      const long = await runAssay(['attest', 'verify', IMAGE, ...at(endless.host)]);
      expect(long.stdout).toContain('[too-large]');
      expect(long.code).toBe(2);
    } finally {
      await endless.close();
    }
  });

  /** Delegates to a role of the name and to the release role; answers how to name the signer. */
  async function addSigner(name: string): Promise<readonly string[]> {
    const { privateKey, pem, entry } = await makeKey('ecdsa-x509', name);
    const { keyval } = entry as { keyval: { public: string } };
    const certificate = join(data, `${name}.crt`);
    await writeFile(certificate, Buffer.from(keyval.public, 'base64'));
    const key = join(data, `${name}.key`);
    await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    const file = join(data, `${name}.pub`);
    await writeFile(file, pem);
    for (const role of [`targets/${name}`, 'targets/releases']) {
      await real.notary('delegation', 'add', GUN, role, certificate, '--all-paths');
    }
    await real.notary('key', 'import', key, '--role', name, '--gun', GUN);
    return ['--notary-signer', `${name}=${file}`];
  }

  async function signTag(tag: string, roles: readonly string[]): Promise<void> {
    const by = roles.flatMap((role) => ['-r', role]);
    await real.notary('addhash', GUN, tag, '7143', '--sha256', HEX, ...by, '-p');
  }

  /** A server that goes on sending what the real one has now. */
  async function mirror(): Promise<LoopbackServer> {
    const kept = new Map<string, Uint8Array>();
    const keep = async (name: string): Promise<string> => {
      const bytes = await real.document(GUN, name);
      kept.set(`/v2/${GUN}/_trust/tuf/${name}.json`, bytes);
      return new TextDecoder().decode(bytes);
    };
    await keep('timestamp');
    const metaOf = (text: string): Record<string, { hashes: { sha256: string } }> =>
      (JSON.parse(text) as { signed: { meta: Record<string, { hashes: { sha256: string } }> } })
        .signed.meta;
    const hex = (hash: string): string => Buffer.from(hash, 'base64').toString('hex');
    const stamp = metaOf(await keep('timestamp'));
    const snapshot = metaOf(await keep(`snapshot.${hex(stamp['snapshot']?.hashes.sha256 ?? '')}`));
    for (const [role, { hashes }] of Object.entries(snapshot)) {
      await keep(role === 'root' ? 'root' : `${role}.${hex(hashes.sha256)}`);
    }
    const { signed } = JSON.parse(await keep('root')) as { signed: { version: number } };
    for (let version = 2; version <= signed.version; version += 1) await keep(`${version}.root`);
    return startLoopbackServer(({ url }, response) => {
      const bytes = kept.get(url);
      if (bytes === undefined) return void response.writeHead(404).end();
      response.end(bytes);
    });
  }
});
