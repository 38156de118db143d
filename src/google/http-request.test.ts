import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { requestFromGrpc } from './grpc-request.ts';
import { requestFromHttp } from './http-request.ts';
import { API_METHODS, matchMethod } from './methods.ts';

const V1 = '/v1/projects/p';

/** The request of `VERB PATH?QUERY` with a body. */
function asked(call: string, body?: unknown): JsonObject {
  const [, verb = '', path = '', query = ''] = /^(\w+) ([^?]*)\??(.*)$/.exec(call) ?? [];
  const found = matchMethod(verb, path);
  if (found?.kind !== 'found') throw new Error(`no method: ${call}`);
  return requestFromHttp(found, query, body);
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error, 'invalid-argument')) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a request over HTTP', () => {
  it.each([
    ['a name', `GET ${V1}/notes/n`, undefined, { name: 'projects/p/notes/n' }],
    [
      'a name without its location',
      `GET ${V1}/locations/us/notes/n`,
      undefined,
      { name: 'projects/p/notes/n' },
    ],
    [
      'a name whose location means something',
      `GET ${V1}/locations/us/repositories/r`,
      undefined,
      { name: 'projects/p/locations/us/repositories/r' },
    ],
    [
      'parameters, without those that no field has',
      `GET ${V1}/notes?pageSize=5&page_token=t&alt=json&%24alt=json&filter=a%20b&name=x`,
      undefined,
      { parent: 'projects/p', pageSize: '5', pageToken: 't', filter: 'a b' },
    ],
    [
      'the path before a parameter',
      `GET ${V1}/notes?parent=projects/q`,
      undefined,
      {
        parent: 'projects/p',
      },
    ],
    [
      'a parameter in a message',
      `GET ${V1}/policy:getIamPolicy?options.requestedPolicyVersion=3&options.none=1&options=x`,
      undefined,
      { resource: 'projects/p/policy', options: { requestedPolicyVersion: '3' } },
    ],
    [
      'each value of a list',
      `GET ${V1}/services:batchGet?names=a&names=b`,
      undefined,
      { parent: 'projects/p', names: ['a', 'b'] },
    ],
    [
      'a body as one field',
      `PATCH ${V1}/notes/n?updateMask=short_description`,
      { short_description: 'x' },
      {
        name: 'projects/p/notes/n',
        note: { short_description: 'x' },
        updateMask: 'short_description',
      },
    ],
    [
      'a name in a body that the path has too',
      `PUT ${V1}/attestors/a`,
      { name: 'projects/q/attestors/b', description: 'x' },
      { attestor: { name: 'projects/p/attestors/a', description: 'x' } },
    ],
    [
      'a whole body, its fields in camelCase',
      `POST ${V1}/attestors/a:validateAttestationOccurrence?occurrenceNote=ignored`,
      { occurrence_note: 'n', unknown_field: 1 },
      { attestor: 'projects/p/attestors/a', occurrenceNote: 'n', unknown_field: 1 },
    ],
    [
      'both spellings of a field, for its reader to refuse',
      `POST ${V1}/attestors/a:validateAttestationOccurrence`,
      { occurrenceNote: 'n', occurrence_note: 'm' },
      { attestor: 'projects/p/attestors/a', occurrenceNote: 'n', occurrence_note: 'm' },
    ],
    [
      'a body that is no object',
      `POST ${V1}/notes?noteId=n`,
      [1],
      {
        parent: 'projects/p',
        noteId: 'n',
        note: [1],
      },
    ],
  ])('has %s', (_name, call, body, want) => {
    expect(asked(call, body)).toEqual(want);
  });

  it.each([
    ['a whole body that is none', [1], 'request is [1]; want an object'],
    [
      'another parent in its body',
      { parent: 'projects/q' },
      'request.parent is "projects/q", but the path says "projects/p"; leave it out',
    ],
  ])('is refused for %s', (_name, body, message) => {
    expect(refusal(() => asked(`POST ${V1}/notes:batchCreate`, body))).toBe(message);
  });

  it('may say its parent again, with a location', () => {
    const parent = 'projects/p/locations/us';
    expect(asked(`POST ${V1}/notes:batchCreate`, { parent })).toEqual({ parent: 'projects/p' });
  });

  it('keeps no prototype of a body', () => {
    const body: unknown = JSON.parse('{"__proto__": {"parent": "projects/q"}, "notes": {}}');
    const request = asked(`POST ${V1}/notes:batchCreate`, body);
    expect(Object.getPrototypeOf(request)).toBe(Object.prototype);
    expect(request['parent']).toBe('projects/p');
  });

  it('is made of any query', () => {
    fc.assert(
      fc.property(fc.webQueryParameters(), (query) => {
        expect(asked(`GET ${V1}/notes?${query}`)['parent']).toBe('projects/p');
      }),
    );
  });
});

describe('a request over gRPC', () => {
  const over = (id: string, message: JsonObject) => {
    const method = API_METHODS.find((one) => one.id === id);
    if (method === undefined) throw new Error(`no method ${id}`);
    return requestFromGrpc(method, message);
  };

  it.each([
    [
      'grafeas.v1.Grafeas.GetNote',
      { name: 'projects/p/locations/us/notes/n' },
      { request: { name: 'projects/p/notes/n' }, resource: 'projects/p/notes/n', location: 'us' },
    ],
    [
      'grafeas.v1.Grafeas.CreateNote',
      { parent: 'projects/p', noteId: 'n' },
      { request: { parent: 'projects/p', noteId: 'n', note: {} }, resource: 'projects/p' },
    ],
    [
      'google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1.UpdatePolicy',
      { policy: { name: 'projects/p/policy' } },
      { request: { policy: { name: 'projects/p/policy' } }, resource: 'projects/p/policy' },
    ],
    [
      'google.devtools.containeranalysis.v1beta1.ContainerAnalysisV1Beta1.ExportSBOM',
      { name: 'projects/p/resources/https://h/i@sha256:0' },
      {
        request: { name: 'projects/p/resources/https://h/i@sha256:0' },
        resource: 'projects/p/resources/https://h/i@sha256:0',
      },
    ],
  ])('of %s is what HTTP gives', (id, message, want) => {
    expect(over(id, message)).toEqual(want);
  });

  it.each([
    ['', 'is missing: it is required; want projects/*/resources/**'],
    [
      'projects/p/resources/',
      'want projects/*/resources/** or projects/*/locations/*/resources/**',
    ],
    ['projects/p/notes/n', 'is "projects/p/notes/n"; want projects/*/resources/**'],
  ])('is refused for the name "%s"', (name, message) => {
    const id = 'google.devtools.containeranalysis.v1beta1.ContainerAnalysisV1Beta1.ExportSBOM';
    expect(refusal(() => over(id, name === '' ? {} : { name }))).toContain(message);
  });
});
