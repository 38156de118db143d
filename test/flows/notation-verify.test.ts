/**
 * Signatures made by the real notation verify here: under the fallback tag of a stock registry and
 * among the referrers of ours. What was tampered with, has expired, is of somebody else or of
 * another image is refused at the step that it fails.
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { DAY, type Micros } from '../../src/domain/time.ts';
import {
  type NotationAnswer,
  verifyNotationImage,
} from '../../src/operations/verify-notation-image.ts';
import { digestOf } from '../../src/remote/verify-stream.ts';
import { runAssay, runProgram } from '../support/assay-command.ts';
import { type ImageLayout, openLayout } from '../support/image-layout.ts';
import { startOwnRegistry } from '../support/own-registry.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { startStockRegistry } from '../support/stock-registry.ts';
import { makeTimestampAuthority } from '../support/timestamp-authority.ts';

const notation = realProgram('notation');
const stock = realProgram('docker-registry');
const openssl = realProgram('openssl');
const work = mkdtempSync(join(tmpdir(), 'assay-notation-'));
const home = join(work, 'notation');
const SIGNATURE = 'application/vnd.cncf.notary.signature';
const OCI = 'application/vnd.oci.image.manifest.v1+json';
const now = (): Micros => Date.now() * 1000;

interface Registry {
  readonly url: string;
  stop(): Promise<void>;
}

async function run(...args: readonly string[]): Promise<string> {
  const env = { HOME: work, XDG_CONFIG_HOME: work, DOCKER_CONFIG: work };
  const { code, stdout, stderr } = await runProgram(notation ?? '', args, { env });
  expect([args.join(' '), code, code === 0 ? '' : stderr]).toEqual([args.join(' '), 0, '']);
  return stdout;
}

/** A trust policy of everything but what a test says. */
function policyFile(change: object = {}, level: object = { level: 'strict' }): string {
  const statement = {
    name: 'shop',
    registryScopes: ['*'],
    signatureVerification: level,
    trustStores: ['ca:ours.example'],
    trustedIdentities: ['x509.subject: C=US, ST=WA, O=Notary, CN=ours.example'],
    ...change,
  };
  const path = join(work, `policy-${Math.random()}.json`);
  writeFileSync(path, JSON.stringify({ version: '1.0', trustPolicies: [statement] }));
  return path;
}

function verify(image: string, policy = policyFile(), at = now()): Promise<NotationAnswer> {
  return verifyNotationImage({ now: () => at }, { image, policy, trustStore: home });
}

function steps({ outcome, proofs, refusals }: NotationAnswer): readonly string[] {
  return [outcome, ...proofs.map(({ grade }) => grade), ...refusals.map(({ step }) => step)];
}

