/** Signing an image in its registry, without a server: what is written, kept and refused. */
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
