/**
 * Signatures and attestations that real cosign made, in both of its forms, verified from a stock
 * registry; a payload and signature of ours, which real cosign verifies; and what is refused.
 */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../../src/domain/digest.ts';
import { signWithPem } from '../../src/signing/sign-payload.ts';
import { createSimpleSigning } from '../../src/signing/simple-signing.ts';
import { runInProcess } from '../support/assay-in-process.ts';
import { openLayout } from '../support/image-layout.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { base64, sha256 } from '../support/sigstore-services.ts';
import { type StockRegistry, startStockRegistry } from '../support/stock-registry.ts';

const cosign = realProgram('cosign');
const stock = realProgram('docker-registry');
const missing = cosign === undefined || stock === undefined;
const NEEDS = '(needs cosign, docker-registry)';
/** Nothing of ours may reach a log or authority beyond loopback. */
const OFFLINE = [
  '--tlog-upload=false',
  '--use-signing-config=false',
  '--allow-http-registry',
  '-y',
];
const IGNORE_LOG = ['--insecure-ignore-tlog=true', '--allow-http-registry'];

describe('images that cosign signed', () => {
  let work = '';
  let registry: StockRegistry;
  let host = '';
  let image: Digest;

  beforeAll(async () => {
    if (stock === undefined || cosign === undefined) return;
    work = await mkdtemp(join(tmpdir(), 'assay-cosign-'));
    registry = await startStockRegistry(stock);
    host = new URL(registry.url).host;
    const layout = openLayout(join(work, 'layout'));
    image = layout.addImage([]);
    for (const repository of ['classic', 'bundle', 'bare', 'ours']) {
      await pushImage(layout, image, { registry: registry.url, repository, tags: ['1'] });
    }
    await run('generate-key-pair');
    await writeFile(join(work, 'predicate.json'), '{"buildDefinition":{"buildType":"https://b"}}');
  });

  afterAll(async () => {
    if (missing) return;
    await registry.stop();
    await rm(work, { recursive: true, force: true });
  });

  async function run(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, HOME: work, DOCKER_CONFIG: work, COSIGN_PASSWORD: '' };
    const { stdout } = await promisify(execFile)(cosign ?? '', args, { cwd: work, env });
    return stdout;
  }

  async function verify(repository: string, ...more: readonly string[]): Promise<string> {
    const key = more.includes('--key') ? [] : ['--key', join(work, 'cosign.pub')];
    const args = ['attest', 'verify', `${host}/${repository}@${image}`, '--attached', ...key];
    const { code, stdout, stderr } = await runInProcess([...args, ...more], join(work, 'data'));
    return `${code} ${stdout}${stderr}`;
  }

  it.skipIf(missing).each([
    ['classic', 'signature-tag'],
    ['bundle', 'fallback-tag'],
  ])(`verify, as %s ${NEEDS}`, async (repository, location) => {
    const form = `--new-bundle-format=${repository === 'bundle'}`;
    const named = `${host}/${repository}@${image}`;
    await run('sign', '--key', 'cosign.key', form, ...OFFLINE, '-a', 'env=prod', named);
    const about = ['--predicate', 'predicate.json', '--type', 'slsaprovenance1'];
    await run('attest', '--key', 'cosign.key', form, ...about, ...OFFLINE, named);
    expect(await verify(repository, '--annotation', 'env=prod')).toContain(`+ ${location}`);
    expect(await verify(repository, '--type', 'slsaprovenance1')).toMatch(/^0 VERIFIED/);
    const slsa = ['--type', 'slsaprovenance1', '--build-type'];
    expect(await verify(repository, ...slsa, 'https://b')).toMatch(/^0 VERIFIED/);
    expect(await verify(repository, ...slsa, 'https://c')).toContain('[provenance]');
    expect(await verify(repository, '--annotation', 'env=test')).toMatch(/^2 NOT VERIFIED/);
    expect(await verify(repository, '--type', 'cyclonedx')).toMatch(/^2 NOT VERIFIED/);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = join(work, 'other.pub');
    await writeFile(other, publicKey.export({ type: 'spki', format: 'pem' }));
    expect(await verify(repository, '--key', other)).toContain('[bad-signature]');
  });

  it.skipIf(missing)(`nothing is attached to an unsigned image ${NEEDS}`, async () => {
    expect(await verify('bare')).toMatch(/^2 NOT VERIFIED/);
    const tree = ['attest', 'tree', `${host}/bare:1`];
    expect(await runInProcess(tree, join(work, 'data'))).toMatchObject({ code: 0 });
  });

  it.skipIf(missing)(`a signature of ours verifies with cosign ${NEEDS}`, async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const text = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const payload = createSimpleSigning({ name: `${host}/ours`, digest: image });
    const { signature } = signWithPem(payload, { text }, 'ECDSA_P256_SHA256');
    await pushSignature(`${registry.url}/v2/ours`, image, { payload, signature });
    const key = join(work, 'ours.pub');
    await writeFile(key, publicKey.export({ type: 'spki', format: 'pem' }));
    const named = `${host}/ours@${image}`;
    const said = await run('verify', '--key', key, ...IGNORE_LOG, named);
    expect(said).toContain(image);
    expect(await verify('ours', '--key', key)).toMatch(/^0 VERIFIED/);
  });
});

interface SignedPayload {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** Puts a signature where cosign looks for it. */
async function pushSignature(
  base: string,
  image: Digest,
  { payload, signature }: SignedPayload,
): Promise<void> {
  const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
  const annotations = { 'dev.cosignproject.cosign/signature': base64(signature) };
  const diffIds = [`sha256:${sha256(payload)}`];
  const rootfs = { type: 'layers', diff_ids: diffIds };
  const config = Buffer.from(JSON.stringify({ architecture: '', os: '', config: {}, rootfs }));
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...(await pushBytes(base, config)),
    },
    layers: [{ mediaType, ...(await pushBytes(base, payload)), annotations }],
  };
  const headers = { 'content-type': manifest.mediaType };
  const body = JSON.stringify(manifest);
  const tag = `${image.replace(':', '-')}.sig`;
  await fetch(`${base}/manifests/${tag}`, { method: 'PUT', headers, body });
}

async function pushBytes(
  base: string,
  bytes: Uint8Array,
): Promise<{ readonly digest: Digest; readonly size: number }> {
  const digest = parseDigest(`sha256:${sha256(bytes)}`);
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', begun.url);
  place.searchParams.set('digest', digest);
  await fetch(place, { method: 'PUT', body: Buffer.from(bytes) });
  return { digest, size: bytes.length };
}
