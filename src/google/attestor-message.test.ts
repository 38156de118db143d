import { describe, expect, it } from 'vitest';
import type { Attestor } from '../domain/attestor.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { attestorFromJson, attestorToJson } from './attestor-message.ts';
import { errorToJson, unknownPathToJson, wrongVerbToJson } from './error-message.ts';
import { requestFromHttp } from './http-request.ts';
import { listToJson, readCreateId, readListQuery, readUpdateMask } from './list-message.ts';
import { type ApiVersion, matchMethod } from './methods.ts';

const NAME = 'projects/p/attestors/test-attestor';
const NOTE = 'projects/p/notes/test-attestor-note';
const ARMOR =
  '-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n\r\nmQENBF\r\n-----END PGP PUBLIC KEY BLOCK-----\r\n';
const PKIX = {
  publicKeyPem: '-----BEGIN PUBLIC KEY-----\n',
  signatureAlgorithm: 'ECDSA_P256_SHA256',
};

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

/** The request of a call with a query. */
function asked(query: string, [verb, path] = ['GET', '/v1/projects/p/notes']): JsonObject {
  const found = matchMethod(verb, path);
  if (found?.kind !== 'found') throw new Error(`no method: ${path}`);
  return requestFromHttp(found, query, {});
}

describe('attestors', () => {
  it.each<[ApiVersion, string]>([
    ['v1', 'userOwnedGrafeasNote'],
    ['v1beta1', 'userOwnedDrydockNote'],
    ['v1alpha2', 'userOwnedDrydockNote'],
  ])('in %s name their note in %s', (version, field) => {
    const body = attestorFromJson(version, { name: NAME, [field]: { noteReference: NOTE } });
    expect(body).toEqual({ name: NAME, noteReference: NOTE, publicKeys: [] });
    const attestor: Attestor = { ...body, name: NAME, updateTime: 1, etag: 'AAA=' };
    expect(attestorToJson(version, attestor)).toEqual({
      name: NAME,
      [field]: { noteReference: NOTE },
      updateTime: '1970-01-01T00:00:00.000001Z',
      etag: 'AAA=',
    });
  });

  it('gcloud’s update sends back what it has read, a key appended without id', () => {
    const attestor: Attestor = {
      name: NAME,
      description: 'd',
      noteReference: NOTE,
      publicKeys: [{ id: 'AB', comment: 'c', asciiArmoredPgpPublicKey: ARMOR }],
      updateTime: 0,
      etag: '"x"',
    };
    const read = attestorToJson('v1', attestor);
    const note = read['userOwnedGrafeasNote'] as { publicKeys: JsonObject[] };
    const publicKeys = [
      ...note.publicKeys,
      { asciiArmoredPgpPublicKey: 'new' },
      { pkixPublicKey: PKIX },
    ];
    const delegationServiceAccountEmail = 'x@example.com';
    const userOwnedGrafeasNote = { ...note, publicKeys, delegationServiceAccountEmail };
    expect(attestorFromJson('v1', { ...read, userOwnedGrafeasNote })).toEqual({
      name: NAME,
      description: 'd',
      noteReference: NOTE,
      etag: '"x"',
      publicKeys: [
        attestor.publicKeys[0],
        { id: '', asciiArmoredPgpPublicKey: 'new' },
        { id: '', pkixPublicKey: PKIX },
      ],
    });
  });

  it('algorithms by number and alias mean one, keyId is the id', () => {
    const read = (signatureAlgorithm: unknown) =>
      attestorFromJson('v1', {
        user_owned_grafeas_note: {
          note_reference: NOTE,
          public_keys: [{ pkix_public_key: { ...PKIX, signatureAlgorithm, keyId: '//kms/k' } }],
        },
      }).publicKeys;
    const want = [{ id: '//kms/k', pkixPublicKey: PKIX }];
    expect([read('ECDSA_P256_SHA256'), read('EC_SIGN_P256_SHA256'), read(9)]).toEqual([
      want,
      want,
      want,
    ]);
  });

  const withKey = (key: unknown) => ({
    userOwnedGrafeasNote: { noteReference: NOTE, publicKeys: [key] },
  });
  const KEY = 'attestor.userOwnedGrafeasNote.publicKeys[0]';
  it.each<[string, unknown, string]>([
    ['no object', 1, 'attestor is 1; want an object'],
    ['no note', {}, 'attestor.userOwnedGrafeasNote is missing'],
    ['no reference', { userOwnedGrafeasNote: {} }, 'userOwnedGrafeasNote.noteReference is missing'],
    [
      'a note id alone',
      { userOwnedGrafeasNote: { noteReference: 'n' } },
      'noteReference: name "n" is not of the form projects/PROJECT/notes/ID',
    ],
    [
      'the field of v1beta1',
      { userOwnedDrydockNote: { noteReference: NOTE } },
      'attestor.userOwnedDrydockNote is an unknown field',
    ],
    [
      'no key in a key',
      withKey({ id: 'x' }),
      `${KEY} has no key; give asciiArmoredPgpPublicKey or pkixPublicKey`,
    ],
    [
      'two keys in a key',
      withKey({ asciiArmoredPgpPublicKey: 'a', pkixPublicKey: PKIX }),
      `${KEY} has both`,
    ],
    [
      'a PKIX key without PEM',
      withKey({ pkixPublicKey: { signatureAlgorithm: 1 } }),
      'publicKeyPem is missing',
    ],
    [
      'an unknown algorithm',
      withKey({ pkixPublicKey: { ...PKIX, signatureAlgorithm: 'RSA' } }),
      'signatureAlgorithm is "RSA"; want RSA_PSS_2048_SHA256',
    ],
    [
      'two ids',
      withKey({ id: 'a', pkixPublicKey: { ...PKIX, keyId: 'b' } }),
      `${KEY}.pkixPublicKey.keyId is "b", but the key's id is "a"`,
    ],
    [
      'keys as object',
      { userOwnedGrafeasNote: { noteReference: NOTE, publicKeys: {} } },
      'publicKeys is {}; want a list',
    ],
  ])('are refused with %s', (_name, json, message) => {
    expect(refusal(() => attestorFromJson('v1', json))).toContain(message);
  });
});

