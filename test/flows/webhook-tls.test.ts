/** The webhook's TLS: own certificates, given ones that change, and who may ask. */
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type CertificatePair,
  makeAuthority,
  makeServerCertificate,
} from '../../src/server/make-certificates.ts';
import { runAssay } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay, valueAt } from '../support/assay-server.ts';
import { makeClientCertificate } from '../support/client-certificate.ts';
import { type WebhookAnswer, type WebhookTarget, askWebhook } from '../support/webhook-client.ts';

const SILENT = ['--log-level', 'silent'];
const HOSTS = ['localhost', '127.0.0.1'];
const BODY = JSON.stringify(imageReview(['a.example/b']));

function ask(target: WebhookTarget, headers: Record<string, string> = {}): Promise<WebhookAnswer> {
  return askWebhook(target, { body: BODY, headers });
}

const ALLOWED = { http: 200, json: { kind: 'ImageReview', status: { allowed: true } } };
const DENIED = { http: 200, json: { kind: 'ImageReview', status: { allowed: false } } };

/** The certificate that a new connection is shown. */
async function shownCertificate({ webhook }: { readonly webhook: string }): Promise<string> {
  const port = Number(new URL(webhook).port);
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate()?.toString() ?? '';
  socket.destroy();
  return certificate;
}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('own certificates', () => {
  const data = mkdtempSync(join(tmpdir(), 'assay-tls-'));
  let server: AssayServer;
  beforeAll(async () => {
    server = await startAssay({ data, args: [...SILENT, '--webhook-host', 'assay.kube-system'] });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(data, { recursive: true });
  });

  it('keeps keys from everybody else', () => {
    const modes = ['', 'tls', 'tls/ca.key', 'tls/server.key', 'admin-token'].map((path) =>
      modeOf(join(data, path)),
    );
    expect(modes).toEqual(['700', '700', '600', '600', '600']);
  });

  it('has a certificate for loopback and for the names that were given', async () => {
    const certificate = new X509Certificate(await shownCertificate(server));
    for (const host of ['localhost', 'assay.kube-system']) {
      expect(certificate.checkHost(host)).toBe(host);
    }
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('::1')).toBeDefined();
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.verify(new X509Certificate(server.ca ?? '').publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
  });

  it('is trusted by its own authority only, and speaks TLS 1.2 or newer', async () => {
    expect(await ask(server)).toMatchObject(ALLOWED);
    const foreign = (await makeAuthority(Date.now())).certificate;
    await expect(ask({ ...server, ca: foreign })).rejects.toThrow(/certificate|signature/);
    const port = Number(new URL(server.webhook).port);
    const old = connect({ port, ca: server.ca, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
    await expect(once(old, 'secureConnect')).rejects.toThrow(/protocol|version|alert/i);
  });

  it('keeps its authority over a restart, and takes a further name into its certificate', async () => {
    const { ca } = server;
    await server.stop();
    // As a renewal leaves it that died between its two files.
    const stray = await makeAuthority(Date.now());
    writeFileSync(join(data, 'tls/server.key'), stray.key);
    const hosts = ['assay.kube-system', 'assay.example'].flatMap((name) => [
      '--webhook-host',
      name,
    ]);
    server = await startAssay({ data, args: [...SILENT, ...hosts] });
    expect(server.ca).toBe(ca);
    const certificate = new X509Certificate(await shownCertificate(server));
    expect(certificate.checkHost('assay.example')).toBe('assay.example');
  });
});

describe('given certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-certs-'));
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  let authority: CertificatePair;
  let server: AssayServer;

  async function writePair(): Promise<string> {
    const pair = await makeServerCertificate(authority, HOSTS, Date.now());
    writeFileSync(`${key}.new`, pair.key, { mode: 0o600 });
    writeFileSync(`${cert}.new`, pair.certificate);
    renameSync(`${key}.new`, key);
    renameSync(`${cert}.new`, cert);
    return pair.certificate;
  }

  beforeAll(async () => {
    authority = await makeAuthority(Date.now());
    await writePair();
    server = await startAssay({
      args: [...SILENT, '--webhook-cert', cert, '--webhook-key', key],
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const target = (): WebhookTarget => ({
    webhook: server.webhook,
    ca: authority.certificate,
  });

  it('are taken into use when they change; open connections go on', async () => {
    expect(await ask(target())).toMatchObject(ALLOWED);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.certificate });
    const askOn = async (): Promise<boolean> => {
      const asked = request(`${server.webhook}/image_policy`, { method: 'POST', agent });
      asked.end(BODY);
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      await text(response);
      return asked.reusedSocket;
    };
    expect(await askOn()).toBe(false);
    const next = new X509Certificate(await writePair()).fingerprint256;
    const shown = async (): Promise<string> =>
      new X509Certificate(await shownCertificate(server)).fingerprint256;
    await expect.poll(shown, { timeout: 15_000, interval: 200 }).toBe(next);
    expect(await askOn()).toBe(true);
    expect(await ask(target())).toMatchObject(ALLOWED);
    agent.destroy();
  });

  it('stay in use while the files are broken, and change once they are whole again', async () => {
    const before = new X509Certificate(await shownCertificate(server)).fingerprint256;
    writeFileSync(cert, 'this is no certificate');
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(await ask(target())).toMatchObject(ALLOWED);
    unlinkSync(cert);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(await ask(target())).toMatchObject(ALLOWED);
    const shown = async (): Promise<string> =>
      new X509Certificate(await shownCertificate(server)).fingerprint256;
    expect(await shown()).toBe(before);
    // A certificate whose key comes later: both readings in between are of no matching pair.
    const pair = await makeServerCertificate(authority, HOSTS, Date.now());
    writeFileSync(cert, pair.certificate);
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(await ask(target())).toMatchObject(ALLOWED);
    writeFileSync(key, pair.key);
    const next = new X509Certificate(pair.certificate).fingerprint256;
    await expect.poll(shown, { timeout: 15_000, interval: 200 }).toBe(next);
  });
});

describe('clients’ certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-clients-'));
  const file = (name: string): string => join(folder, name);
  let authority: CertificatePair;
  let right: CertificatePair;
  let server: AssayServer;
  let token: string;

  beforeAll(async () => {
    authority = await makeAuthority(Date.now());
    const own = await makeServerCertificate(authority, HOSTS, Date.now());
    right = await makeClientCertificate(authority);
    writeFileSync(file('tls.crt'), own.certificate);
    writeFileSync(file('tls.key'), own.key, { mode: 0o600 });
    writeFileSync(file('ca.crt'), authority.certificate);
    const flags = { cert: 'tls.crt', key: 'tls.key', 'client-ca': 'ca.crt' };
    const args = Object.entries(flags).flatMap(([flag, name]) => [`--webhook-${flag}`, file(name)]);
    server = await startAssay({ args: [...SILENT, ...args] });
    await server.call('/api/v1/projects', { body: { project: 'shop' } });
    const made = await server.call('/api/v1/tokens', {
      body: { role: 'agent', name: 'cluster', lifetime: 3_600_000_000, project: 'shop' },
    });
    token = String(valueAt(made.json, 'result.secret'));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const target = (client?: CertificatePair): WebhookTarget => ({
    webhook: server.webhook,
    ca: authority.certificate,
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });

  it('the right one is answered', async () => {
    expect(await ask(target(right))).toMatchObject(ALLOWED);
  });

  it('none is denied, with what is needed', async () => {
    const answer = await ask(target());
    expect(answer).toMatchObject(DENIED);
    expect(answer.json.status?.reason).toContain('client certificate');
  });

  it.each([
    ['a foreign authority', async () => makeClientCertificate(await makeAuthority(Date.now()))],
    [
      'an expired one',
      () => makeClientCertificate(authority, { notAfter: new Date(Date.now() - 1000) }),
    ],
    [
      'one of the future',
      () => makeClientCertificate(authority, { notBefore: new Date(Date.now() + 3_600_000) }),
    ],
    ['a server’s', () => makeServerCertificate(authority, ['api-server'], Date.now())],
    [
      'one by a server that plays authority',
      async () => {
        const fake = await makeServerCertificate(authority, ['api-server'], Date.now());
        const leaf = await makeClientCertificate(fake);
        return { ...leaf, certificate: `${leaf.certificate}\n${fake.certificate}` };
      },
    ],
  ])('%s is denied', async (_name, make) => {
    expect(await ask(target(await make()))).toMatchObject(DENIED);
  });

  it('a token stands in for it, for its own project only', async () => {
    const headers = { authorization: `Bearer ${token}` };
    expect(await ask(target(), headers)).toMatchObject(DENIED);
    const cluster = { cluster: 'eu.prod' };
    await server.call('/api/v1/projects/shop/clusters', { body: cluster });
    const path = '/webhook/image-review/projects/shop/clusters/eu.prod';
    expect(await askWebhook(target(), { path, body: BODY, headers })).toMatchObject(ALLOWED);
  });

  it('another authority takes the old one’s place', async () => {
    const next = await makeAuthority(Date.now());
    const client = await makeClientCertificate(next);
    expect(await ask(target(client))).toMatchObject(DENIED);
    writeFileSync(file('ca.crt'), next.certificate);
    const answered = async (): Promise<unknown> => (await ask(target(client))).json.status?.allowed;
    await expect.poll(answered, { timeout: 15_000, interval: 200 }).toBe(true);
    expect(await ask(target(right))).toMatchObject(DENIED);
    right = client;
  });

  it.each(['Bearer wrong', 'Bearer', 'Basic YTpi', ''])(
    'authorization %j is denied, also with the right certificate',
    async (authorization) => {
      expect(await ask(target(right), { authorization })).toMatchObject(DENIED);
    },
  );
});

