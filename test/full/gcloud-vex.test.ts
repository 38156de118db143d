/**
 * VEX and SBOM references with the stock gcloud: statements are loaded, changed and taken back, and
 * stand beside what the scanner found; references are listed by resource, prefix and dependency.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/assay-command.ts';
import { realProgram } from '../support/real.ts';
import {
  PROJECT,
  REPOSITORY,
  type ScannedRegistry,
  startScannedRegistry,
} from '../support/scanned-registry.ts';
import { openVex } from '../support/vex-documents.ts';
import { makePkixSigner } from '../support/vex-signers.ts';

const program = realProgram('gcloud');
const PATIENCE = { timeout: 180_000 };
const IMAGE = `${REPOSITORY}/app`;

/** Statuses of CSAF by CVE. */
type Statements = Readonly<Record<string, string>>;

describe.skipIf(!program)('VEX and SBOM references (needs gcloud)', PATIENCE, () => {
  let scanned: ScannedRegistry;

  const artifacts = (...args: readonly string[]): Promise<Ended> =>
    scanned.gcloud.run('artifacts', ...args);

  beforeAll(async () => {
    scanned = await startScannedRegistry(program ?? '');
  }, 120_000);

  afterAll(() => scanned?.close());

  async function loadVex(uri: string, statements: Statements): Promise<Ended> {
    const file = join(scanned.folder, 'csaf.json');
    writeFileSync(file, JSON.stringify(csafOf(statements)));
    return artifacts('vulnerabilities', 'load-vex', `--uri=${uri}`, `--source=${file}`);
  }

  /** What the table says of each CVE: severity, VEX status and scope. */
  async function vexTable(): Promise<string[]> {
    const listed = await artifacts('vulnerabilities', 'list', `${IMAGE}:1.0.2`);
    expect(listed).toMatchObject({ code: 0 });
    return listed.stdout
      .split('\n')
      .filter((line) => line.includes('CVE-2026'))
      .map((line) => line.split('│').map((cell) => cell.trim()))
      .map((cells) => [cells[1], cells[2], cells[5], cells[8]].join(' ').trim());
  }

  async function noteIds(): Promise<string[]> {
    const { json } = await scanned.server.call(`/v1/projects/${PROJECT}/notes`);
    const { notes = [] } = json as { notes?: { name: string; kind: string }[] };
    return notes
      .filter(({ kind }) => kind === 'VULNERABILITY_ASSESSMENT')
      .map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
  }

  it('statements about a digest are beside its vulnerabilities, which stay as they are', async () => {
    expect(await vexTable()).toEqual(['CVE-2026-1 CRITICAL', 'CVE-2026-2 HIGH']);
    const loaded = await loadVex(`${IMAGE}:1.0.2`, {
      'CVE-2026-1': 'known_not_affected',
      'CVE-2026-2': 'known_affected',
      'CVE-2026-9': 'fixed',
    });
    expect(loaded).toMatchObject({ code: 0 });
    expect(await noteIds()).toHaveLength(3);
    expect(await vexTable()).toEqual([
      'CVE-2026-1 CRITICAL NOT_AFFECTED DIGEST',
      'CVE-2026-2 HIGH AFFECTED DIGEST',
    ]);
  });

  it('are shown whole, and found by a filter', async () => {
    const filter = '--occurrence-filter=vulnerability.vexAssessment.state="NOT_AFFECTED"';
    const where = ['vulnerabilities', 'list', `${IMAGE}:1.0.2`, '--format=json'];
    const listed = await artifacts(...where, filter);
    const entries = JSON.parse(listed.stdout) as { occurrence: { vulnerability: unknown } }[];
    expect(entries.map(({ occurrence }) => occurrence.vulnerability)).toMatchObject([
      {
        effectiveSeverity: 'CRITICAL',
        vexAssessment: {
          vulnerabilityId: 'CVE-2026-1',
          state: 'NOT_AFFECTED',
          justification: { justificationType: 'COMPONENT_NOT_PRESENT' },
        },
      },
    ]);
  });

  it('a second file changes what it has and takes back what it has not', async () => {
    expect(await loadVex(`${IMAGE}:1.0.2`, { 'CVE-2026-1': 'fixed' })).toMatchObject({ code: 0 });
    expect(await noteIds()).toHaveLength(1);
    expect(await vexTable()).toEqual(['CVE-2026-1 CRITICAL FIXED DIGEST', 'CVE-2026-2 HIGH']);
  });

  it('statements about the whole image hold where none is about the digest', async () => {
    const both = { 'CVE-2026-1': 'known_affected', 'CVE-2026-2': 'under_investigation' };
    expect(await loadVex(IMAGE, both)).toMatchObject({ code: 0 });
    expect(await vexTable()).toEqual([
      'CVE-2026-1 CRITICAL FIXED DIGEST',
      'CVE-2026-2 HIGH UNDER_INVESTIGATION IMAGE',
    ]);
  });

  it('a document that an author signed goes before notes, until it is removed', async () => {
    const signer = makePkixSigner();
    const before = await vexTable();
    const call = (path: string, body?: object, method?: string) =>
      scanned.server.call(`/api/v1/projects/${PROJECT}/${path}`, {
        ...(body === undefined ? {} : { body }),
        ...(method === undefined ? {} : { method }),
      });
    await call('vex-authors', { name: 'team', key: signer.publicKey });
    const product = `pkg:oci/app@${scanned.digest}`;
    const bytes = Buffer.from(JSON.stringify(openVex({ vulnerability: 'CVE-2026-2', product })));
    const signature = signer.sign(bytes).toString('base64');
    const imported = { document: bytes.toString('base64'), signature };
    expect(await call('vex-documents', imported)).toMatchObject({ status: 200 });
    const during = await vexTable();
    const id = encodeURIComponent('https://vex.example/1');
    expect(await call(`vex-documents/${id}`, undefined, 'DELETE')).toMatchObject({ status: 200 });
    expect([during, await vexTable()]).toEqual([
      [before[0], 'CVE-2026-2 HIGH NOT_AFFECTED'],
      before,
    ]);
  });

  it('SBOM references are listed by resource, prefix and dependency', async () => {
    const { digest, server } = scanned;
    const notes = `/v1/projects/${PROJECT}/notes?noteId=sbom-spdx-2-3`;
    const note = { sbomReference: { format: 'SPDX', version: '2.3' } };
    expect(await server.call(notes, { body: note })).toMatchObject({ status: 200 });
    const payload = {
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://bcid.corp.google.com/reference/v0.1',
      subject: [{ name: IMAGE, digest: { sha256: digest.slice(7) } }],
      predicate: { location: 'gs://bucket/sbom.json', mimeType: 'application/spdx+json' },
    };
    const signatures = [{ sig: 'AA==', keyid: 'k' }];
    const body = {
      resourceUri: `https://${IMAGE}@${digest}`,
      noteName: `projects/${PROJECT}/notes/sbom-spdx-2-3`,
      sbomReference: { payload, payloadType: 'application/vnd.in-toto+json', signatures },
      envelope: { payload: 'e30=', payloadType: 'application/vnd.in-toto+json', signatures },
    };
    const made = await server.call(`/v1/projects/${PROJECT}/occurrences`, { body });
    expect(made).toMatchObject({ status: 200, json: { envelope: body.envelope } });
    const wanted = `gs://bucket/sbom.json`;
    for (const how of [
      [`--resource=${IMAGE}:1.0.2`],
      [`--resource-prefix=${REPOSITORY}/`],
      ['--dependency=openssl'],
      [],
    ]) {
      const listed = await artifacts('sbom', 'list', ...how);
      expect([how, listed.code, listed.stdout]).toEqual([how, 0, expect.stringContaining(wanted)]);
    }
    const none = await artifacts('sbom', 'list', '--dependency=unheard-of');
    expect(none.stdout).not.toContain(wanted);
    const described = await artifacts('docker', 'images', 'describe', `${IMAGE}:1.0.2`);
    expect(described.stdout).toContain(wanted);
  });
});

function csafOf(statements: Statements): object {
  const vulnerabilities = Object.entries(statements).map(([cve, status]) => ({
    cve,
    product_status: { [status]: ['app'] },
    flags: [{ label: 'component_not_present', product_ids: ['app'] }],
    remediations: [{ category: 'mitigation', details: 'turn it off', product_ids: ['app'] }],
  }));
  const product = { name: 'the app', product_id: 'app' };
  return {
    document: { title: 'VEX', publisher: { name: 'shop', namespace: 'https://shop.example' } },
    product_tree: { branches: [{ name: IMAGE, product }] },
    vulnerabilities,
  };
}
