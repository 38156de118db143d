/**
 * What a project says of its images beside the scanner, through a real server: VEX notes in both
 * versions and across projects, and SBOM references that are changed as gcloud changes them.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAssay } from '../support/assay-command.ts';
import { type ApiAnswer, valueAt } from '../support/assay-server.ts';
import {
  PROJECT,
  REPOSITORY,
  type ScannedRegistry,
  startScannedRegistry,
} from '../support/scanned-registry.ts';

const V1 = `/v1/projects/${PROJECT}`;
const BETA = `/v1beta1/projects/${PROJECT}`;
const IMAGE = `${REPOSITORY}/app`;

let scanned: ScannedRegistry;
let uri = '';

beforeAll(async () => {
  scanned = await startScannedRegistry('gcloud');
  uri = `https://${IMAGE}@${scanned.digest}`;
}, 120_000);

afterAll(() => scanned?.close());

function call(path: string, body?: unknown, method?: string): Promise<ApiAnswer> {
  const how = { ...(body !== undefined && { body }), ...(method !== undefined && { method }) };
  return scanned.server.call(path, how);
}

function list(base: string, filter: string): Promise<ApiAnswer> {
  return call(`${base}/occurrences?filter=${encodeURIComponent(filter)}`);
}

function vexNote(genericUri: string, state: string, cve = 'CVE-2026-1'): object {
  const assessment = { vulnerabilityId: cve, state, longDescription: 'kept in the note' };
  const product = { name: 'app', id: 'app', genericUri };
  const publisher = { name: 'shop', publisherNamespace: 'https://shop.example' };
  return { vulnerabilityAssessment: { title: 'VEX', publisher, product, assessment } };
}

interface Found {
  readonly name: string;
  readonly vulnerability: { readonly vexAssessment?: { readonly state: string } };
}

/** What VEX says of each vulnerability; the empty text where it says nothing. */
async function statesOf(base: string, image = uri): Promise<string[]> {
  const { json } = await list(base, `kind="VULNERABILITY" AND resourceUrl="${image}"`);
  const found = valueAt(json, 'occurrences') as Found[];
  return found.map(({ vulnerability }) => vulnerability.vexAssessment?.state ?? '').toSorted();
}

