/**
 * Bodies and queries of the API, good ones made wrong and random ones, against the listeners in this
 * process: whatever comes in, an answer in Google's shape goes out, nothing is logged as an error,
 * and the heap does not grow.
 */
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { createGrpcCodec } from '../../src/google/grpc-codec.ts';
import { grpcPort } from '../../src/server/grpc-listener.ts';
import {
  FUZZ_TOKEN,
  type FuzzListeners,
  liveHeap,
  openFuzzListeners,
} from '../support/fuzz-listeners.ts';
import { mutated, mutatedBytes } from '../support/mutations.ts';

const MEBIBYTE = 1024 * 1024;
/** The heap may grow by so much: memories of proofs and verdicts fill, and are bounded. */
const GROWTH = 32 * MEBIBYTE;
/** Statuses of an answer that is no defect of ours. */
const GOOD = new Set([200, 400, 401, 403, 404, 405, 409, 413, 501]);

const NOTE = 'projects/fuzz/notes/n';
const URI = `https://registry.example/app@sha256:${'ab'.repeat(32)}`;
const RULE = { evaluationMode: 'ALWAYS_DENY', enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG' };
const ISSUE = {
  affectedCpeUri: 'cpe:/o:debian',
  affectedPackage: 'a',
  affectedVersion: { kind: 'NORMAL', name: '1', epoch: 1 },
  fixedVersion: { kind: 'MAXIMUM' },
};
const ATTESTATION = {
  serializedPayload: 'AAAA',
  signatures: [{ publicKeyId: 'a', signature: '' }],
};
const OWNED = { noteReference: NOTE, publicKeys: [{ asciiArmoredPgpPublicKey: 'a', id: 'b' }] };

interface GoodCall {
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body: JsonObject;
}

const CALLS: readonly GoodCall[] = [
  post('/v1/projects/fuzz/notes?noteId=n', { vulnerability: { severity: 'HIGH', cvssScore: 7.5 } }),
  post('/v1beta1/projects/fuzz/notes?noteId=b', {
    attestation_authority: { hint: { human_readable_name: 'a' } },
  }),
  post('/v1/projects/fuzz/notes:batchCreate', {
    notes: { one: { build: { builderVersion: '1' } } },
  }),
  post('/v1/projects/fuzz/occurrences', {
    resourceUri: URI,
    noteName: NOTE,
    vulnerability: { packageIssue: [ISSUE] },
  }),
  post('/v1/projects/fuzz/occurrences', {
    resourceUri: URI,
    noteName: NOTE,
    attestation: ATTESTATION,
  }),
  post('/v1beta1/projects/fuzz/occurrences', {
    resource: { uri: URI },
    noteName: NOTE,
    attestation: { attestation: { pgpSignedAttestation: { signature: 'a', pgpKeyId: 'b' } } },
  }),
  post('/v1/projects/fuzz/occurrences:batchCreate', {
    occurrences: [{ resourceUri: URI, noteName: NOTE, build: {} }],
  }),
  {
    method: 'PATCH',
    path: `/v1/${NOTE}?updateMask=short_description,vulnerability`,
    body: { shortDescription: 'a', vulnerability: {} },
  },
  {
    method: 'PUT',
    path: '/v1/projects/fuzz/policy',
    body: {
      defaultAdmissionRule: RULE,
      admissionWhitelistPatterns: [{ namePattern: 'gcr.io/a/*' }],
      clusterAdmissionRules: { 'z.c': RULE },
    },
  },
  post('/v1/projects/fuzz/attestors?attestorId=a', { userOwnedGrafeasNote: OWNED }),
  {
    method: 'PUT',
    path: '/v1alpha2/projects/fuzz/attestors/a',
    body: { userOwnedDrydockNote: OWNED, etag: 'AAAA' },
  },
  post('/v1/projects/fuzz/attestors/a:validateAttestationOccurrence', {
    attestation: ATTESTATION,
    occurrenceNote: NOTE,
    occurrenceResourceUri: URI,
  }),
  post('/v1/projects/fuzz/attestors/a:setIamPolicy', {
    policy: {
      bindings: [{ role: 'roles/viewer', members: ['user:a@example.org'] }],
      etag: 'AAAA',
      version: 3,
    },
  }),
  post('/v1/projects/fuzz/policy:testIamPermissions', {
    permissions: ['binaryauthorization.policy.get'],
  }),
];

/** Methods of gRPC with the type of their request and a good one. */
const METHODS: readonly (readonly [path: string, type: string, good: JsonObject])[] = [
  [
    '/grafeas.v1.Grafeas/CreateNote',
    'grafeas.v1.CreateNoteRequest',
    { parent: 'projects/fuzz', noteId: 'g', note: { build: { builderVersion: '1' } } },
  ],
  [
    '/grafeas.v1.Grafeas/CreateOccurrence',
    'grafeas.v1.CreateOccurrenceRequest',
    {
      parent: 'projects/fuzz',
      occurrence: { resourceUri: URI, noteName: NOTE, vulnerability: { packageIssue: [ISSUE] } },
    },
  ],
  [
    '/grafeas.v1.Grafeas/ListOccurrences',
    'grafeas.v1.ListOccurrencesRequest',
    { parent: 'projects/fuzz', filter: 'kind="BUILD"', pageSize: 10 },
  ],
  [
    '/grafeas.v1.Grafeas/UpdateNote',
    'grafeas.v1.UpdateNoteRequest',
    { name: NOTE, note: { shortDescription: 'a' }, updateMask: 'shortDescription' },
  ],
];

/** Paths and queries; made here because the table of characters is large, and no leak. */
const piece = fc.oneof(
  fc.constantFrom('projects', 'fuzz', 'notes', 'n', 'occurrences', '..', '%2F', '%00', '%ff', ''),
  fc
    .string({ unit: 'binary', maxLength: 12 })
    .map((text) => encodeURIComponent(text.toWellFormed())),
);
const asked = fc.record({
  version: fc.constantFrom('v1', 'v1beta1', 'v1alpha2', 'api/v1'),
  pieces: fc.array(piece, { maxLength: 6 }),
  name: fc.constantFrom('filter', 'pageSize', 'pageToken', 'updateMask', 'noteId', 'page_size'),
  value: fc.string({ unit: 'binary', maxLength: 40 }),
  method: fc.constantFrom('GET', 'DELETE', 'POST', 'PATCH', 'PUT'),
});

let listeners: FuzzListeners;
let client: Client;
let before = 0;
const codec = createGrpcCodec();

beforeAll(async () => {
  listeners = await openFuzzListeners();
  client = new Client(`127.0.0.1:${grpcPort(listeners.grpc)}`, credentials.createInsecure());
  // What is loaded by the first calls is no leak.
  for (const call of CALLS)
    await send(call.method, call.path, Buffer.from(JSON.stringify(call.body)));
  for (const [path, type, good] of METHODS) await sendGrpc(path, codec.encode(type, good));
  before = liveHeap();
});

afterAll(async () => {
  client.close();
  await listeners.close();
});

describe('whatever comes in', () => {
  it('a body is answered in Google’s shape', async () => {
    const calls = fc
      .constantFrom(...CALLS)
      .chain((call) => mutated(call.body).map((bytes) => ({ call, bytes })));
    await fc.assert(
      fc.asyncProperty(calls, async ({ call, bytes }) => {
        expectAnswer(await send(call.method, call.path, bytes));
      }),
    );
  });

  it('a path and a query are answered in Google’s shape', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async ({ version, pieces, name, value, method }) => {
        const query = `${name}=${encodeURIComponent(value.toWellFormed())}`;
        const path = `/${version}/${pieces.join('/')}?${query}`;
        expectAnswer(await send(method, path, Buffer.alloc(0)));
      }),
    );
  });

  it('bytes over gRPC are answered with a status that is no defect', async () => {
    const sent = fc.constantFrom(...METHODS).chain(([path, type, good]) =>
      fc
        .oneof(
          mutatedBytes(codec.encode(type, good)),
          fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        )
        .map((bytes) => ({ path, bytes })),
    );
    const defects: unknown[] = [
      status.UNKNOWN,
      status.INTERNAL,
      status.UNAVAILABLE,
      status.DATA_LOSS,
    ];
    await fc.assert(
      fc.asyncProperty(sent, async ({ path, bytes }) => {
        const error = await sendGrpc(path, bytes);
        expect(defects).not.toContain(error?.code);
      }),
    );
  });

  it('nothing is logged as an error, and the heap does not grow', () => {
    expect(listeners.errors).toEqual([]);
    const growth = liveHeap() - before;
    process.stdout.write(`fuzz: the heap grew by ${(growth / MEBIBYTE).toFixed(1)} MiB\n`);
    expect(growth).toBeLessThan(GROWTH);
  });
});

interface Answer {
  readonly statusCode: number;
  readonly body: string;
}

function expectAnswer({ statusCode, body }: Answer): void {
  expect(GOOD).toContain(statusCode);
  const { error } = JSON.parse(body) as {
    error?: { code: number; status: string; message: string };
  };
  expect(error?.code ?? 200).toBe(statusCode);
  expect((error?.message ?? 'answered').length).toBeGreaterThan(0);
  expect((error?.message ?? '').length).toBeLessThan(5000);
}

async function send(method: string, url: string, payload: Buffer): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${FUZZ_TOKEN}`,
    host: 'localhost',
    'content-type': 'application/json',
  };
  const inject = method as 'POST';
  return listeners.http.inject({ method: inject, url, headers, payload });
}

function sendGrpc(path: string, bytes: Uint8Array): Promise<ServiceError | null> {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${FUZZ_TOKEN}`);
  const same = (value: Buffer): Buffer => value;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, same, same, Buffer.from(bytes), metadata, (error) =>
      resolve(error),
    );
  });
}

function post(path: string, body: { readonly [key: string]: Json }): GoodCall {
  return { method: 'POST', path, body };
}
