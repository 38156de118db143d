/** What gRPC's clients are told where something is wrong, by a client that sends any bytes. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { type ServiceError, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GrpcClient, grpcClient } from '../../test/support/grpc-client.ts';
import { createGrpcCodec } from '../google/grpc-codec.ts';
import { isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { MAX_CONTAINERS } from '../domain/json-shape.ts';
import { API_METHODS } from '../google/methods.ts';
import type { Deps } from '../operations/deps.ts';
import { buildGrpcListener, type GrpcListener, grpcPort } from './grpc-listener.ts';
import { MAX_BODY_BYTES } from './http-listener.ts';

const codec = createGrpcCodec();
const logged: string[] = [];
let store: object = {};
let listener: GrpcListener;
let client: GrpcClient;

beforeAll(async () => {
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (_fields: object, message: string) => void logged.push(message),
  };
  const deps = { log, newId: () => 'request-1', store: { read: () => store } };
  listener = buildGrpcListener(deps as unknown as Deps, {
    authenticator: {
      findToken: async (secret) =>
        secret === 'good' ? { name: 'token:t', grants: [{ role: 'viewer' }] } : undefined,
      grants: () => [],
      openWebhook: false,
    },
  });
  await listener.listen({ host: '127.0.0.1', port: 0 });
  client = grpcClient({ address: `127.0.0.1:${grpcPort(listener)}` });
});

afterAll(async () => {
  client.close();
  await listener.close();
});

/** Sends bytes to a method; answers the error. */
async function refusal(path: string, bytes: Uint8Array, token = 'good'): Promise<ServiceError> {
  const answer = await client.send(path, bytes, token === '' ? {} : { token });
  if (answer instanceof Error) return answer;
  throw new Error('it was answered');
}

/** A length as a varint of at most two bytes. */
function lengthOf(length: number): number[] {
  return length < 128 ? [length] : [(length & 127) | 128, length >> 7];
}

const GRAFEAS = '/grafeas.v1.Grafeas';
const GET_NOTE = 'grafeas.v1.GetNoteRequest';
const encode = (type: string, json: object): Uint8Array => codec.encode(type, { ...json });

describe('gRPC refuses', () => {
  it.each([
    ['no token', '', status.UNAUTHENTICATED, 'no bearer token'],
    ['a wrong token', 'bad', status.UNAUTHENTICATED, 'not known here'],
  ])('%s', async (_name, token, code, message) => {
    const error = await refusal(`${GRAFEAS}/GetNote`, new Uint8Array(), token);
    expect(error).toMatchObject({ code, details: expect.stringContaining(message) as unknown });
  });

  it.each([
    ['no name', {}, 'name is missing: it is required; want projects/*/notes/*'],
    ['another name', { name: 'projects/p' }, 'name is "projects/p"; want projects/*/notes/*'],
    ['an empty part', { name: 'projects//notes/n' }, 'name is "projects//notes/n"'],
  ])('%s', async (_name, json, message) => {
    const error = await refusal(`${GRAFEAS}/GetNote`, encode(GET_NOTE, json));
    expect(error).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(message) as unknown,
    });
  });

  it.each([
    ['bytes that are no message', Uint8Array.of(0xff, 0xff, 0xff)],
    ['text that is no UTF-8', Uint8Array.of(0x0a, 0x02, 0xc3, 0x28)],
    ['a length beyond the end', Uint8Array.of(0x0a, 0x7f, 0x61)],
  ])('%s', async (_name, bytes) => {
    const error = await refusal(`${GRAFEAS}/GetNote`, bytes);
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toMatch(/^the request is no readable grafeas\.v1\.GetNoteRequest: /);
  });

  it('an enum number without a name, naming the field', async () => {
    const parent = [...new TextEncoder().encode('projects/p')];
    // Fields by number: parent 1, note 3, in it vulnerability 10, in it severity 2.
    const bytes = [0x0a, parent.length, ...parent, 0x1a, 4, 0x52, 2, 0x10, 99];
    const error = await refusal(`${GRAFEAS}/CreateNote`, Uint8Array.from(bytes));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toContain('note.vulnerability.severity is 99; want MINIMAL');
  });

  it('unknown fields by leaving them out', async () => {
    const error = await refusal(`${GRAFEAS}/GetNote`, Uint8Array.of(0xf2, 0x07, 1, 0x61));
    expect(error.details).toContain('name is missing');
  });

  it('a message beyond the limit', async () => {
    const error = await refusal(`${GRAFEAS}/GetNote`, new Uint8Array(MAX_BODY_BYTES + 1));
    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('more messages than one request may have, before they are made', async () => {
    const empty = Uint8Array.of(0x12, 0x00);
    const bytes = Buffer.alloc(2 * (MAX_CONTAINERS + 1), empty);
    const started = performance.now();
    const error = await refusal(`${GRAFEAS}/BatchCreateOccurrences`, bytes);
    expect(error.code).toBe(status.RESOURCE_EXHAUSTED);
    expect(error.details).toContain('more than 200000 messages');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('nesting without end', () => {
    let bytes: number[] = [];
    for (let level = 0; level < 60; level += 1) {
      // ListValue.values, in it Value.list_value.
      bytes = [0x0a, ...lengthOf(bytes.length + 1 + lengthOf(bytes.length).length), 0x32].concat(
        lengthOf(bytes.length),
        bytes,
      );
    }
    expect(() => codec.decode('google.protobuf.ListValue', Uint8Array.from(bytes))).toThrow(
      /recursion/,
    );
  });

  it('a method that is not served, by its name', async () => {
    const path = '/google.devtools.artifactregistry.v1.ArtifactRegistry/DeleteRepository';
    const error = await refusal(path, new Uint8Array());
    expect(error.code).toBe(status.UNIMPLEMENTED);
    expect(error.details).toContain('ArtifactRegistry.DeleteRepository is not supported');
  });

  it('a service that no descriptor has', async () => {
    const error = await refusal('/no.Such/Method', new Uint8Array());
    expect(error.code).toBe(status.UNIMPLEMENTED);
  });

  it('with details for programs: our code and where', async () => {
    const error = await refusal(`${GRAFEAS}/GetNote`, encode(GET_NOTE, { name: 'x' }));
    const [bytes] = error.metadata.get('grpc-status-details-bin');
    expect(codec.decode('google.rpc.Status', bytes as Buffer)).toEqual({
      code: 3,
      message: error.details,
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'INVALID_ARGUMENT',
          domain: 'assay',
          metadata: { path: 'name' },
        },
      ],
    });
  });

  it('what is unknown by a request id, which the log has', async () => {
    store = undefined as never;
    const bytes = encode(GET_NOTE, { name: 'projects/p/notes/n' });
    const error = await refusal(`${GRAFEAS}/GetNote`, bytes);
    expect(error).toMatchObject({
      code: status.INTERNAL,
      details: "internal error; the server's log has it under request request-1",
    });
    expect(logged).toContain('request failed');
  });
});

