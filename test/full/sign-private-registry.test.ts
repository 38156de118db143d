/** Pushing and signing at a stock registry behind TLS of a private authority, and a password. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRegistryClient } from '../../src/remote/registry-client.ts';
import { realProgram } from '../support/real.ts';
import { openSigningWorkbench, type SigningWorkbench } from '../support/signing-workbench.ts';

const registry = realProgram('docker-registry');
const openssl = realProgram('openssl');
const missing = registry === undefined || openssl === undefined;
const USER = 'assay';
const PASSWORD = 'U*U';
/** A published test vector of bcrypt for that password. */
const HASH = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';

let bench: SigningWorkbench;
let server: ChildProcess | undefined;
let host = '';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function writeConfigs(): void {
  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  writeFileSync(bench.file('right.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  const wrong = Buffer.from(`${USER}:wrong`).toString('base64');
  writeFileSync(bench.file('wrong.json'), JSON.stringify({ auths: { [host]: { auth: wrong } } }));
  writeFileSync(bench.file('htpasswd'), `${USER}:${HASH}\n`);
  const tls = { certificate: bench.file('tls.pem'), key: bench.file('tls.key') };
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: bench.file('registry') } },
    http: { addr: host, tls },
    auth: { htpasswd: { realm: 'test', path: bench.file('htpasswd') } },
  };
  writeFileSync(bench.file('config.yml'), JSON.stringify(config));
}

function makeCertificate(): void {
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const files = ['-keyout', bench.file('tls.key'), '-out', bench.file('tls.pem')];
  const args = ['req', '-x509', '-days', '2', ...key, ...subject, ...files];
  execFileSync(openssl ?? '', args, { stdio: 'pipe' });
}

/** An image of one empty config; answers it by digest, once the registry takes it. */
async function pushImage(): Promise<string> {
  const caFiles = new Map([[host, bench.file('tls.pem')]]);
  const client = openRegistryClient({ caFiles, dockerConfig: bench.file('right.json') });
  const repository = { domain: host, path: 'team/app' };
  try {
    const bytes = Buffer.from('{"architecture":"amd64","os":"linux"}');
    const digest = await client.pushBlob(repository, bytes);
    const mediaType = 'application/vnd.oci.image.config.v1+json';
    const config = { mediaType, digest, size: bytes.length };
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [] };
    const document = Buffer.from(JSON.stringify(manifest));
    const push = { repository, tag: '1', bytes: document, mediaType: MANIFEST };
    return `${host}/team/app@${(await client.pushManifest(push)).digest}`;
  } finally {
    await client.close();
  }
}

async function untilListening(): Promise<void> {
  const { connect } = await import('node:net');
  const [address = '', port = ''] = host.split(':');
  for (let tries = 0; tries < 200; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(Number(port), address, () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(50);
  }
}

describe.skipIf(missing)('a private registry (needs docker-registry, openssl)', () => {
  beforeAll(async () => {
    bench = await openSigningWorkbench();
    host = `127.0.0.1:${await freePort()}`;
    mkdirSync(bench.file('registry'));
    makeCertificate();
    writeConfigs();
    server = spawn(registry ?? '', ['serve', bench.file('config.yml')], { stdio: 'ignore' });
    await untilListening();
    await bench.makeKey('ours');
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    if (server?.kill()) await ended;
    await bench?.close();
  });

  it('is signed at and verified from by its own authority and password alone', async () => {
    const named = await pushImage();
    const { assay, file } = bench;
    const ca = ['--registry-ca', `${host}=${file('tls.pem')}`];
    const right = ['--registry-auth', file('right.json')];
    const sign = ['attest', 'sign', named, '--cosign', '--referrer', '--key', file('ours.pem')];
    const signed = await assay([...sign, ...ca, ...right]);
    expect([signed.code, signed.code === 0 ? '' : signed.stderr]).toEqual([0, '']);
    const verify = ['attest', 'verify', named, '--key', file('ours.pub')];
    expect((await assay([...verify, ...ca, ...right])).stdout).toMatch(/^VERIFIED/);
    const refused = await assay([...sign, ...ca, '--registry-auth', file('wrong.json')]);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain("the Docker config's credentials for it were not enough");
    expect(refused.stderr).not.toContain('wrong');
    const unknown = await assay([
      ...sign,
      ...right,
      '--registry-ca',
      `other.example=${file('tls.pem')}`,
    ]);
    expect(unknown.code).toBe(1);
  });
});