describe('errors', () => {
  it.each([
    ['not-found', 404, 'NOT_FOUND'],
    ['invalid-policy', 400, 'INVALID_ARGUMENT'],
    ['already-exists', 409, 'ALREADY_EXISTS'],
    ['aborted', 409, 'ABORTED'],
    ['digest-mismatch', 502, 'DATA_LOSS'],
  ] as const)('%s is %i %s', (code, http, status) => {
    const error = new AssayError(code, 'why', { cause: new Error('secret'), details: { a: 'b' } });
    expect(errorToJson(error)).toEqual({
      http,
      body: { error: { code: http, message: 'why', status, details: [] } },
    });
  });

  it('tell an unknown path from a wrong verb', () => {
    expect(unknownPathToJson('/v9').body).toMatchObject({
      error: { code: 404, status: 'NOT_FOUND' },
    });
    expect(wrongVerbToJson('BREW', ['GET', 'PUT'])).toMatchObject({
      http: 405,
      body: { error: { message: '"BREW" is not known here; use GET, PUT' } },
    });
  });
});

describe('list requests', () => {
  const CREATE: [string, string] = ['POST', '/v1/projects/p/notes'];
  const UPDATE: [string, string] = ['PATCH', '/v1/projects/p/notes/n'];
  const read = (query: string) => readListQuery(asked(query));

  it.each([
    ['', { pageSize: 20, filter: '' }],
    [
      'alt=json&%24alt=json%3Benum-encoding%3Dint&key=x&prettyPrint=true',
      { pageSize: 20, filter: '' },
    ],
    ['pageSize=0', { pageSize: 20, filter: '' }],
    ['pageSize=1', { pageSize: 1, filter: '' }],
    ['page_size=1000', { pageSize: 1000, filter: '' }],
    ['pageSize=1001', { pageSize: 1000, filter: '' }],
    ['filter=&pageSize=100', { pageSize: 100, filter: '' }],
    ['filter=kind%3D%22PACKAGE%22', { pageSize: 20, filter: 'kind="PACKAGE"' }],
    ['pageToken=t&page_token=u', { pageSize: 20, filter: '', pageToken: 't' }],
    ['page_token=u', { pageSize: 20, filter: '', pageToken: 'u' }],
  ])('%s', (query, want) => {
    expect(read(query)).toEqual(want);
  });

  it.each([
    ['pageSize=-1', 'pageSize is "-1"; want a number from 1 to 1000'],
    ['pageSize=ten', 'pageSize is "ten"'],
    ['pageSize=1.5', 'pageSize is "1.5"'],
    [
      `pageSize=${'1'.repeat(40)}`,
      'query parameter pageSize has 40 characters; at most 32 are read',
    ],
    [`filter=${'x'.repeat(20_000)}`, 'query parameter filter has 20000 characters'],
    [`pageToken=${'x'.repeat(5000)}`, 'query parameter pageToken has 5000 characters'],
  ])('%s is refused', (query, message) => {
    expect(refusal(() => read(query))).toContain(message);
  });

  it('name what a create makes', () => {
    expect(readCreateId(asked('note_id=n', CREATE), 'noteId')).toBe('n');
    expect(refusal(() => readCreateId(asked('noteId=', CREATE), 'noteId'))).toBe(
      'query parameter noteId is missing: it is required',
    );
  });

  it('take masks in both spellings', () => {
    const mask = readUpdateMask(asked('updateMask=short_description,image.v1_name,a', UPDATE));
    expect(mask).toEqual(['shortDescription', 'image.v1Name', 'a']);
    expect(readUpdateMask(asked('', UPDATE))).toBeUndefined();
  });

  it('are answered without empty fields', () => {
    expect(listToJson('notes', [])).toEqual({});
    expect(listToJson('notes', [{}], 't')).toEqual({ notes: [{}], nextPageToken: 't' });
    expect(listToJson('notes', [{}], '')).toEqual({ notes: [{}] });
  });
});
