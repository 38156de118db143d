/**
 * Google's stock npm clients walk all their methods, v1 and v1beta1, over REST and gRPC: on loopback
 * without TLS, and with TLS and a token.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeAuthority, makeServerCertificate } from '../../src/server/make-certificates.ts';
import { type AssayServer, startAssay } from '../support/assay-server.ts';
import {
  clientsOfBeta,
  clientsOfV1,
  type ClientWay,
  type GoogleClient,
  type GoogleClients,
} from '../support/google-clients.ts';

const PROJECT = 'projects/default';
const IMAGE = `https://registry.example/team/app@sha256:${'ab'.repeat(32)}`;
const FOLDER = mkdtempSync(join(tmpdir(), 'assay-clients-'));
const CREATED = { seconds: '1700000000', nanos: 123_456_000 };

let plain: AssayServer;
let secure: AssayServer;
let ca = '';

beforeAll(async () => {
  const authority = await makeAuthority(Date.now());
  const pair = await makeServerCertificate(authority, ['127.0.0.1', 'localhost'], Date.now());
  const [cert, key] = [join(FOLDER, 'tls.crt'), join(FOLDER, 'tls.key')];
  writeFileSync(cert, pair.certificate);
  writeFileSync(key, pair.key, { mode: 0o600 });
  ca = authority.certificate;
  // REST clients take no authority of their own: it is Node's.
  setDefaultCACertificates([...getCACertificates('default'), ca]);
  const silent = ['--log-level', 'silent'];
  plain = await startAssay({ args: ['--anonymous-role', 'admin', ...silent] });
  secure = await startAssay({ args: ['--tls-cert', cert, '--tls-key', key, ...silent] });
});

afterAll(async () => {
  await Promise.all([plain.stop(), secure.stop()]);
  rmSync(FOLDER, { recursive: true, force: true });
});

const token = (server: AssayServer): string => readFileSync(server.tokenFile, 'utf8').trim();
const rest = (server: AssayServer): string => new URL(server.http).host;

const WAYS: readonly (readonly [string, () => ClientWay])[] = [
  ['REST', () => ({ transport: 'rest', address: rest(plain), token: token(plain) })],
  ['gRPC', () => ({ transport: 'grpc', address: plain.grpc })],
  ['REST, TLS', () => ({ transport: 'rest', address: rest(secure), token: token(secure), ca })],
  ['gRPC, TLS', () => ({ transport: 'grpc', address: secure.grpc, token: token(secure), ca })],
];

/** Both transports say that a method is not served. */
function isUnserved(error: unknown): boolean {
  const { code, message = '' } = error as { code?: number; message?: string };
  return code === 12 || code === 501 || message.includes('UNIMPLEMENTED');
}

/** Over REST the newer library has HTTP's code. */
function isNotFound(error: unknown): boolean {
  return [404, 5].includes((error as { code?: number }).code ?? 0);
}

/** NOT_FOUND and FAILED_PRECONDITION, as each transport has them; or left for later. */
function isKnownRefusal(error: unknown): boolean {
  if ([404, 5, 400, 9].includes((error as { code?: number }).code ?? 0)) return true;
  if (isUnserved(error)) return true;
  throw error;
}

/** What a method answers. */
async function answerOf(client: GoogleClient, method: string, request: object): Promise<never> {
  const [answer] = (await client[method]?.(request)) ?? [];
  return (answer ?? {}) as never;
}

type Row = readonly [method: string, request: object, want: object];

/** What v1 and v1beta1 have of the same shape. */
function sharedRows(id: string): readonly Row[] {
  const [note, build] = [`${PROJECT}/notes/${id}`, `${PROJECT}/notes/${id}-build`];
  const body = { build: { builderVersion: '1' } };
  return [
    ['createNote', { parent: PROJECT, noteId: id, note: body }, { name: note, kind: 'BUILD' }],
    [
      'batchCreateNotes',
      { parent: PROJECT, notes: { [`${id}-build`]: body } },
      { notes: [{ name: build }] },
    ],
    ['getNote', { name: note }, { name: note, build: { builderVersion: '1' } }],
    [
      'updateNote',
      {
        name: note,
        note: { ...body, shortDescription: 'short', longDescription: 'not in the mask' },
        updateMask: { paths: ['short_description'] },
      },
      { shortDescription: 'short', longDescription: '' },
    ],
    ['deleteNote', { name: build }, {}],
  ];
}

function v1Rows(id: string): readonly Row[] {
  const noteName = `${PROJECT}/notes/${id}`;
  const occurrence = {
    noteName,
    resourceUri: IMAGE,
    build: { provenance: { id: 'p', createTime: CREATED } },
  };
  const want = { noteName, resourceUri: IMAGE, kind: 'BUILD' };
  return [
    ['createOccurrence', { parent: PROJECT, occurrence }, want],
    [
      'batchCreateOccurrences',
      { parent: PROJECT, occurrences: [occurrence] },
      { occurrences: [{ ...want, build: { provenance: { createTime: CREATED } } }] },
    ],
  ];
}

function betaRows(id: string): readonly Row[] {
  const noteName = `${PROJECT}/notes/${id}`;
  const occurrence = {
    noteName,
    resource: { uri: IMAGE },
    build: { provenance: { id: 'p', createTime: CREATED } },
  };
  const want = { noteName, resource: { uri: IMAGE }, kind: 'BUILD' };
  return [
    ['createOccurrence', { parent: PROJECT, occurrence }, want],
    [
      'batchCreateOccurrences',
      { parent: PROJECT, occurrences: [occurrence] },
      { occurrences: [{ ...want, build: { provenance: { createTime: CREATED } } }] },
    ],
  ];
}

