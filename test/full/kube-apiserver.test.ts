/**
 * A real Kubernetes API server asks us, as the first tutorial has it: denied with the tutorial's
 * words, opened by break-glass, and every answer in its audit log.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type AssayServer, startAssay } from '../support/assay-server.ts';
import { testData } from '../support/test-data.ts';

const tools = testData('tools', 'kube');
const programs = resolve('.cache/kube');
const reason = 'the control plane’s programs are not at hand';

function unpack(): boolean {
  if (tools === undefined) return false;
  if (!existsSync(join(programs, 'bin/etcd'))) {
    spawnSync('bash', [join(tools, 'kube-unpack.sh'), programs], { stdio: 'ignore' });
  }
  return existsSync(join(programs, 'bin/etcd'));
}

/** The API server asks each time and does not wait between tries. */
const UNCACHED = ['--allow-ttl', '-1', '--deny-ttl', '-1', '--retry-backoff', '-1'];

const SENTENCE = 'Denied by default admission rule. Overridden by evaluation mode';

describe.skipIf(!unpack())(`a real kube-apiserver (skipped where ${reason})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-kube-'));
  const instance = join(folder, 'instance');
  let assay: AssayServer;
  let kubeconfig = '';
  let auditLog = '';

  function kubectl(...args: string[]): { readonly code: number | null; readonly output: string } {
    const run = spawnSync(join(programs, 'bin/kubectl'), args, {
      env: { ...process.env, KUBECONFIG: kubeconfig },
      encoding: 'utf8',
    });
    return { code: run.status, output: run.stdout + run.stderr };
  }

  beforeAll(async () => {
    assay = await startAssay();
    const config = join(folder, 'webhook.kubeconfig');
    writeFileSync(config, webhookConfig(assay));
    const up = execFileSync(
      'bash',
      [
        join(tools ?? '', 'kube-up.sh'),
        instance,
        '--bin',
        join(programs, 'bin'),
        '--image-policy-kubeconfig',
        config,
        '--fake-node',
        ...UNCACHED,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    kubeconfig = /^KUBECONFIG=(.*)$/m.exec(up)?.[1] ?? '';
    auditLog = /^KUBE_AUDIT_LOG=(.*)$/m.exec(up)?.[1] ?? '';
    const policy = {
      defaultAdmissionRule: {
        evaluationMode: 'ALWAYS_DENY',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      },
      admissionWhitelistPatterns: [{ namePattern: 'registry.hub.docker.com/library/*' }],
    };
    await assay.call('/v1/projects/default/policy', { method: 'PUT', body: policy });
  }, 120_000);

  afterAll(async () => {
    spawnSync('bash', [join(tools ?? '', 'kube-down.sh'), instance], { stdio: 'ignore' });
    await assay.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is told the tutorial’s sentence first, and prints it to the person', () => {
    const run = kubectl('run', 'web', '--image=nginx');
    expect(run.code).toBe(1);
    expect(run.output).toContain(
      `pods "web" is forbidden: image policy webhook backend denied one or more images: ${SENTENCE}`,
    );
    expect(run.output).toMatch(/decision: [0-9a-f-]{36}/);
  });

  it('makes no pod of a deployment, and says why in its events', async () => {
    expect(kubectl('create', 'deployment', 'shop', '--image=nginx').code).toBe(0);
    await vi.waitFor(
      () => expect(kubectl('describe', 'rs', '-l', 'app=shop').output).toContain(SENTENCE),
      { timeout: 20_000, interval: 500 },
    );
  });

  it('admits what the whitelist names, by its whole name', () => {
    expect(kubectl('run', 'listed', '--image=registry.hub.docker.com/library/nginx').code).toBe(0);
  });

  it('admits by break-glass, and the API server’s audit log names the decision', () => {
    const annotations = { 'alpha.image-policy.k8s.io/break-glass': 'true' };
    const overrides = JSON.stringify({ metadata: { annotations } });
    expect(kubectl('run', 'opened', '--image=nginx', `--overrides=${overrides}`).code).toBe(0);
    const log = readFileSync(auditLog, 'utf8');
    expect(log).toContain('"imagepolicywebhook.image-policy.k8s.io/break-glass":"true"');
    expect(log).toMatch(/imagepolicywebhook\.image-policy\.k8s\.io\/decision":"[0-9a-f-]{36}/);
  });
});

function webhookConfig(assay: AssayServer): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'assay',
        cluster: {
          'certificate-authority': join(assay.data, 'tls/ca.pem'),
          server: `${assay.webhook}/image_policy`,
        },
      },
    ],
    users: [{ name: 'api-server', user: {} }],
    contexts: [{ name: 'webhook', context: { cluster: 'assay', user: 'api-server' } }],
    'current-context': 'webhook',
  });
}
