/** What cosign, notation and oras attach to one image, as `assay attest tree` shows it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram } from '../support/assay-command.ts';
import { realProgram } from '../support/real.ts';
import { openSigningWorkbench, type SigningWorkbench } from '../support/signing-workbench.ts';
import { type StockRegistry, startStockRegistry } from '../support/stock-registry.ts';

const programs = ['cosign', 'notation', 'oras', 'docker-registry'] as const;
const missing = programs.filter((name) => realProgram(name) === undefined);
const OFFLINE = [
  '--tlog-upload=false',
  '--use-signing-config=false',
  '--allow-http-registry',
  '-y',
];
const SPDX = 'SPDXVersion: SPDX-2.3\n\nPackageName: a\n\nPackageName: b\n';
const IDENTITY = 'x509.subject: C=US, ST=WA, O=Notary, CN=ours.example';

let bench: SigningWorkbench;
let registry: StockRegistry;
let named = '';

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const { folder } = bench;
  const home = { HOME: folder, XDG_CONFIG_HOME: folder, DOCKER_CONFIG: folder };
  const env = { ...home, COSIGN_PASSWORD: '' };
  const ended = await runProgram(realProgram(program) ?? '', args, { env, cwd: folder });
  expect([args.join(' '), ended.code, ended.code === 0 ? '' : ended.stderr]).toEqual([
    args.join(' '),
    0,
    '',
  ]);
}

function writePolicy(): void {
  mkdirSync(bench.file('notation'), { recursive: true });
  const policy = {
    name: 'shop',
    registryScopes: ['*'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:ours.example'],
    trustedIdentities: [IDENTITY],
  };
  const document = { version: '1.0', trustPolicies: [policy] };
  writeFileSync(bench.file('trustpolicy.json'), JSON.stringify(document));
}

describe.skipIf(missing.length > 0)(
  'assay attest tree (needs cosign, notation, oras, docker-registry)',
  { timeout: 60_000 },
  () => {
    beforeAll(async () => {
      bench = await openSigningWorkbench();
      registry = await startStockRegistry(realProgram('docker-registry') ?? '');
      named = await bench.push(new URL(registry.url).host, 'team/app');
      await run('cosign', 'generate-key-pair');
      const classic = ['--new-bundle-format=false', ...OFFLINE];
      await run('cosign', 'sign', '--key', 'cosign.key', ...classic, named);
      writeFileSync(bench.file('sbom.spdx'), SPDX);
      const sbom = ['--sbom', 'sbom.spdx', '--type', 'spdx', '--allow-http-registry'];
      await run('cosign', 'attach', 'sbom', ...sbom, named);
      writeFileSync(bench.file('predicate.json'), '{"a":1}');
      const about = ['--predicate', 'predicate.json', '--type', 'https://a.example/b'];
      await run('cosign', 'attest', '--key', 'cosign.key', ...about, ...OFFLINE, named);
      await run('notation', 'certificate', 'generate-test', '--default', 'ours.example');
      await run('notation', 'sign', '--insecure-registry', named);
      writeFileSync(bench.file('note.txt'), 'a note');
      const type = ['--artifact-type', 'application/vnd.example.note', '--plain-http'];
      await run('oras', 'attach', ...type, named, 'note.txt:text/plain');
      writePolicy();
    });
    afterAll(async () => {
      await registry?.stop();
      await bench?.close();
    });

    it('names and verifies what each client attached', async () => {
      const trust = ['--key', bench.file('cosign.pub')];
      const store = ['--notation-trust-store', bench.file('notation')];
      const notation = ['--notation-policy', bench.file('trustpolicy.json'), ...store];
      const shown = await bench.assay(['attest', 'tree', named, ...trust, ...notation]);
      expect([shown.code, shown.stderr]).toEqual([0, '']);
      for (const line of [
        /\+ signature-tag .* cosign\n {6}verified, signed by .*\n {6}cosign signature/,
        /- sbom-tag .*\n {6}SBOM: SPDX 2\.3, 2 packages, declared/,
        /\+ fallback-tag .* sigstore-bundle\n.*\n {6}sigstore bundle of type https:\/\/a\.example\/b/,
        /\+ fallback-tag .* notation\n.*\n {6}Notation signature \(JWS\)/,
        /signed by .*CN=ours\.example.*, by trust policy shop\n/,
        /- fallback-tag .*\n {6}unknown artifact of type application\/vnd\.example\.note/,
      ]) {
        expect(shown.stdout).toMatch(line);
      }
    });
  },
);
