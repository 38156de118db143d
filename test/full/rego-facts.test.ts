/**
 * Facts of images as users have them: a policy in Rego of a project judges what a server has
 * scanned in a real registry, and the same policy judges a file by the server's data folder.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { type StockRegistry, startStockRegistry } from '../support/stock-registry.ts';

const program = realProgram('docker-registry');
const root = mkdtempSync(join(tmpdir(), 'assay-facts-'));
const HIGH = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }];
const POLICY = `package main

deny contains msg if {
  some container in input.request.object.spec.containers
  facts := assay.image_facts(container.image)
  facts.atLeast.HIGH > 0
  worst := facts.vulnerabilities[0]
  msg := sprintf("%v in %v", [worst.id, worst["package"].name])
}
`;

let server: AssayServer;
let registry: StockRegistry;
let host = '';
const digests: Record<string, Digest> = {};

function file(name: string, text: string): string {
  writeFileSync(join(root, name), text);
  return join(root, name);
}

async function push(name: string, packages: readonly string[]): Promise<void> {
  const layout = openLayout(join(root, `layout-${name}`));
  const status = ['var/lib/dpkg/status', dpkgStatus(packages)] as const;
  const digest = layout.addImage([await addLayer(layout, [['etc/os-release', DEBIAN12], status])]);
  await pushImage(layout, digest, { registry: registry.url, repository: name, tags: ['1'] });
  digests[name] = digest;
}

const toServer = (): string[] => ['--server', server.http, '--token-file', server.tokenFile];
const named = (name: string): string => `${host}/${name}@${digests[name]}`;

async function run(...args: string[]): Promise<Ended> {
  return runAssay(args);
}

describe.skipIf(!program)('a policy in Rego over scanned images (needs docker-registry)', () => {
  beforeAll(async () => {
    registry = await startStockRegistry(program ?? '');
    host = registry.url.replace('http://', '');
    server = await startAssay({ args: ['--log-level', 'silent'] });
    for (const [name, packages] of [
      ['risky', ['openssl 1.0']],
      ['clean', ['other 1.0']],
      ['unseen', ['third 1.0']],
    ] as const) {
      await push(name, packages);
    }
    const record = {
      ...osvRecord('CVE-2026-1', 'openssl'),
      severity: HIGH,
      modified: new Date().toISOString(),
    };
    const records = writeOsvExport(join(root, 'osv'), [['CVE-2026-1', record]]);
    for (const args of [
      ['advisories', 'import', records, '--complete'],
      ['scan', `${host}/risky:1`],
      ['scan', `${host}/clean:1`],
      ['policy', 'set', file('policy.yaml', policyDocument())],
    ]) {
      const { code, stderr } = await run(...args, ...toServer());
      if (code !== 0) throw new Error(`${args[0]}: ${stderr}`);
    }
  });
  afterAll(async () => {
    await server?.stop();
    await registry?.stop();
    rmSync(root, { recursive: true });
  });

  it.each([
    ['a clean image', () => named('clean'), true, ''],
    ['a risky image', () => named('risky'), false, 'data.main.deny: CVE-2026-1 in openssl'],
    ['an image that nobody scanned', () => named('unseen'), false, 'is NOT_SCANNED'],
    ['a tag', () => `${host}/clean:1`, false, `a tag may point at another image`],
    ['a tag that nobody knows', () => `${host}/other:1`, false, 'is NOT_RESOLVED'],
  ])('an ImageReview of %s', async (_what, image, allowed, reason) => {
    const answer = await server.review(imageReview([image()]));
    expect(answer.allowed).toBe(allowed);
    expect(answer.reason).toContain(reason);
  });

  it('the tag’s denial says which reference to deploy', async () => {
    const { reason } = await server.review(imageReview([`${host}/clean:1`]));
    expect(reason).toContain(`deploy ${named('clean')}`);
  });

  it('an AdmissionReview and a pod in a file are judged by what the data folder knows', async () => {
    const policy = file('main.rego', POLICY);
    const pod = (name: string) => {
      const spec = { containers: [{ name: 'a', image: named(name) }] };
      return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec };
    };
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: { kind: { kind: 'Pod' }, object: pod('risky') },
    };
    const where = ['--policy', policy, '--data', server.data];
    const denied = await run('admit', file('review.json', JSON.stringify(review)), ...where);
    expect([denied.code, denied.stdout]).toEqual([2, expect.stringContaining('CVE-2026-1')]);
    const allowed = await run('admit', file('pod.json', JSON.stringify(pod('clean'))), ...where);
    expect([allowed.code, allowed.stdout]).toEqual([0, expect.stringContaining('ALLOWED')]);
    const unknown = await run('admit', file('pod.json', JSON.stringify(pod('unseen'))), ...where);
    expect([unknown.code, unknown.stdout]).toEqual([3, expect.stringContaining('NOT_SCANNED')]);
  });

  it('facts are printed as eval reads them', async () => {
    const printed = await run('images', 'facts', named('risky'), `${host}/clean:1`, ...toServer());
    expect(Object.keys(JSON.parse(printed.stdout) as object)).toEqual([
      named('risky'),
      named('clean'),
      `${host}/clean:1`,
    ]);
    const facts = ['--facts', file('facts.json', printed.stdout)];
    const query = `assay.image_facts("${named('risky')}").atLeast.HIGH`;
    expect((await run('rego', 'eval', '-f', 'raw', ...facts, query)).stdout).toBe('1\n');
    const without = await run('rego', 'eval', '-f', 'pretty', query);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--facts FILE')]);
  });
});

function policyDocument(): string {
  const module = POLICY.split('\n').map((line) => `  ${line}`);
  return ['kind: RegoPolicy', 'schemaVersion: 1', 'module: |', ...module].join('\n');
}
