/**
 * Service accounts of a real Kubernetes API server as callers: bound tokens that kubectl makes, by
 * the keys that the API server publishes.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { makeSigningKey, signToken } from '../support/loopback-issuer.ts';
import { testData } from '../support/test-data.ts';

const tools = testData('tools', 'kube');
const programs = resolve('.cache/kube');
const AUDIENCE = 'assay.example.com';
const NOTES = '/v1/projects/shop/notes';

function unpack(): boolean {
  if (tools === undefined) return false;
  if (!existsSync(join(programs, 'bin/etcd'))) {
    spawnSync('bash', [join(tools, 'kube-unpack.sh'), programs], { stdio: 'ignore' });
  }
  return existsSync(join(programs, 'bin/etcd'));
}

describe.skipIf(!unpack())('service accounts (needs kube-apiserver)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-accounts-'));
  const instance = join(folder, 'instance');
  let assay: AssayServer;
  let kubeconfig = '';
  let issuer = '';

  function kubectl(...args: readonly string[]): string {
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    return execFileSync(join(programs, 'bin/kubectl'), args, { env, encoding: 'utf8' }).trim();
  }

  /** What `kubectl create token` asks for, also by a kubectl that is older than it. */
  function tokenFor(account: string, audiences: readonly string[] = []): string {
    const file = join(folder, 'request.json');
    const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest' };
    writeFileSync(file, JSON.stringify({ ...kind, spec: { audiences } }));
    const path = `/api/v1/namespaces/build/serviceaccounts/${account}/token`;
    const made: unknown = JSON.parse(kubectl('create', '--raw', path, '-f', file));
    return String(valueAt(made, 'status.token'));
  }

  beforeAll(async () => {
    const up = execFileSync(
      'bash',
      [join(tools ?? '', 'kube-up.sh'), instance, '--bin', join(programs, 'bin')],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    kubeconfig = /^KUBECONFIG=(.*)$/m.exec(up)?.[1] ?? '';
    kubectl('create', 'namespace', 'build');
    for (const account of ['ci', 'other']) {
      kubectl('create', 'serviceaccount', account, '--namespace', 'build');
    }
    const discovery = kubectl('get', '--raw', '/.well-known/openid-configuration');
    issuer = String(valueAt(JSON.parse(discovery), 'issuer'));
    writeFileSync(join(folder, 'keys.json'), kubectl('get', '--raw', '/openid/v1/jwks'));
    const cluster = { name: 'prod.svc.id.goog', issuer, audience: AUDIENCE, kubernetes: true };
    const member = 'serviceAccount:prod.svc.id.goog[build/ci]';
    const identity = {
      issuers: [{ ...cluster, jwksFile: 'keys.json' }],
      grants: [{ members: [member], roles: ['viewer'], projects: ['shop'] }],
    };
    writeFileSync(join(folder, 'identity.yaml'), JSON.stringify(identity));
    const args = ['--identity-file', join(folder, 'identity.yaml'), '--project', 'shop'];
    assay = await startAssay({ args });
  }, 120_000);

  afterAll(async () => {
    spawnSync('bash', [join(tools ?? '', 'kube-down.sh'), instance], { stdio: 'ignore' });
    await assay?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each<[string, () => string | Promise<string>, number, RegExp]>([
    ['with a grant reads', () => tokenFor('ci', [AUDIENCE]), 200, /^\{/],
    [
      'without is known by name, and refused',
      () => tokenFor('other', [AUDIENCE]),
      403,
      /serviceAccount:prod\.svc\.id\.goog\[build\/other\] lacks permission/,
    ],
    ['of the API server’s own audience is nobody', () => tokenFor('ci'), 401, /claim aud is not/],
    [
      'of another cluster with the same issuer is nobody',
      async () =>
        signToken(await makeSigningKey('k', 'RS256'), {
          iss: issuer,
          aud: AUDIENCE,
          sub: 'system:serviceaccount:build:ci',
          'kubernetes.io': {
            namespace: 'build',
            serviceaccount: {
              name: 'ci',
              uid: 'u',
            },
          },
        }),
      401,
      /no key of that id/,
    ],
  ])('a token %s', async (_what, make, status, message) => {
    const answer = await assay.call(NOTES, { token: await make() });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.json)).toMatch(message);
  });
});
