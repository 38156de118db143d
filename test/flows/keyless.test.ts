/**
 * Keyless signing as it is done: real cosign gets a certificate, a timestamp and a log entry of a
 * test's own authority and signs; `assay attest verify` judges what it left by the trust root, and
 * real cosign judges what the test made. Nothing is called beyond loopback.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import { openRepository, type PutDescriptor } from '../support/attached-repository.ts';
import { signatureLayer } from '../support/cosign-artifacts.ts';
import { realProgram } from '../support/real.ts';
import {
  identityToken,
  type SigstoreServer,
  startSigstoreServer,
} from '../support/sigstore-server.ts';
import { type SigstoreServices, startSigstore } from '../support/sigstore-services.ts';
import { type StockRegistry, startStockRegistry } from '../support/stock-registry.ts';

const cosign = realProgram('cosign');
const stock = realProgram('docker-registry');
const missing = cosign === undefined || stock === undefined;
const NEEDS = '(needs cosign, docker-registry)';
const SUBJECT = 'https://ci.test/shop/app';
const ISSUER = 'https://accounts.test';

describe.skipIf(missing)(`keyless ${NEEDS}`, () => {
  let work = '';
  let registry: StockRegistry;
  let services: SigstoreServices;
  let server: SigstoreServer;
  let image: PutDescriptor;
  let count = 0;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'assay-keyless-'));
    registry = await startStockRegistry(stock ?? '');
    // A part of a second that DER writes with two decimals.
    services = await startSigstore(120);
    server = await startSigstoreServer(services);
    await writeFile(join(work, 'root.json'), services.trustedRoot);
    await writeFile(join(work, 'other.json'), (await startSigstore()).trustedRoot);
    await writeFile(join(work, 'signing.json'), server.signingConfig);
    await writeFile(join(work, 'predicate.json'), '{"buildDefinition":{"buildType":"https://b"}}');
  });

  afterAll(async () => {
    await server.stop();
    await registry.stop();
    await rm(work, { recursive: true, force: true });
  });

  /** A repository with an image that nobody signed yet. */
  async function fresh(): Promise<string> {
    count += 1;
    image = await openRepository(registry.url, `app${count}`).putImage(`image ${count}`, 'amd64');
    return `${new URL(registry.url).host}/app${count}@${image.digest}`;
  }

  async function run(...args: readonly string[]): Promise<string> {
    const env = { ...process.env, HOME: work, DOCKER_CONFIG: work };
    const { stdout } = await promisify(execFile)(cosign ?? '', args, { cwd: work, env });
    return stdout;
  }

  const sign = (verb: readonly string[], named: string): Promise<string> =>
    run(
      ...verb,
      '--signing-config',
      'signing.json',
      '--trusted-root',
      'root.json',
      '--identity-token',
      identityToken(SUBJECT, ISSUER),
      '--allow-http-registry',
      '-y',
      named,
    );

  const byCosign = (named: string, root = 'root.json'): Promise<string> =>
    run(
      'verify',
      '--trusted-root',
      root,
      '--allow-http-registry',
      '--certificate-identity',
      SUBJECT,
      '--certificate-oidc-issuer',
      ISSUER,
      named,
    );

  async function verify(
    named: string,
    given: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    const options = {
      'trust-root': join(work, 'root.json'),
      'certificate-identity': SUBJECT,
      'certificate-oidc-issuer': ISSUER,
      ...given,
    };
    const flags = Object.entries(options).flatMap(([name, value]) =>
      value === '' ? [] : [`--${name}`, value],
    );
    const args = ['attest', 'verify', named, ...flags];
    const { code, stdout, stderr } = await runInProcess(args, join(work, 'data'));
    return `${code} ${stdout}${stderr}`;
  }

  it('verifies what cosign signed, for whom the certificate names alone', async () => {
    const named = await fresh();
    await sign(['sign'], named);
    expect(server.asked).toEqual([
      '/api/v2/signingCert',
      '/api/v1/timestamp',
      '/api/v1/log/entries',
    ]);
    const proven = await verify(named);
    expect(proven).toMatch(/^0 VERIFIED/);
    expect(proven).toContain(`verified, signed by ${SUBJECT}`);
    expect(proven).toContain('1 signed timestamps are of it');
    expect(await byCosign(named)).toContain(image.digest);
    const pattern = {
      'certificate-identity': '',
      'certificate-identity-regexp': 'https://ci[.]test/shop/.*',
    };
    expect(await verify(named, pattern)).toMatch(/^0 VERIFIED/);
    const part = { ...pattern, 'certificate-identity-regexp': 'https://ci[.]test' };
    expect(await verify(named, part)).toContain('[certificate-identity]');
    const stranger = await verify(named, { 'certificate-identity': `${SUBJECT}2` });
    expect(stranger).toMatch(/^2 NOT VERIFIED[^]*\[certificate-identity\]/);
    const issuer = await verify(named, { 'certificate-oidc-issuer': 'https://evil.test' });
    expect(issuer).toMatch(/^2 NOT VERIFIED[^]*\[certificate-identity\]/);
  });

  it('believes no other authorities than those of the trust root, as cosign', async () => {
    const named = await fresh();
    await sign(['sign'], named);
    expect(await verify(named, { 'trust-root': join(work, 'other.json') })).toMatch(/^2 NOT/);
    await expect(byCosign(named, 'other.json')).rejects.toThrow(/verif/);
  });

  it('verifies an attestation, and what it says of the build', async () => {
    const named = await fresh();
    await sign(['attest', '--predicate', 'predicate.json', '--type', 'slsaprovenance1'], named);
    const asked = { type: 'slsaprovenance1', 'build-type': 'https://b' };
    expect(await verify(named, asked)).toMatch(/^0 VERIFIED/);
    expect(await verify(named, { ...asked, 'build-type': 'https://c' })).toContain('[provenance]');
    expect(await verify(named, { type: 'cyclonedx' })).toMatch(/^2 NOT VERIFIED/);
  });

  it('judges what a test made in the classic form as cosign does', async () => {
    const named = await fresh();
    const repository = openRepository(registry.url, `app${count}`);
    const signer = await services.issue({ subject: SUBJECT, issuer: ISSUER });
    const layer = await signatureLayer({ signer, digest: image.digest, services });
    await repository.putLayers(image.digest, 'sig', [layer]);
    expect(await verify(named)).toMatch(/^0 VERIFIED/);
    expect(await byCosign(named)).toContain(image.digest);
    const unlogged = await fresh();
    const bare = await signatureLayer({ signer, digest: image.digest });
    await openRepository(registry.url, `app${count}`).putLayers(image.digest, 'sig', [bare]);
    expect(await verify(unlogged)).toMatch(/^2 NOT VERIFIED/);
    await expect(byCosign(unlogged)).rejects.toThrow(/verif|bundle|log/);
  });

  it('verifies by the root that `cosign trusted-root create` makes of the same services', async () => {
    const { authority, log, certificateLog, stamps } = services.pems;
    await writeFile(join(work, 'fulcio.pem'), authority);
    await writeFile(join(work, 'rekor.pub'), log);
    await writeFile(join(work, 'ctfe.pub'), certificateLog);
    await writeFile(join(work, 'tsa.pem'), stamps);
    const since = 'start-time=2024-01-01T00:00:00Z';
    await run(
      'trusted-root',
      'create',
      '--out',
      'made.json',
      '--fulcio',
      'url=https://fulcio.test,certificate-chain=fulcio.pem',
      '--rekor',
      `url=https://rekor.test,public-key=rekor.pub,${since}`,
      '--ctfe',
      `url=https://ctfe.test,public-key=ctfe.pub,${since}`,
      '--tsa',
      'url=https://tsa.test/api/v1/timestamp,certificate-chain=tsa.pem',
    );
    const named = await fresh();
    await sign(['sign'], named);
    expect(await verify(named, { 'trust-root': join(work, 'made.json') })).toMatch(/^0 VERIFIED/);
  });
});