describe('the gRPC listener', () => {
  it('ends a connection that is no gRPC, and goes on', async () => {
    const socket = connect(grpcPort(listener), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
    socket.resume();
    await once(socket, 'close');
    const error = await refusal(`${GRAFEAS}/GetNote`, encode(GET_NOTE, { name: 'x' }));
    expect(error.code).toBe(status.INVALID_ARGUMENT);
  });

  it('bounds its connections', () => {
    expect(listener.server.maxConnections).toBe(2048);
  });
});

describe('the codec', () => {
  it('leaves out what a message has no place for', () => {
    const note = { name: 'n', kind: 'UPGRADE', upgrade: {}, build: { builderVersion: '1' } };
    const bytes = codec.encode('grafeas.v1beta1.Note', note);
    expect(codec.decode('grafeas.v1beta1.Note', bytes)).toEqual({
      name: 'n',
      build: { builderVersion: '1' },
    });
  });

  it('leaves out free JSON that is not of the field’s type, and keeps the rest', () => {
    const statement = { slsaProvenance: { recipe: { type: 't', arguments: { a: 1 } } } };
    const bytes = codec.encode('grafeas.v1.BuildOccurrence', { intotoStatement: statement });
    expect(codec.decode('grafeas.v1.BuildOccurrence', bytes)).toEqual({
      intotoStatement: { slsaProvenance: { recipe: { type: 't' } } },
    });
  });

  it('keeps times, numbers and bytes', () => {
    const json = {
      build: {
        provenance: { id: 'p', createTime: '2026-11-20T17:19:14.045576Z' },
        intotoProvenance: { recipe: { definedInMaterial: '9007199254740993' } },
      },
    };
    const bytes = codec.encode('grafeas.v1.Occurrence', json);
    expect(codec.decode('grafeas.v1.Occurrence', bytes)).toEqual(json);
  });

  /** Undefined: the bytes are refused as they should be. */
  const read = (type: string, bytes: Uint8Array): JsonObject | undefined => {
    try {
      return codec.decode(type, bytes);
    } catch (error) {
      if (isAssayError(error, 'invalid-argument')) return undefined;
      throw error;
    }
  };

  it('reads any bytes, or says that it cannot', () => {
    const types = [...new Set(API_METHODS.map(({ request }) => request))];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 64 }), (type, bytes) => {
        const json = read(type, bytes);
        // What was read is written and read again as the same.
        expect(json && codec.decode(type, codec.encode(type, json))).toEqual(json);
      }),
    );
  });
});
