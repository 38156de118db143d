/** Wrong bytes: JSON, encodings, sizes, headers and identities. */
import { bad, type BadRequest, get, invalid, NOTE, P, post } from './bad-request.ts';

const NOTES = `/v1/projects/${P}/notes?noteId=new`;
const BUILD = '{"build":{"builderVersion":"1"}}';
const MIB = 1024 * 1024;

function body(name: string, bytes: string | Uint8Array, says: string | RegExp): BadRequest {
  return invalid(`a body: ${name}`, post(NOTES, bytes), says);
}

function typed(type: string, text: string, says: string | RegExp): BadRequest {
  return invalid(`a body of type ${type}`, post(NOTES, text, { 'content-type': type }), says);
}

const FORBIDDEN = { status: 403, code: 'PERMISSION_DENIED' };
const UNKNOWN = { status: 401, code: 'UNAUTHENTICATED' };
const TOO_LARGE = { status: 413, code: 'RESOURCE_EXHAUSTED' };

/** The rows. */
export const BAD_TRANSPORT: readonly BadRequest[] = [
  body('no JSON', 'build', 'the body is not JSON'),
  body('half JSON', '{"build":', 'the body is not JSON'),
  body('JSON with a comment', '{/* */"build":{"builderVersion":"1"}}', 'not JSON'),
  body('two values', `${BUILD}${BUILD}`, 'the body is not JSON'),
  body('single quotes', "{'build':{}}", 'the body is not JSON'),
  body('a trailing comma', '{"build":{"builderVersion":"1",}}', 'not JSON'),
  body('a number that JSON has not', '{"vulnerability":{"cvssScore":NaN}}', 'not JSON'),
  body(
    'a key twice',
    '{"build":{"builderVersion":"1","builderVersion":"2"}}',
    'key "builderVersion" twice',
  ),
  body(
    'a key twice, once escaped',
    '{"build":{"builderVersion":"1"},"\\u0062uild":{}}',
    'key "build" twice',
  ),
  body('65 levels', `{"build":${'['.repeat(65)}${']'.repeat(65)}}`, 'nested deeper than 64 levels'),
  body('100,000 levels', '['.repeat(100_000), 'nested deeper than 64 levels'),
  bad('a body of a million arrays', post(NOTES, `[${'[],'.repeat(1_000_000)}[]]`), {
    ...TOO_LARGE,
    says: 'at most 200000 are read',
  }),
  body('UTF-16', Buffer.from(BUILD, 'utf16le'), /not UTF-8|not JSON/),
  body('Latin-1', Buffer.from('{"build":{"builderVersion":"é"}}', 'latin1'), 'not UTF-8'),
  body('half a character', Buffer.from([0x22, 0xe2, 0x82, 0x22]), 'not UTF-8'),
  body('an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'not UTF-8'),
  body('an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'not UTF-8'),
  body('a raw NUL byte', '{"build":{"builderVersion":"\u0000"}}', 'not JSON'),
  body('nothing but blanks', '   ', /not JSON|no detail/),
  body('nothing', '', /no detail|note/),
  typed('multipart/form-data; boundary=x', '--x\r\n\r\na\r\n--x--', 'not JSON'),
  typed('application/x-www-form-urlencoded', 'build=1', 'not JSON'),
  typed('application/xml', '<build/>', 'not JSON'),
  typed(
    'application/json; charset=utf-16',
    Buffer.from(BUILD, 'utf16le').toString('latin1'),
    /not UTF-8|not JSON/,
  ),
  invalid(
    'a compressed body',
    post(NOTES, Buffer.from([0x1f, 0x8b, 8, 0]), { 'content-encoding': 'gzip' }),
    /content-encoding|gzip/i,
  ),
  bad('a body of 8 MiB and one byte', post(NOTES, ' '.repeat(8 * MIB + 1)), {
    ...TOO_LARGE,
    says: 'larger than 8388608 bytes',
  }),
  bad('a body of 12 MiB', post(NOTES, ' '.repeat(12 * MIB)), {
    ...TOO_LARGE,
    says: 'larger than 8388608 bytes',
  }),
  invalid(
    'a body of almost 8 MiB',
    post(NOTES, `{"colour":"${'a'.repeat(8 * MIB - 13)}"}`),
    'note.colour is an unknown field',
  ),
  invalid(
    'a head of 70,000 bytes',
    get(`/v1/${NOTE}`, { 'x-long': 'a'.repeat(70_000) }),
    'too long together',
  ),
  invalid('a path of 70,000 bytes', get(`/v1/${NOTE}?${'a'.repeat(70_000)}`), 'too long together'),
  invalid(
    '2500 headers',
    get(
      `/v1/${NOTE}`,
      Object.fromEntries(
        Array.from({ length: 2500 }, (_, index) => [`x-${index}`, 'a'.repeat(20)]),
      ),
    ),
    /too long together|headers/,
  ),
  invalid(
    'a NUL byte in a header',
    get(`/v1/${NOTE}`, { 'x-a': 'a\u0000b' }),
    'not readable as HTTP/1.1',
  ),
  invalid('a blank in the path', get('/v1/a b'), 'not readable as HTTP/1.1'),
  invalid('a NUL byte in the path', get('/v1/a\u0000b'), 'not readable as HTTP/1.1'),
  invalid(
    'a verb that is none',
    { method: 'EXPLODE', path: `/v1/${NOTE}` },
    'not readable as HTTP/1.1',
  ),
  invalid(
    'two lengths of a body',
    post(NOTES, BUILD, { 'transfer-encoding': 'chunked' }),
    'not readable as HTTP/1.1',
  ),
  invalid(
    'a length in words',
    post(NOTES, BUILD, { 'content-length': 'long' }),
    'not readable as HTTP/1.1',
  ),
  bad('no token', { ...get(`/v1/${NOTE}`), token: '' }, { ...UNKNOWN, says: 'assay token create' }),
  bad(
    'an unknown token',
    { ...get(`/v1/${NOTE}`), token: 'assay_unknown' },
    { ...UNKNOWN, says: 'not known here' },
  ),
  bad(
    'a token of the language',
    { ...get(`/v1/${NOTE}`), token: '__proto__' },
    { ...UNKNOWN, says: 'not known here' },
  ),
  bad(
    'another scheme',
    { ...get(`/v1/${NOTE}`, { authorization: 'Basic YTpi' }), token: '' },
    { ...UNKNOWN, says: /bearer/i },
  ),
  bad(
    'no token and a large body',
    { ...post(NOTES, ' '.repeat(1000)), token: '' },
    { ...UNKNOWN, says: 'token' },
  ),
  bad(
    'a viewer who writes',
    { ...post(NOTES, BUILD), token: 'VIEWER' },
    { ...FORBIDDEN, says: 'containeranalysis.notes.create' },
  ),
  bad(
    'a viewer who sets the policy',
    { ...post(`/v1/projects/${P}/policy`, {}), method: 'PUT', token: 'VIEWER' },
    { status: 400, code: 'INVALID_ARGUMENT', says: /defaultAdmissionRule/ },
  ),
  bad(
    'a viewer of another project',
    { ...get('/v1/projects/other/notes'), token: 'VIEWER' },
    { ...FORBIDDEN, says: 'containeranalysis.notes.list' },
  ),
  bad('another host', get(`/v1/${NOTE}`, { host: 'attacker.example' }), {
    ...FORBIDDEN,
    says: 'Host "attacker.example"',
  }),
  bad('a page of another site', get(`/v1/${NOTE}`, { origin: 'https://attacker.example' }), {
    ...FORBIDDEN,
    says: 'Origin',
  }),
  bad('a page of no site', get(`/v1/${NOTE}`, { origin: 'null' }), {
    ...FORBIDDEN,
    says: 'Origin "null"',
  }),
];
