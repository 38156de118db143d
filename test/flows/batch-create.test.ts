/**
 * Batches of notes and occurrences, and changes of an occurrence, through a real server: both
 * versions over the same rows, whole or nothing, and errors that name the item.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/domain/digest.ts';
import { encodeScannedId } from '../../src/google/scanned-name.ts';
import type { ApiAnswer, AssayServer } from '../support/assay-server.ts';
import { startAssay, valueAt } from '../support/assay-server.ts';

const V1 = '/v1/projects/default';
const BETA = '/v1beta1/projects/default';
const URI = 'https://registry.example/team/app@sha256:' + 'ab'.repeat(32);
const HINT = { hint: { humanReadableName: 'A' } };
const ISSUE = {
  affectedCpeUri: 'cpe:/o:debian:debian_linux:12',
  affectedPackage: 'p',
  affectedVersion: { kind: 'NORMAL', name: '1' },
  fixedVersion: { kind: 'NORMAL', name: '2' },
};
const VULN = {
  resourceUri: URI,
  noteName: 'projects/default/notes/vuln',
  vulnerability: { type: 'OS', packageIssue: [ISSUE] },
};
const BUILD = {
  resourceUri: URI,
  noteName: 'projects/default/notes/build',
  build: { provenance: { id: '1' } },
};
const DIGEST = parseDigest(`sha256:${'1d'.repeat(32)}`);
const SCANNED = encodeScannedId({ kind: 'DISCOVERY', resource: 'r.example/a', digest: DIGEST });

let server: AssayServer;

beforeAll(async () => {
  server = await startAssay();
  const notes = {
    vuln: { vulnerability: { severity: 'HIGH' }, shortDescription: 'CVE-2026-1' },
    build: { build: { builderVersion: '1' } },
  };
  await server.call(`${V1}/notes:batchCreate`, { body: { notes } });
});

afterAll(async () => {
  await server?.stop();
});

async function snapshot(): Promise<string> {
  const paths = ['notes', 'occurrences'].map((list) => `${V1}/${list}?pageSize=1000`);
  const answers = await Promise.all(paths.map((path) => server.call(path)));
  return JSON.stringify(answers.map(({ json }) => json));
}

function many<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function notesOf(count: number, note: object): object {
  const prefix = `n${count}`;
  return { notes: Object.fromEntries(many(count, (index) => [`${prefix}-${index}`, note])) };
}

function patch(name: string, body: unknown): Promise<ApiAnswer> {
  return server.call(name, { method: 'PATCH', body });
}

describe('what a batch makes', () => {
  it.each([
    ['/v1/projects/default/notes:batchCreate', { attestation: HINT }, 1000],
    ['/v1/projects/default/locations/us/notes:batchCreate', { attestation: HINT }, 2],
    ['/v1beta1/projects/default/notes:batchCreate', { attestation_authority: HINT }, 3],
  ])('%s: notes, read back in both versions', async (path, note, count) => {
    const made = await server.call(path, { body: notesOf(count, note) });
    expect(made).toMatchObject({ status: 200 });
    const notes = valueAt(made.json, 'notes') as readonly unknown[];
    expect(notes).toHaveLength(count);
    const name = String(valueAt(notes.at(-1), 'name'));
    expect(name).toBe(`projects/default/notes/n${count}-${count - 1}`);
    const [v1, beta] = [await server.call(`/v1/${name}`), await server.call(`/v1beta1/${name}`)];
    expect(v1.json).toMatchObject({ kind: 'ATTESTATION', attestation: HINT });
    expect(beta.json).toMatchObject({ kind: 'ATTESTATION', attestationAuthority: HINT });
    expect(notes.at(-1)).toEqual(path.startsWith('/v1/') ? v1.json : beta.json);
  });

  it('occurrences of several kinds, filled in from their notes, in the order given', async () => {
    const occurrences = many(1000, (index) => (index % 2 === 0 ? VULN : BUILD));
    const made = await server.call(`${V1}/occurrences:batchCreate`, { body: { occurrences } });
    expect(made).toMatchObject({ status: 200 });
    const items = valueAt(made.json, 'occurrences') as readonly unknown[];
    expect(items.map((one) => valueAt(one, 'kind'))).toEqual(
      many(1000, (index) => (index % 2 === 0 ? 'VULNERABILITY' : 'BUILD')),
    );
    expect(items[0]).toMatchObject({
      vulnerability: { severity: 'HIGH', shortDescription: 'CVE-2026-1', fixAvailable: true },
    });
    const again = await server.call(`/v1/${String(valueAt(items[999], 'name'))}`);
    expect(again.json).toEqual(items[999]);
  });

  it('v1beta1’s occurrences are in v1’s list', async () => {
    const { resourceUri: _uri, ...rest } = BUILD;
    const occurrences = [{ ...rest, resource: { uri: `${URI}-beta` } }];
    const made = await server.call(`${BETA}/occurrences:batchCreate`, { body: { occurrences } });
    expect(made).toMatchObject({
      status: 200,
      json: { occurrences: [{ resource: { uri: `${URI}-beta` }, kind: 'BUILD' }] },
    });
    const filter = encodeURIComponent(`resourceUrl="${URI}-beta"`);
    const listed = await server.call(`${V1}/occurrences?filter=${filter}`);
    expect(valueAt(listed.json, 'occurrences.0.name')).toBe(
      valueAt(made.json, 'occurrences.0.name'),
    );
  });
});

type Wrong = readonly [
  fact: string,
  method: string,
  path: string,
  body: unknown,
  status: string,
  word: string,
];

const NOTES = `${V1}/notes:batchCreate`;
const OCCURRENCES = `${V1}/occurrences:batchCreate`;
const NOTE = { attestation: HINT };

const WRONG: readonly Wrong[] = [
  [
    '1001 notes',
    'POST',
    NOTES,
    notesOf(1001, NOTE),
    'INVALID_ARGUMENT',
    'notes has 1001 items; one request creates 1 to 1000',
  ],
  [
    '1001 occurrences',
    'POST',
    OCCURRENCES,
    { occurrences: many(1001, () => BUILD) },
    'INVALID_ARGUMENT',
    'occurrences has 1001 items; one request creates 1 to 1000',
  ],
  ['no body', 'POST', NOTES, {}, 'INVALID_ARGUMENT', 'notes is missing'],
  ['no notes', 'POST', NOTES, { notes: {} }, 'INVALID_ARGUMENT', 'notes has 0 items'],
  ['no items', 'POST', OCCURRENCES, { occurrences: [] }, 'INVALID_ARGUMENT', 'has 0 items'],
  [
    'a body beyond the limit',
    'POST',
    OCCURRENCES,
    { occurrences: [{ ...BUILD, remediation: 'x'.repeat(9_000_000) }] },
    'RESOURCE_EXHAUSTED',
    'larger than 8388608 bytes',
  ],
  [
    'a note that exists',
    'POST',
    NOTES,
    { notes: { fresh: NOTE, build: NOTE } },
    'ALREADY_EXISTS',
    'notes.build: note projects/default/notes/build already exists',
  ],
  [
    'a note with a bad id',
    'POST',
    NOTES,
    { notes: { fresh: NOTE, 'a b': NOTE } },
    'INVALID_ARGUMENT',
    'notes["a b"]: note id "a b"',
  ],
  [
    'a wrong note',
    'POST',
    `${BETA}/notes:batchCreate`,
    { notes: { fresh: { attestationAuthority: HINT }, b: NOTE } },
    'INVALID_ARGUMENT',
    'notes.b.attestation is an unknown field',
  ],
  [
    'a wrong occurrence',
    'POST',
    OCCURRENCES,
    { occurrences: [BUILD, BUILD, BUILD, { ...VULN, vulnerability: {} }] },
    'INVALID_ARGUMENT',
    'occurrences[3].vulnerability.packageIssue is missing',
  ],
  [
    'an occurrence of no note',
    'POST',
    OCCURRENCES,
    { occurrences: [BUILD, { ...BUILD, noteName: 'projects/default/notes/none' }] },
    'NOT_FOUND',
    'occurrences[1]: note projects/default/notes/none does not exist',
  ],
  [
    'an occurrence of another kind',
    'POST',
    OCCURRENCES,
    { occurrences: [BUILD, { ...BUILD, noteName: VULN.noteName }] },
    'INVALID_ARGUMENT',
    'occurrences[1]: note projects/default/notes/vuln is of kind VULNERABILITY',
  ],
  [
    'an occurrence of the scanner’s note',
    'POST',
    OCCURRENCES,
    { occurrences: [{ ...VULN, noteName: 'projects/goog-analysis/notes/CVE-1' }] },
    'PERMISSION_DENIED',
    'occurrences[0]: project goog-analysis is the scanner',
  ],
  [
    'the scanner’s own project',
    'POST',
    '/v1/projects/goog-analysis/occurrences:batchCreate',
    { occurrences: [VULN] },
    'PERMISSION_DENIED',
    'read-only',
  ],
  [
    'an unknown field beside',
    'POST',
    OCCURRENCES,
    { occurrences: [BUILD], parent: 'projects/p' },
    'INVALID_ARGUMENT',
    'request.parent is "projects/p", but the path says "projects/default"',
  ],
  ['the verb GET', 'GET', OCCURRENCES, undefined, 'UNIMPLEMENTED', 'use POST'],
  [
    'a change of nothing',
    'PATCH',
    `${V1}/occurrences/none`,
    { remediation: 'x' },
    'NOT_FOUND',
    'occurrence projects/default/occurrences/none does not exist',
  ],
  [
    'a change of what a scan found',
    'PATCH',
    `${V1}/occurrences/${SCANNED}`,
    { remediation: 'x' },
    'PERMISSION_DENIED',
    'read-only',
  ],
];

describe('nothing changes', () => {
  it.each(WRONG)('by %s', async (_fact, method, path, body, status, word) => {
    const before = await snapshot();
    const answer = await server.call(path, { method, ...(body === undefined ? {} : { body }) });
    expect(answer).toMatchObject({ json: { error: { status, code: answer.status } } });
    expect(valueAt(answer.json, 'error.message')).toContain(word);
    expect(await snapshot()).toBe(before);
  });

  it.each(['notes', 'occurrences'])('by a viewer’s batch of %s', async (field) => {
    const token = await tokenOf({ role: 'viewer' });
    const items = { notes: { fresh: NOTE }, occurrences: [BUILD] }[field];
    const before = await snapshot();
    const body = { [field]: items };
    const answer = await server.call(`${V1}/${field}:batchCreate`, { body, token });
    expect(answer.status).toBe(403);
    expect(valueAt(answer.json, 'error.message')).toContain(`containeranalysis.${field}.create`);
    expect(await snapshot()).toBe(before);
  });

  it('by who may not attach to one of the notes', async () => {
    await server.call('/api/v1/projects', { body: { project: 'bound-shop' } });
    const token = await tokenOf({ role: 'editor', project: 'bound-shop' });
    const path = '/v1/projects/bound-shop';
    const notes = { own: { build: { builderVersion: '1' } } };
    await server.call(`${path}/notes:batchCreate`, { body: { notes }, token });
    const own = { ...BUILD, noteName: 'projects/bound-shop/notes/own' };
    const occurrences = [own, BUILD];
    const batch = { body: { occurrences }, token };
    const answer = await server.call(`${path}/occurrences:batchCreate`, batch);
    expect(answer.status).toBe(403);
    expect(valueAt(answer.json, 'error.message')).toMatch(
      /^occurrences\[1\]: .* lacks permission containeranalysis.notes.attachOccurrence on project/,
    );
    expect(await server.call(`${path}/occurrences`)).toMatchObject({ status: 200, json: {} });
  });
});

async function tokenOf(token: { role: string; project?: string }): Promise<string> {
  const body = { name: 'test', lifetime: 3_600_000_000, ...token };
  const made = await server.call('/api/v1/tokens', { body });
  expect(made.status).toBe(200);
  return String(valueAt(made.json, 'result.secret'));
}

describe('a change of an occurrence', () => {
  let name = '';

  beforeAll(async () => {
    const made = await server.call(`${V1}/occurrences`, { body: { ...VULN, remediation: 'old' } });
    name = String(valueAt(made.json, 'name'));
  });

  it.each([
    ['v1', '?updateMask=vulnerability.extraDetails', { vulnerability: { extraDetails: 'a' } }],
    ['v1', '?updateMask=vulnerability.extra_details', { vulnerability: { extra_details: 'b' } }],
    ['v1', '?update_mask=remediation', { remediation: 'c', kind: 'BUILD' }],
    ['v1beta1', '?updateMask=remediation', { remediation: 'd' }],
    ['v1', '', { remediation: 'e' }],
    ['v1', '?updateMask=*', { ...VULN, remediation: 'f' }],
  ])(
    '%s%s keeps what it is about, and is filled in from its note',
    async (version, query, body) => {
      const answer = await patch(`/${version}/${name}${query}`, body);
      expect(answer).toMatchObject({ status: 200, json: { name, kind: 'VULNERABILITY' } });
      const read = await server.call(`/v1/${name}`);
      expect(read.json).toMatchObject({
        resourceUri: URI,
        noteName: VULN.noteName,
        vulnerability: { severity: 'HIGH', effectiveSeverity: 'HIGH', fixAvailable: true },
      });
      expect(await server.call(`/${version}/${name}`)).toMatchObject({ json: answer.json });
    },
  );

  it.each([
    ['?updateMask=resourceUri', { resourceUri: 'https://x.example/y' }, 'never changes'],
    ['?updateMask=resource_uri', { resource_uri: 'https://x.example/y' }, 'never changes'],
    ['?updateMask=noteName', { noteName: BUILD.noteName }, 'occurrence.noteName is "projects/def'],
    ['?update_mask=note_name', { note_name: BUILD.noteName }, 'never changes'],
    ['?updateMask=kind', { kind: 'BUILD' }, 'occurrence.kind is "BUILD"'],
    ['?updateMask=build', { build: BUILD.build }, 'occurrence.build is of another kind'],
    ['', { resourceUri: 'https://x.example/y' }, 'never changes'],
    ['?updateMask=colour', { remediation: 'x' }, 'updateMask has "colour"'],
    ['?updateMask=vulnerability', {}, 'occurrence has no detail'],
  ])('%s of %j is refused and changes nothing', async (query, body, word) => {
    const before = await server.call(`/v1/${name}`);
    const answer = await patch(`/v1/${name}${query}`, body);
    expect(answer).toMatchObject({ status: 400, json: { error: { status: 'INVALID_ARGUMENT' } } });
    expect(valueAt(answer.json, 'error.message')).toContain(word);
    expect((await server.call(`/v1/${name}`)).json).toEqual(before.json);
  });

  it('needs its own permission', async () => {
    const token = await tokenOf({ role: 'viewer' });
    const call = { method: 'PATCH', body: { remediation: 'x' }, token };
    const answer = await server.call(`/v1/${name}`, call);
    expect(answer.status).toBe(403);
    expect(valueAt(answer.json, 'error.message')).toContain('containeranalysis.occurrences.update');
  });
});