describe('beyond loopback', () => {
  const data = join(tmpdir(), 'assay-never-made');

  it.each([
    [['--webhook', '0.0.0.0:0'], '--webhook-client-ca'],
    [['--webhook', '[::]:0'], '--webhook-client-ca'],
    [['--webhook', '127.0.0.1.example.com:0'], '--webhook-client-ca'],
    [['--webhook', '0.0.0.0:0', '--webhook-cert', 'a', '--webhook-key', 'b'], 'client-ca'],
    [['--http', '0.0.0.0:0'], '--tls-cert'],
    [['--http', '[::]:0'], '--tls-cert'],
    [
      ['--http', '0.0.0.0:0', '--tls-cert', 'a', '--tls-key', 'b', '--anonymous-role', 'viewer'],
      '--anonymous-role',
    ],
  ])('%j is refused before anything is made', async (flags, wanted) => {
    const args = [
      '--http',
      '127.0.0.1:0',
      '--webhook',
      '127.0.0.1:0',
      '--grpc',
      '127.0.0.1:0',
      ...flags,
      '--data',
      data,
    ];
    const ended = await runAssay(['serve', ...args]);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(wanted);
    expect(() => statSync(data)).toThrow('ENOENT');
  });
});

describe('own certificates with clients’ certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-own-clients-'));
  let authority: CertificatePair;
  let server: AssayServer;

  beforeAll(async () => {
    authority = await makeAuthority(Date.now());
    writeFileSync(join(folder, 'ca.crt'), authority.certificate);
    server = await startAssay({ args: [...SILENT, '--webhook-client-ca', join(folder, 'ca.crt')] });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('asks for a client’s certificate although its own was made here', async () => {
    const ca = readFileSync(join(server.data, 'tls/ca.pem'), 'utf8');
    const target = { webhook: server.webhook, ca };
    expect(await ask(target)).toMatchObject(DENIED);
    const { certificate: cert, key } = await makeClientCertificate(authority);
    expect(await ask({ ...target, cert, key })).toMatchObject(ALLOWED);
  });
});