describe.skipIf(!notation)('a signature of the real notation (needs notation)', () => {
  let layout: ImageLayout;
  let registry: Registry;
  const images: Digest[] = [];
  const at = (repository: string, image: Digest | undefined): string =>
    `${new URL(registry.url).host}/${repository}@${image}`;

  beforeAll(async () => {
    layout = openLayout(join(work, 'layout'));
    for (const name of ['one', 'two', 'three']) {
      images.push(layout.addImage([], {}, { config: { Labels: { name } } }));
    }
    registry = await startOwnRegistry();
    await run('certificate', 'generate-test', '--default', 'ours.example');
    await run('certificate', 'generate-test', 'theirs.example');
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  async function push(repository: string, image: Digest | undefined): Promise<string> {
    const digest = image ?? ('' as Digest);
    await pushImage(layout, digest, { registry: registry.url, repository, tags: ['v1'] });
    return at(repository, digest);
  }

  async function sign(reference: string, ...more: readonly string[]): Promise<void> {
    await run('sign', '--insecure-registry', '--force-referrers-tag=false', ...more, reference);
  }

  it('verifies among the referrers of our registry, by digest and by tag', async () => {
    const image = await push('shop/signed', images[0]);
    await sign(image);
    const found = await verify(image);
    expect(steps(found)).toEqual(['allow', 'verified']);
    expect(found.proofs[0]?.signer).toContain('CN=ours.example');
    expect(found.proofs[0]?.checked).toHaveLength(5);
    expect(steps(await verify(image.replace(/@.*/, ':v1')))).toEqual(['allow', 'verified']);
  });

  it.skipIf(!stock)('verifies under the fallback tag (needs docker-registry)', async () => {
    const own = registry;
    registry = await startStockRegistry(stock ?? '');
    try {
      const image = await push('shop/signed', images[0]);
      expect(steps(await verify(image))).toEqual(['deny']);
      await sign(image);
      await run('sign', '--insecure-registry', image, '--key', 'theirs.example');
      const found = await verify(image);
      expect(steps(found)).toEqual(['allow', 'verified', 'trust-store']);
    } finally {
      await registry.stop();
      registry = own;
    }
  });

  it('of somebody else, or under another name, is refused', async () => {
    const image = await push('shop/theirs', images[0]);
    await sign(image, '--key', 'theirs.example');
    expect(steps(await verify(image))).toEqual(['deny', 'trust-store']);
    const theirs = { trustStores: ['ca:theirs.example'] };
    expect(steps(await verify(image, policyFile(theirs)))).toEqual([
      'deny',
      'certificate-identity',
    ]);
    const anybody = { ...theirs, trustedIdentities: ['*'] };
    expect(steps(await verify(image, policyFile(anybody)))).toEqual(['allow', 'verified']);
  });

  it('that has expired is refused, or told by a permissive policy', async () => {
    const image = await push('shop/old', images[0]);
    await sign(image, '--expiry', '1h');
    expect(steps(await verify(image))).toEqual(['allow', 'verified']);
    const later = now() + DAY / 2;
    expect(steps(await verify(image, policyFile(), later))).toEqual(['deny', 'signature-expired']);
    const permissive = await verify(image, policyFile({}, { level: 'permissive' }), later);
    expect(steps(permissive)).toEqual(['allow', 'verified']);
    expect(permissive.proofs[0]?.checked.filter((line) => line.includes('FAILED'))).toHaveLength(1);
    // The test certificate is good for a day.
    const expired = await verify(
      await push('shop/signed', images[0]),
      policyFile(),
      now() + 2 * DAY,
    );
    expect(steps(expired)).toEqual(['deny', 'certificate-expired']);
  });

  it('of another image is refused, and so is one that was changed', async () => {
    const signed = await push('shop/signed', images[0]);
    const envelope = await envelopeOf(signed);
    const other = await push('shop/signed', images[1]);
    await attach(other, envelope);
    expect(steps(await verify(other))).toEqual(['deny', 'payload-digest']);
    const third = await push('shop/signed', images[2]);
    const json = JSON.parse(Buffer.from(envelope).toString('utf8')) as { payload: string };
    const payload = Buffer.from(json.payload, 'base64url').toString('utf8');
    const forged = payload.replace(images[0] ?? '', images[2] ?? '');
    const changed = { ...json, payload: Buffer.from(forged).toString('base64url') };
    await attach(third, Buffer.from(JSON.stringify(changed)));
    expect(steps(await verify(third))).toEqual(['deny', 'bad-signature']);
    const audit = policyFile({}, { level: 'audit' });
    expect(steps(await verify(third, audit))).toEqual(['deny', 'bad-signature']);
  });

  it.skipIf(!openssl)('holds beyond its certificate by a timestamp (needs openssl)', async () => {
    const folder = join(work, 'stamps');
    mkdirSync(folder);
    const authority = makeTimestampAuthority(openssl ?? '', folder);
    const store = join(home, 'truststore', 'x509', 'tsa', 'stamps');
    mkdirSync(store, { recursive: true });
    copyFileSync(authority.root, join(store, 'root.pem'));
    const server = await authority.serve();
    const image = await push('shop/stamped', images[0]);
    // The authority is sure to 1.5 s: a certificate that is younger was perhaps not valid yet.
    await sleep(2600);
    try {
      const by = ['--timestamp-url', server.url, '--timestamp-root-cert', authority.root];
      await sign(image, ...by);
    } finally {
      await server.close();
    }
    const trusting = (level: object = { level: 'strict' }): string =>
      policyFile({ trustStores: ['ca:ours.example', 'tsa:stamps'] }, level);
    const later = now() + 2 * DAY;
    expect(steps(await verify(image, policyFile(), later))).toEqual([
      'deny',
      'certificate-expired',
    ]);
    const found = await verify(image, trusting(), later);
    expect(steps(found)).toEqual(['allow', 'verified']);
    expect(found.proofs[0]?.checked.join()).toContain('CN=stamps');
    expect(Math.abs((found.proofs[0]?.trustedTime ?? 0) - now())).toBeLessThan(DAY / 24);
    // A signature without one is good while its certificate is, where the policy says so.
    const plain = await push('shop/unstamped', images[0]);
    await sign(plain);
    expect(steps(await verify(plain, trusting()))).toEqual(['deny', 'timestamp']);
    const lazily = trusting({ level: 'strict', verifyTimestamp: 'afterCertExpiry' });
    expect(steps(await verify(plain, lazily))).toEqual(['allow', 'verified']);
    expect(steps(await verify(plain, lazily, later))).toEqual(['deny', 'timestamp']);
    // The timestamp of another signature proves nothing of this one.
    const theirs = JSON.parse(Buffer.from(await envelopeOf(image)).toString('utf8')) as object;
    const own = JSON.parse(Buffer.from(await envelopeOf(plain)).toString('utf8')) as object;
    const mixed = { ...own, header: 'header' in theirs ? theirs.header : {} };
    const borrowed = await push('shop/borrowed', images[0]);
    await attach(borrowed, Buffer.from(JSON.stringify(mixed)));
    expect(steps(await verify(borrowed, trusting()))).toEqual(['deny', 'timestamp']);
  });

  it('as COSE cannot be checked, which is said', async () => {
    const image = await push('shop/cose', images[0]);
    await sign(image, '--signature-format', 'cose');
    expect(steps(await verify(image))).toEqual(['undecided', 'unsupported']);
  });

  it('is answered by exit codes of the command', async () => {
    const image = await push('shop/signed', images[0]);
    const command = async (policy: string, of = image): Promise<readonly [number, string]> => {
      const trust = ['--notation-policy', policy, '--notation-trust-store', home];
      const { code, stdout } = await runAssay(['attest', 'verify', of, ...trust]);
      return [code, stdout.split(' ', 2).join(' ')];
    };
    expect(await command(policyFile())).toEqual([0, 'VERIFIED ']);
    const nobody = policyFile({ registryScopes: ['registry.example/other'] });
    expect((await command(nobody))[0]).toBe(2);
    expect((await command(policyFile(), await push('shop/cose', images[0])))[0]).toBe(3);
    const skip = { registryScopes: [image.replace(/@.*/, '')] };
    const nothing = { ...skip, trustStores: [], trustedIdentities: [] };
    expect((await command(policyFile(nothing, { level: 'skip' })))[1]).toContain('SKIPPED');
    const { code, stderr } = await runAssay(['attest', 'verify', image, '--notation-policy', 'x']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('--notation-trust-store')]);
  });

  it('is not verified by a store that is missing, linked or holds a private key', async () => {
    const image = await push('shop/signed', images[0]);
    const missing = policyFile({ trustStores: ['ca:nowhere'] });
    await expect(verify(image, missing)).rejects.toThrow(/nowhere does not exist/);
    const stores = join(home, 'truststore', 'x509', 'ca');
    symlinkSync(join(stores, 'ours.example'), join(stores, 'linked'));
    const linked = policyFile({ trustStores: ['ca:linked'] });
    await expect(verify(image, linked)).rejects.toThrow(/symbolic link/);
    mkdirSync(join(stores, 'secret'));
    const key = readFileSync(join(home, 'localkeys', 'ours.example.key'));
    writeFileSync(join(stores, 'secret', 'key.pem'), key);
    const secret = policyFile({ trustStores: ['ca:secret'] });
    await expect(verify(image, secret)).rejects.toThrow(/has a private key/);
  });

  async function envelopeOf(image: string): Promise<Uint8Array> {
    const [name = '', digest = ''] = image.slice(image.indexOf('/') + 1).split('@');
    const base = `${registry.url}/v2/${name}`;
    const list = await json(`${base}/referrers/${digest}`);
    const manifest = await json(`${base}/manifests/${list.manifests?.[0]?.digest}`);
    const blob = await fetch(`${base}/blobs/${manifest.layers?.[0]?.digest}`);
    return new Uint8Array(await blob.arrayBuffer());
  }

  /** Pushes an envelope as whoever can write to a registry may. */
  async function attach(image: string, envelope: Uint8Array): Promise<void> {
    const [name = '', digest = ''] = image.slice(image.indexOf('/') + 1).split('@');
    const base = `${registry.url}/v2/${name}`;
    const config = await put(base, Buffer.from('{}'));
    const layer = await put(base, envelope);
    const subject = await fetch(`${base}/manifests/${digest}`, { headers: { accept: OCI } });
    const size = (await subject.arrayBuffer()).byteLength;
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI,
      config: { ...config, mediaType: SIGNATURE },
      layers: [{ ...layer, mediaType: 'application/jose+json' }],
      subject: { mediaType: OCI, digest, size },
    });
    const url = `${base}/manifests/${digestOf(Buffer.from(manifest))}`;
    const headers = { 'content-type': OCI };
    expect((await fetch(url, { method: 'PUT', headers, body: manifest })).status).toBe(201);
  }
});

interface Listed {
  readonly manifests?: readonly { readonly digest: string }[];
  readonly layers?: readonly { readonly digest: string }[];
}

async function json(url: string): Promise<Listed> {
  return (await (await fetch(url, { headers: { accept: OCI } })).json()) as Listed;
}

async function put(base: string, bytes: Uint8Array): Promise<{ digest: Digest; size: number }> {
  const digest = digestOf(bytes);
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', begun.url);
  place.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const body = Buffer.from(bytes);
  expect((await fetch(place, { method: 'PUT', headers, body })).status).toBe(201);
  return { digest, size: bytes.length };
}