describe('a VEX note', () => {
  it('is kept whole, and speaks in both versions, by list and by name', async () => {
    expect(await statesOf(V1)).toEqual(['', '']);
    const before = await call(`${V1}/occurrences:vulnerabilitySummary`);
    const note = vexNote(uri, 'NOT_AFFECTED');
    const made = await call(`${V1}/notes?noteId=vex-1`, note);
    expect(made).toMatchObject({ status: 200, json: note });
    expect((await call(`${V1}/notes/vex-1`)).json).toMatchObject(note);
    for (const base of [V1, BETA]) {
      expect(await statesOf(base)).toEqual(['', 'NOT_AFFECTED']);
    }
    const { json } = await list(V1, 'vulnerability.vexAssessment.state="NOT_AFFECTED"');
    const [found, ...more] = valueAt(json, 'occurrences') as Found[];
    expect(more).toEqual([]);
    const wanted = {
      vulnerabilityId: 'CVE-2026-1',
      state: 'NOT_AFFECTED',
      noteName: `projects/${PROJECT}/notes/vex-1`,
    };
    expect(found).toMatchObject({ vulnerability: { effectiveSeverity: 'CRITICAL' } });
    expect(valueAt((await call(`/v1/${found?.name}`)).json, 'vulnerability.vexAssessment')).toEqual(
      wanted,
    );
    expect((await call(`${V1}/occurrences:vulnerabilitySummary`)).json).toEqual(before.json);
  });

  it('speaks of no other name of the same digest', async () => {
    const other = `https://gcr.io/${PROJECT}/app@${scanned.digest}`;
    expect(await statesOf(V1, other)).toEqual(['', '']);
  });

  it('changes by a patch without a mask, as gcloud’s, and moves with its product', async () => {
    await call(`${V1}/notes/vex-1`, vexNote(uri, 'FIXED'), 'PATCH');
    expect(await statesOf(V1)).toEqual(['', 'FIXED']);
    await call(`${V1}/notes/vex-1`, vexNote(`${uri}0`, 'FIXED'), 'PATCH');
    expect(await statesOf(V1)).toEqual(['', '']);
    expect(await call(`${V1}/notes/vex-1`, undefined, 'DELETE')).toMatchObject({ status: 200 });
  });

  it('of another project says nothing here', async () => {
    const { server } = scanned;
    const to = ['--server', server.http, '--token-file', server.tokenFile];
    await runAssay(['project', 'create', 'other', ...to]);
    const note = vexNote(uri, 'NOT_AFFECTED');
    expect(await call('/v1/projects/other/notes?noteId=vex', note)).toMatchObject({ status: 200 });
    expect(await statesOf(V1)).toEqual(['', '']);
  });

  it('is found by its product in a filter of notes, and deleted with what it said', async () => {
    const batch = { 'image-a': vexNote(`https://${IMAGE}`, 'AFFECTED'), b: vexNote(uri, 'FIXED') };
    expect(await call(`${V1}/notes:batchCreate`, { notes: batch })).toMatchObject({ status: 200 });
    const filter = `vulnerability_assessment.product.generic_uri="https://${IMAGE}"`;
    const { json } = await call(`${V1}/notes?filter=${encodeURIComponent(filter)}`);
    expect(valueAt(json, 'notes.0.name')).toBe(`projects/${PROJECT}/notes/image-a`);
    expect(valueAt(json, 'notes.1')).toBeUndefined();
    expect(await statesOf(V1)).toEqual(['', 'FIXED']);
    await call(`${V1}/notes/b`, undefined, 'DELETE');
    expect(await statesOf(V1)).toEqual(['', 'AFFECTED']);
    await call(`${V1}/notes/image-a`, undefined, 'DELETE');
    expect(await statesOf(V1)).toEqual(['', '']);
  });
});

describe('an SBOM reference', () => {
  it('is created, and patched by gcloud’s mask, with its envelope', async () => {
    const note = { sbomReference: { format: 'SPDX', version: '2.3' } };
    await call(`${V1}/notes?noteId=sbom-spdx-2-3`, note);
    const payload = { _type: 'https://in-toto.io/Statement/v1', subject: [{ name: IMAGE }] };
    const envelope = {
      payload: 'e30=',
      payloadType: 'a',
      signatures: [{ sig: '_-8=', keyid: 'k' }],
    };
    const noteName = `projects/${PROJECT}/notes/sbom-spdx-2-3`;
    const sbomReference = { payload, payloadType: 'a' };
    const body = { resourceUri: uri, noteName, sbomReference, envelope };
    const made = await call(`${V1}/occurrences`, body);
    expect(made).toMatchObject({
      status: 200,
      json: { kind: 'SBOM_REFERENCE', envelope: { signatures: [{ sig: '/+8=' }] } },
    });
    const path = `/v1/${String(valueAt(made.json, 'name'))}`;
    const change = {
      ...body,
      sbomReference: { payload, payloadType: 'b' },
      envelope: { payload: 'e30=' },
    };
    const patched = await call(`${path}?updateMask=sbom_reference,envelope`, change, 'PATCH');
    expect(patched).toMatchObject({ status: 200, json: { sbomReference: { payloadType: 'b' } } });
    expect(valueAt((await call(path)).json, 'envelope')).toEqual({ payload: 'e30=' });
    const beta = await call(path.replace('/v1/', '/v1beta1/'));
    expect(beta).toMatchObject({ status: 200, json: { envelope: { payload: 'e30=' } } });
    const wrong = await call(path, { envelope: { payload: 'no base64!' } }, 'PATCH');
    expect(wrong).toMatchObject({ status: 400 });
  });
});