const VERSIONS = [
  ['v1', clientsOfV1, v1Rows],
  ['v1beta1', clientsOfBeta, betaRows],
] as const;

/**
 * What only v1beta1's client asks of an image. Nothing was scanned here: what there is to say is for
 * other tests. Over gRPC that client calls its own exportSBOM by a name that it does not have.
 */
function summariesOf(version: string, name: string): readonly string[] {
  if (version === 'v1') return [];
  const both = ['generatePackagesSummary', 'exportSBOM'];
  return name.startsWith('gRPC') ? both.slice(0, 1) : both;
}

const IMAGE_NOTE = { v1: 'image', v1beta1: 'baseImage' } as const;

it.each(WAYS)('%s: the one client gives the other', async (_name, way) => {
  const { grafeas, containerAnalysis } = await clientsOfV1(way());
  const other = (
    containerAnalysis as unknown as { getGrafeasClient: () => GoogleClient }
  ).getGrafeasClient();
  expect(await answerOf(other, 'listNotes', { parent: PROJECT })).toEqual(expect.any(Array));
  await Promise.all([grafeas, containerAnalysis, other].map((client) => client.close()));
});

describe.each(WAYS)('%s', (name, way) => {
  describe.each(VERSIONS)('%s', (version, connect, rowsOf) => {
    const id = `${name}-${version}`.toLowerCase().replaceAll(/\W+/g, '-');
    const note = `${PROJECT}/notes/${id}`;
    const [remove, ...rows] = [...sharedRows(id)].reverse();
    let clients: GoogleClients;

    beforeAll(async () => {
      clients = await connect(way());
    });

    afterAll(() => Promise.all([clients.grafeas.close(), clients.containerAnalysis.close()]));

    it.each([...rows.reverse(), ...rowsOf(id)])('%s', async (method, request, want) => {
      expect(await answerOf(clients.grafeas, method, request)).toMatchObject(want);
    });

    it('pages through lists by itself', async () => {
      const { grafeas } = clients;
      const notes = await answerOf(grafeas, 'listNotes', { parent: PROJECT, pageSize: 1 });
      const mine = [{ name: note }, { name: `${note}-build` }];
      const wanted = mine.map((one) => expect.objectContaining(one) as unknown);
      expect(notes).toEqual(expect.arrayContaining(wanted));
      const request = { name: note, pageSize: 1 };
      expect(await answerOf(grafeas, 'listNoteOccurrences', request)).toHaveLength(2);
      const filter = `kind="BUILD" AND noteId="${id}"`;
      const all = await answerOf(grafeas, 'listOccurrences', { parent: PROJECT, filter });
      expect(all).toHaveLength(2);
    });

    it('reads, changes and deletes an occurrence', async () => {
      const { grafeas } = clients;
      const mine: { name: string }[] = await answerOf(grafeas, 'listNoteOccurrences', {
        name: note,
      });
      const name = mine[0]?.name ?? '';
      const read = await answerOf(grafeas, 'getOccurrence', { name });
      expect(read).toMatchObject({ name, noteName: note });
      expect(await answerOf(grafeas, 'getOccurrenceNote', { name })).toMatchObject({ name: note });
      const changed = await answerOf(grafeas, 'updateOccurrence', {
        name,
        occurrence: { remediation: 'update' },
        updateMask: { paths: ['remediation'] },
      });
      expect(changed).toMatchObject({ remediation: 'update', noteName: note });
      await answerOf(grafeas, 'deleteOccurrence', { name });
      const gone = answerOf(grafeas, 'getOccurrence', { name });
      await expect(gone).rejects.toSatisfy(isNotFound);
    });

    it('is told which field is wrong', async () => {
      const request = {
        parent: PROJECT,
        noteId: `${id}-wrong`,
        note: { [IMAGE_NOTE[version]]: {} },
      };
      const refused = answerOf(clients.grafeas, 'createNote', request);
      await expect(refused).rejects.toThrow(`note.${IMAGE_NOTE[version]}.resourceUrl is missing`);
    });

    it('summarises vulnerabilities', async () => {
      const { grafeas, containerAnalysis } = clients;
      const client = version === 'v1' ? containerAnalysis : grafeas;
      const request = { parent: PROJECT, filter: `resourceUrl="${IMAGE}"` };
      const answer = await answerOf(client, 'getVulnerabilityOccurrencesSummary', request);
      expect(answer).toMatchObject({ counts: [] });
    });

    it('reads and writes who may use a note', async () => {
      const { containerAnalysis: client } = clients;
      const role = 'roles/containeranalysis.notes.attacher';
      const bindings = [{ role, members: ['user:a@example.com'] }];
      const set: { etag: unknown } = await answerOf(client, 'setIamPolicy', {
        resource: note,
        policy: { bindings },
      });
      expect(set).toMatchObject({ bindings });
      const read = await answerOf(client, 'getIamPolicy', { resource: note });
      expect(read).toMatchObject({ bindings, etag: set.etag });
      const permissions = ['containeranalysis.notes.get'];
      const request = { resource: note, permissions };
      expect(await answerOf(client, 'testIamPermissions', request)).toMatchObject({ permissions });
    });

    it.each(summariesOf(version, name))('%s is asked', async (method) => {
      const request = { name: `${PROJECT}/resources/${IMAGE}` };
      const asked = answerOf(clients.containerAnalysis, method, request).then(() => true);
      expect(await asked.catch(isKnownRefusal)).toBe(true);
    });

    it('deletes notes', async () => {
      if (remove === undefined) throw new Error('no row deletes a note');
      const [method, request] = remove;
      await answerOf(clients.grafeas, method, request);
      const gone = answerOf(clients.grafeas, 'getNote', request);
      await expect(gone).rejects.toSatisfy(isNotFound);
    });
  });
});
