/**
 * VEX documents as a team uses them: signed by the stock openssl and gpg, imported by command, here
 * and through a server, and what scans and the API say before, with, and after them.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { runInProcess } from '../support/assay-in-process.ts';
import { valueAt } from '../support/assay-server.ts';
import { type GnupgHome, openGnupgHome } from '../support/gnupg.ts';
import { addLayer, type ImageLayout, type LayerFile, OCI } from '../support/image-layout.ts';
import { realProgram } from '../support/real.ts';
import { openScanBench, RELEASE, type ScanBench, STATUS } from '../support/scan-workbench.ts';
import {
  PROJECT,
  type ScannedRegistry,
  startScannedRegistry,
} from '../support/scanned-registry.ts';
import { openVex, VEX_FORMS, type VexSaid } from '../support/vex-documents.ts';
import { makePkixSigner } from '../support/vex-signers.ts';

const openssl = realProgram('openssl');
const gpg = realProgram('gpg');
const LIMIT = ['--fail-on', 'CRITICAL', '--max-advisory-age', '99999'];

let bench: ScanBench;
let layout: ImageLayout;
let digest: Digest;
let count = 0;

beforeAll(async () => {
  bench = await openScanBench();
  layout = bench.newLayout();
  digest = layout.addImage([await addLayer(layout, [RELEASE, STATUS])]);
});
afterAll(() => bench.close());

function run(...args: readonly string[]): Promise<Ended> {
  return runInProcess(args, bench.data);
}

function scan(project: string, ...args: readonly string[]): Promise<Ended> {
  return run('scan', `oci:${layout.folder}`, '--project', project, ...LIMIT, ...args);
}

function fileOf(text: string | Buffer): string {
  count += 1;
  const path = join(bench.root, `file-${count}`);
  writeFileSync(path, text);
  return path;
}

const APP = 'pkg:deb/debian/app@1.0?arch=amd64';

function saidOfApp(said: VexSaid = {}): VexSaid {
  return { vulnerability: 'REC-1', product: APP, ...said };
}

interface Shown {
  readonly findings: readonly { readonly vex: { readonly status: string } | null }[];
  readonly summary: Readonly<Record<string, number>>;
}

async function vexOf(project: string): Promise<readonly unknown[]> {
  const { stdout } = await scan(project, '--output', 'json');
  const { findings, summary } = JSON.parse(stdout) as Shown;
  return [summary['SEVERITY_UNSPECIFIED'], findings.map(({ vex }) => vex?.status)];
}

const OPEN = [1, [undefined]];
const CLEARED = [0, ['not_affected']];

describe('a document', () => {
  it.skipIf(!openssl)(
    'signed by openssl clears a finding until it is removed (needs openssl)',
    async () => {
      const key = join(bench.root, 'key.pem');
      const pub = join(bench.root, 'pub.pem');
      const ssl = (...args: readonly string[]): void => {
        execFileSync(openssl ?? '', args, { stdio: 'ignore' });
      };
      ssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', key);
      ssl('ec', '-in', key, '-pubout', '-out', pub);
      const file = fileOf(JSON.stringify(openVex(saidOfApp())));
      ssl('dgst', '-sha256', '-sign', key, '-out', `${file}.sig`, file);
      const at = ['--project', 'ssl'];

      expect((await run('vex', 'import', file, '--signature', `${file}.sig`, ...at)).code).toBe(1);
      expect((await run('vex', 'author', 'add', 'team', '--key', pub, ...at)).code).toBe(0);
      expect((await scan('ssl')).code).toBe(2);

      const unsigned = await run('vex', 'import', file, ...at);
      expect([unsigned.code, unsigned.stderr]).toEqual([1, expect.stringContaining('not signed')]);
      const imported = await run('vex', 'import', file, '--signature', `${file}.sig`, ...at);
      expect([imported.code, imported.stderr]).toEqual([
        0,
        expect.stringContaining('1 statements'),
      ]);

      const after = await scan('ssl');
      expect([after.code, after.stdout]).toEqual([
        0,
        expect.stringContaining('1 more suppressed by VEX; see them: --show-suppressed'),
      ]);
      expect(after.stdout).not.toContain('REC-1');
      expect((await scan('ssl', '--show-suppressed')).stdout).toMatch(/app .* not_affected +REC-1/);
      expect(await vexOf('ssl')).toEqual(CLEARED);
      const sarif = JSON.parse((await scan('ssl', '--output', 'sarif')).stdout) as unknown;
      expect(valueAt(sarif, 'runs.0.results.0.suppressions.0')).toMatchObject({
        kind: 'external',
        status: 'accepted',
      });

      expect(await vexOf('another')).toEqual(OPEN);
      const { stdout } = await run('vex', 'list', ...at, '--output', 'json');
      expect(JSON.parse(stdout)).toMatchObject({ documents: [{ standing: 'counts' }] });
      expect((await run('vex', 'show', 'https://vex.example/1', ...at)).stdout).toContain('REC-1');
      await run('vex', 'remove', 'https://vex.example/1', ...at);
      expect(await vexOf('ssl')).toEqual(OPEN);
    },
  );

  it.skipIf(!gpg)('signed by gpg counts until its key is taken away (needs gpg)', async () => {
    const home: GnupgHome = openGnupgHome(gpg ?? '');
    home.run(['--quick-generate-key', 'team@vex.example', 'ed25519', 'sign', 'never']);
    const key = fileOf(home.run(['--armor', '--export', 'team@vex.example']));
    const at = ['--project', 'pgp'];
    await run('vex', 'author', 'add', 'team', '--key', key, ...at);
    const file = fileOf(JSON.stringify(openVex(saidOfApp()), null, 2));
    home.run(['--armor', '--detach-sign', file]);
    const imported = await run('vex', 'import', file, '--signature', `${file}.asc`, ...at);
    expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining('pgp-detached')]);
    expect(await vexOf('pgp')).toEqual(CLEARED);

    const newer = fileOf(
      JSON.stringify(openVex(saidOfApp({ version: 2, status: 'affected' })), null, 2),
    );
    home.run(['--clearsign', newer]);
    const cleared = await run('vex', 'import', `${newer}.asc`, ...at);
    expect([cleared.code, cleared.stderr]).toEqual([
      0,
      expect.stringContaining('in place of version 1'),
    ]);
    expect(await vexOf('pgp')).toEqual([1, ['affected']]);

    const id = home.fingerprint('team@vex.example');
    const removed = await run('vex', 'author', 'remove', 'team', '--key-id', id, ...at);
    expect(removed.code).toBe(0);
    expect(await vexOf('pgp')).toEqual(OPEN);
    const { stdout } = await run('vex', 'list', ...at);
    expect(stdout).toContain('key-removed');
    home.close();
  });
});

describe.each(VEX_FORMS)('%s', (format, make) => {
  it('speaks of the package in this image, and of no other image', async () => {
    const signer = makePkixSigner();
    const project = `form-${format.toLowerCase()}`;
    const key = fileOf(signer.publicKey);
    await run('vex', 'author', 'add', 'team', '--key', key, '--project', project);
    const bring = async (said: VexSaid): Promise<void> => {
      const bytes = Buffer.from(JSON.stringify(make(saidOfApp({ subcomponent: APP, ...said }))));
      const signature = fileOf(signer.sign(bytes));
      const at = ['--signature', signature, '--project', project];
      expect((await run('vex', 'import', fileOf(bytes), ...at)).code).toBe(0);
    };
    await bring({ product: `pkg:oci/app@sha256:${'0'.repeat(64)}` });
    expect(await vexOf(project)).toEqual(OPEN);
    await bring({ product: `pkg:oci/app@${digest}`, version: 2 });
    expect(await vexOf(project)).toEqual(CLEARED);
  });
});

it('an image cannot clear itself', async () => {
  const signer = makePkixSigner();
  const at = ['--project', 'self'];
  await run('vex', 'author', 'add', 'team', '--key', fileOf(signer.publicKey), ...at);
  const own = layout;
  layout = bench.newLayout();
  // Even what the author signed: it speaks where somebody imports it, and not from within.
  const vex = Buffer.from(JSON.stringify(openVex(saidOfApp())));
  const envelope = signer.envelope(vex, 'application/json');
  const files: LayerFile[] = [
    'usr/share/vex/app.openvex.json',
    '.vex/app.openvex.json',
    'app.openvex.json',
  ].map((path) => [path, vex]);
  const layer = await addLayer(layout, [RELEASE, STATUS, ...files]);
  const labels = { 'dev.openvex.document': vex.toString(), 'org.openvex': envelope.toString() };
  const image = layout.addImage([layer], { annotations: labels }, { config: { Labels: labels } });
  const manifest = readFileSync(join(layout.folder, 'blobs', image.replace(':', '/')));
  const subject = layout.addBlob(manifest, OCI.manifest);
  const attached = layout.addJson(
    {
      schemaVersion: 2,
      mediaType: OCI.manifest,
      artifactType: 'application/vnd.openvex+json',
      config: layout.addJson({}, 'application/vnd.oci.empty.v1+json'),
      layers: [
        layout.addBlob(vex, 'application/vnd.openvex+json'),
        layout.addBlob(envelope, 'application/vnd.dsse.envelope.v1+json'),
      ],
      subject,
    },
    OCI.manifest,
  );
  const platform = { os: 'linux', architecture: 'amd64' };
  const unknown = { os: 'unknown', architecture: 'unknown' };
  const index = { schemaVersion: 2, mediaType: OCI.index };
  layout.point(
    layout.addJson(
      {
        ...index,
        manifests: [
          { ...subject, platform },
          { ...attached, platform: unknown },
        ],
      },
      OCI.index,
    ),
  );
  const alone = await vexOf('self');
  await run('vex', 'import', fileOf(envelope), ...at);
  const imported = await vexOf('self');
  layout = own;
  expect([alone, imported]).toEqual([OPEN, CLEARED]);
});

describe('through a server', () => {
  let scanned: ScannedRegistry;
  let signer = makePkixSigner();
  beforeAll(async () => {
    scanned = await startScannedRegistry('gcloud');
    signer = makePkixSigner();
  }, 120_000);
  afterAll(() => scanned?.close());

  function there(...args: readonly string[]): Promise<Ended> {
    const { http, tokenFile } = scanned.server;
    return runAssay([...args, '--server', http, '--token-file', tokenFile]);
  }

  interface Occurrences {
    readonly occurrences: readonly {
      readonly name: string;
      readonly vulnerability: {
        readonly shortDescription: string;
        readonly vexAssessment?: Readonly<Record<string, unknown>>;
      };
    }[];
  }

  async function occurrences(): Promise<Occurrences['occurrences']> {
    const filter = encodeURIComponent('kind="VULNERABILITY"');
    const path = `/v1/projects/${PROJECT}/occurrences?pageSize=1000&filter=${filter}`;
    return ((await scanned.server.call(path)).json as Occurrences).occurrences;
  }

  it('occurrences carry the assessment, and lose it with the document', async () => {
    const [first] = await occurrences();
    const vulnerability = first?.vulnerability.shortDescription ?? '';
    expect(first?.vulnerability.vexAssessment).toBeUndefined();
    await there('vex', 'author', 'add', 'team', '--key', fileOf(signer.publicKey));
    const product = `pkg:oci/app@${scanned.digest}`;
    const bytes = Buffer.from(JSON.stringify(openVex({ vulnerability, product })));
    const signature = fileOf(`${signer.sign(bytes).toString('base64')}\n`);
    const imported = await there('vex', 'import', fileOf(bytes), '--signature', signature);
    expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining('imported')]);

    const told = (await occurrences()).filter(
      (one) => one.vulnerability.shortDescription === vulnerability,
    );
    const assessment = {
      state: 'NOT_AFFECTED',
      vulnerabilityId: vulnerability,
      justification: { justificationType: 'VULNERABLE_CODE_NOT_IN_EXECUTE_PATH' },
      relatedUris: [{ url: 'https://vex.example/1', label: 'VEX document signed by team' }],
    };
    expect(told.map((one) => one.vulnerability.vexAssessment)).toMatchObject(
      told.map(() => assessment),
    );
    const byName = await scanned.server.call(`/v1/${told[0]?.name}`);
    expect(valueAt(byName.json, 'vulnerability.vexAssessment')).toMatchObject(assessment);

    expect((await there('vex', 'list')).stdout).toContain('https://vex.example/1');
    expect((await there('vex', 'show', 'https://vex.example/1')).stdout).toContain('counts');
    expect((await there('vex', 'remove', 'https://vex.example/1')).code).toBe(0);
    const left = (await occurrences()).map((one) => one.vulnerability.vexAssessment);
    expect(left.filter((one) => one !== undefined)).toEqual([]);
    const again = await scanned.server.call(`/v1/${told[0]?.name}`);
    expect(valueAt(again.json, 'vulnerability.vexAssessment')).toBeUndefined();
  });
});
