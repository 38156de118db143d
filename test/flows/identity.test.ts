/**
 * Who somebody is to a running server: tokens of an issuer, certificates of an authority, and what
 * those hear who are nobody, or may not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as startRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { Client, credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type CertificatePair,
  makeAuthority,
  makeServerCertificate,
} from '../../src/server/make-certificates.ts';
import type { AssayServer } from '../support/assay-server.ts';
import { startAssay, valueAt } from '../support/assay-server.ts';
import { makeClientCertificate } from '../support/client-certificate.ts';
import type { SigningKey, TestIssuer } from '../support/loopback-issuer.ts';
import { makeSigningKey, signToken, startIssuer } from '../support/loopback-issuer.ts';

const NOTES = '/v1/projects/shop/notes';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'assay-who-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('over HTTP', () => {
  let server: AssayServer;
  let issuer: TestIssuer;
  let key: SigningKey;

  beforeAll(async () => {
    key = await makeSigningKey('k');
    issuer = await startIssuer([key]);
    const grants = [{ members: ['user:ada@example.com'], roles: ['viewer'], projects: ['shop'] }];
    const file = write('identity.yaml', JSON.stringify({ grants }));
    const flags = ['--oidc-issuer', issuer.url, '--oidc-audience', 'assay'];
    const more = ['--oidc-member', 'user:{email}', '--identity-file', file];
    server = await startAssay({ args: [...flags, ...more, '--project', 'shop'] });
  });
  afterAll(async () => {
    await server?.stop();
    await issuer?.close();
  });

  const tokenOf = (email: string, more: object = {}) =>
    signToken(key, {
      iss: issuer.url,
      aud: 'assay',
      sub: '1',
      email,
      email_verified: true,
      ...more,
    });

  it('a token of the issuer reads what its member may', async () => {
    const token = await tokenOf('ada@example.com');
    expect(await server.call(NOTES, { token })).toMatchObject({ status: 200 });
  });

  it('who may not hears which permission is missing, where, and how to get it', async () => {
    const ada = await tokenOf('ada@example.com');
    const note = { attestation: { hint: { humanReadableName: 'n' } } };
    const writing = await server.call(`${NOTES}?noteId=n`, { token: ada, body: note });
    expect(writing.status).toBe(403);
    expect(valueAt(writing.json, 'error.message')).toBe(
      'user:ada@example.com lacks permission containeranalysis.notes.create on project shop; it ' +
        'needs the role editor or roles/containeranalysis.notes.editor there, and has viewer on ' +
        'project shop',
    );
    const eve = await server.call(`${NOTES}/n`, { token: await tokenOf('eve@example.com') });
    expect(eve.status).toBe(403);
    expect(valueAt(eve.json, 'error.message')).toMatch(
      /containeranalysis.notes.get on projects\/shop\/notes\/n; .* in the IAM policy of projects/,
    );
  });

  it.each<[string, () => Promise<string> | string, RegExp, string]>([
    ['no token', () => '', /no bearer token/, 'Bearer realm="assay"'],
    ['a token of nobody', () => 'abc', /not known here/, 'error="invalid_token"'],
    [
      'a token for others',
      () => tokenOf('ada@example.com', { aud: 'vault' }),
      /claim aud is not for assay/,
      'error="invalid_token"',
    ],
    [
      'a token of another issuer',
      () => tokenOf('ada@example.com', { iss: 'https://evil.example' }),
      /is not believed here/,
      'error="invalid_token"',
    ],
    [
      'a forged token',
      async () => signToken(await makeSigningKey('k'), { iss: issuer.url, aud: 'assay', sub: '1' }),
      /its signature is not of its issuer/,
      'error="invalid_token"',
    ],
  ])('with %s is nobody', async (_what, make, why, challenge) => {
    const answer = await server.call(NOTES, { token: await make() });
    expect(answer.status).toBe(401);
    expect(valueAt(answer.json, 'error.message')).toMatch(why);
    expect(answer.headers.get('www-authenticate')).toContain(challenge);
  });

  it('a binding on one note opens that note to a member without any role', async () => {
    const note = { attestation: { hint: { humanReadableName: 'open' } } };
    await server.call(`${NOTES}?noteId=open`, { body: note });
    const member = 'user:eve@example.com';
    const bindings = [{ role: 'roles/containeranalysis.notes.viewer', members: [member] }];
    const body = { policy: { bindings } };
    expect(await server.call(`${NOTES}/open:setIamPolicy`, { body })).toMatchObject({
      status: 200,
    });
    const token = await tokenOf('eve@example.com');
    expect(await server.call(`${NOTES}/open`, { token })).toMatchObject({ status: 200 });
    const permissions = ['containeranalysis.notes.get', 'containeranalysis.notes.delete'];
    const test = { token, body: { permissions } };
    expect((await server.call(`${NOTES}/open:testIamPermissions`, test)).json).toEqual({
      permissions: [permissions[0]],
    });
  });

  it('a changed file counts without a restart; a broken one changes nothing', async () => {
    const grant = (email: string) => {
      const grants = [{ members: [`user:${email}`], roles: ['viewer'], projects: ['shop'] }];
      return JSON.stringify({ grants });
    };
    const [ada, bob] = ['ada@example.com', 'bob@example.com'];
    const status = async (email: string) =>
      (await server.call(NOTES, { token: await tokenOf(email) })).status;
    const patience = { timeout: 10_000, interval: 200 };
    write('identity.yaml', grant(bob));
    await vi.waitFor(async () => expect(await status(bob)).toBe(200), patience);
    expect(await status(ada)).toBe(403);
    write('identity.yaml', '{');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await status(bob)).toBe(200);
    write('identity.yaml', grant(ada));
    await vi.waitFor(async () => expect(await status(ada)).toBe(200), patience);
    expect(await status(bob)).toBe(403);
  });

  it('a token of ours may be of several roles of Google’s', async () => {
    const roles = [
      'roles/containeranalysis.notes.viewer',
      'roles/binaryauthorization.policyViewer',
    ];
    const body = { roles, name: 't', lifetime: 3_600_000_000, project: 'shop' };
    const made = await server.call('/api/v1/tokens', { body });
    const token = String(valueAt(made.json, 'result.secret'));
    const status = async (path: string) => (await server.call(path, { token })).status;
    expect(await Promise.all([NOTES, '/v1/projects/shop/policy'].map(status))).toEqual([200, 200]);
    expect(await status('/v1/projects/shop/attestors')).toBe(403);
  });
});

describe('over TLS', () => {
  let server: AssayServer;
  let authority: CertificatePair;
  let stranger: CertificatePair;

  beforeAll(async () => {
    [authority, stranger] = await Promise.all([
      makeAuthority(Date.now()),
      makeAuthority(Date.now(), 'another authority'),
    ]);
    const own = await makeServerCertificate(authority, ['127.0.0.1'], Date.now());
    const grants = [
      {
        members: ['principal://assay/certificates/subject/ci'],
        roles: ['viewer'],
        projects: ['shop'],
      },
    ];
    const args = [
      '--tls-cert',
      write('tls.pem', own.certificate),
      '--tls-key',
      write('tls.key', own.key),
    ];
    const ca = ['--client-ca', write('ca.pem', authority.certificate)];
    const file = ['--identity-file', write('certificates.yaml', JSON.stringify({ grants }))];
    server = await startAssay({ args: [...args, ...ca, ...file, '--project', 'shop'] });
  });
  afterAll(() => server?.stop());

  it.each<[string, () => Promise<CertificatePair | undefined>, number, RegExp]>([
    [
      'a certificate with a grant',
      () => makeClientCertificate(authority, { subject: 'CN=ci' }),
      200,
      /^\{/,
    ],
    [
      'a certificate without',
      () => makeClientCertificate(authority, { subject: 'CN=eve' }),
      403,
      /principal:\/\/assay\/certificates\/subject\/eve lacks permission/,
    ],
    [
      'a certificate of another authority',
      () => makeClientCertificate(stranger, { subject: 'CN=ci' }),
      401,
      /no client certificate of an authority that is known here/,
    ],
    [
      'an expired certificate',
      () =>
        makeClientCertificate(authority, {
          subject: 'CN=ci',
          notAfter: new Date(Date.now() - 1000),
        }),
      401,
      /no client certificate/,
    ],
    [
      'a certificate with two names',
      () => makeClientCertificate(authority, { subject: 'CN=ci, CN=admin' }),
      401,
      /names nobody, or more than one/,
    ],
    ['none', async () => undefined, 401, /no bearer token/],
  ])('%s: %s', async (_what, make, status, message) => {
    const client = await make();
    const answer = await get(server.http, authority.certificate, client);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).toMatch(message);
    const overGrpc = await listByGrpc(server.grpc, authority.certificate, client);
    expect(overGrpc).toMatch(status === 200 ? /^answered$/ : message);
  });

  it('a certificate of a forged authority of the same name opens nothing', async () => {
    const forged = await makeAuthority(Date.now());
    const client = await makeClientCertificate(forged, { subject: 'CN=ci' });
    // The connection may end before an answer: what counts is that there is none.
    const answer = get(server.http, authority.certificate, client).catch(() => ({ status: 401 }));
    expect((await answer).status).toBe(401);
    expect(await listByGrpc(server.grpc, authority.certificate, client)).not.toBe('answered');
  });
});

/** Lists notes over gRPC; answers the error's words, or that it was answered. */
async function listByGrpc(
  address: string,
  ca: string,
  client: CertificatePair | undefined,
): Promise<string> {
  const [root, key, chain] = [ca, client?.key, client?.certificate].map((pem) =>
    pem === undefined ? null : Buffer.from(pem),
  );
  const stub = new Client(address, credentials.createSsl(root, key, chain));
  const same = (value: Buffer): Buffer => value;
  const request = Buffer.from('\n\rprojects/shop', 'latin1');
  const path = '/grafeas.v1.Grafeas/ListNotes';
  const told = await new Promise<string>((resolve) => {
    stub.makeUnaryRequest(path, same, same, request, (error) =>
      resolve(error === null ? 'answered' : error.details),
    );
  });
  stub.close();
  return told;
}

async function get(
  http: string,
  ca: string,
  client: CertificatePair | undefined,
): Promise<{ readonly status: number; readonly json: unknown }> {
  const shown = client === undefined ? {} : { cert: client.certificate, key: client.key };
  const request = startRequest(http + NOTES, { ca, agent: false, ...shown });
  const answered = new Promise<{ status: number; json: unknown }>((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      json(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, json: body }),
        reject,
      );
    });
  });
  request.end();
  return answered;
}
