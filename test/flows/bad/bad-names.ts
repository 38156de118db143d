/** Wrong names, paths and verbs. */
import { bad, type BadRequest, get, invalid, missing, NOTE, P, post, put } from './bad-request.ts';

const HINT = { attestation: { hint: { humanReadableName: 'a' } } };
const LONG = 'a'.repeat(200);

/** A note id that no note can have. */
function noteId(name: string, id: string, says: string | RegExp): BadRequest {
  return invalid(name, post(`/v1/projects/${P}/notes?noteId=${id}`, HINT), says);
}

/** A verb that a path does not know. */
function wrongVerb(method: string, path: string, says: string): BadRequest {
  const wanted = { status: 405, code: 'UNIMPLEMENTED', says };
  return bad(`${method} ${path}`, { method, path }, wanted);
}

/** The rows. */
export const BAD_NAMES: readonly BadRequest[] = [
  noteId('a note id with a blank', 'a%20b', 'note id "a b" is not 1 to 128 characters'),
  noteId('a note id with a slash', 'a%2Fb', 'note id "a/b"'),
  noteId('a note id with a NUL byte', 'a%00b', 'note id "a\\u0000b"'),
  noteId('a note id of 129 characters', 'a'.repeat(129), 'is not 1 to 128 characters'),
  noteId('a note id of the language', '__proto__', 'note id "__proto__"'),
  noteId('a note id that climbs', '..', 'note id ".."'),
  noteId('a note id of other letters', '%C3%A9t%C3%A9', 'note id "été"'),
  noteId('a note id that begins with a hyphen', '-a', 'beginning with a letter or digit'),
  noteId('a note id in broken UTF-8', '%FF%FE', /note id|percent-encoding|UTF-8/),
  invalid('no note id', post(`/v1/projects/${P}/notes`, HINT), 'noteId is missing'),
  invalid('an empty note id', post(`/v1/projects/${P}/notes/?noteId=`, HINT), 'noteId is missing'),
  invalid(
    'an attestor id with a dot',
    post(`/v1/projects/${P}/attestors?attestorId=a.b`, {
      userOwnedGrafeasNote: { noteReference: NOTE },
    }),
    'attestor id "a.b"',
  ),
  invalid('a project with capitals', get('/v1/projects/Shop/notes'), 'project id "Shop"'),
  invalid('a project with an underscore', get('/v1/projects/a_b/notes'), 'project id "a_b"'),
  invalid('a project of the language', get('/v1/projects/__proto__/policy'), 'project id'),
  invalid('a project that ends in a hyphen', get('/v1/projects/a-/notes'), 'project id "a-"'),
  invalid('a project of 64 characters', get(`/v1/projects/${'a'.repeat(64)}/notes`), '1 to 63'),
  invalid('a project number', get('/v1/projects/123/notes'), 'beginning with a letter'),
  invalid('a project with an encoded slash', get('/v1/projects/a%2Fb/notes'), /project id|not of/),
  invalid('a NUL byte in a project', get('/v1/projects/a%00b/notes'), 'project id "a\\u0000b"'),
  invalid('a note with an encoded slash', get(`/v1/projects/${P}/notes/a%2Fb`), /note id|not of/),
  invalid('a note of 129 characters', get(`/v1/projects/${P}/notes/${'a'.repeat(129)}`), 'note id'),
  invalid('an occurrence that climbs', get(`/v1/projects/${P}/occurrences/..`), 'occurrence id'),
  invalid('an attestor with a tilde', get(`/v1/projects/${P}/attestors/a~b`), 'attestor id "a~b"'),
  invalid('a location with capitals', get(`/v1/projects/${P}/locations/EU/notes`), 'location "EU"'),
  invalid('a location of the system policy', get('/v1/locations/EU/policy'), 'location "EU"'),
  invalid('broken percent-encoding', get(`/v1/projects/${P}/notes/%zz`), 'percent-encoding'),
  invalid('cut percent-encoding', get(`/v1/projects/${P}/notes/a%2`), 'percent-encoding'),
  invalid('percent-encoding of no UTF-8', get(`/v1/projects/${P}/notes/%ff`), 'percent-encoding'),
  missing('a project that is not there', get('/v1/projects/nowhere/notes'), 'assay project create'),
  missing('a policy of no project', get('/v1/projects/nowhere/policy'), 'project nowhere'),
  missing('a note that is not there', get(`/v1/projects/${P}/notes/none`), 'notes/none'),
  missing('an attestor that is not there', get(`/v1/projects/${P}/attestors/none`), 'none'),
  missing('an occurrence of no id', get(`/v1/projects/${P}/occurrences/none`), 'none'),
  missing('no collection', get(`/v1/projects/${P}/nothing`), 'no method has the path'),
  missing('a collection of the language', get(`/v1/projects/${P}/__proto__`), 'no method has'),
  missing('no project at all', get('/v1/projects//notes/a'), 'no method has the path'),
  missing('a name that is too deep', get(`/v1/${NOTE}/occurrences/a`), 'no method has the path'),
  missing('a version that is not', get(`/v2/projects/${P}/notes`), 'nothing answers GET /v2/'),
  missing('notes of binary authorization’s version', get(`/v1alpha2/${NOTE}`), 'no method has'),
  missing('dots that climb to a route', get(`/v1/x/../projects/${P}/notes`), 'no method has'),
  missing('a custom verb that is not', post(`/v1/${NOTE}:explode`, {}), 'no method has the path'),
  missing('a path of 4000 characters', get(`/v1/projects/${P}/${LONG.repeat(20)}`), 'no method'),
  missing('no path of ours', get('/api/v1/nothing'), 'nothing answers GET /api/v1/nothing'),
  missing('the root', post('/v1', {}), /nothing answers|no method/),
  wrongVerb('PUT', `/v1/${NOTE}`, 'use GET, DELETE, PATCH'),
  wrongVerb('DELETE', `/v1/projects/${P}/policy`, 'use GET, PUT'),
  wrongVerb('POST', `/v1/${NOTE}`, 'use GET, DELETE, PATCH'),
  wrongVerb('PATCH', `/v1/projects/${P}/attestors/ci`, 'use '),
  wrongVerb('POST', '/v1/locations/global/policy', 'use GET'),
  wrongVerb('GET', `/v1/projects/${P}/notes:batchCreate`, 'use POST'),
  missing(
    'a policy beside its place',
    put(`/v1/projects/${P}/policies/policy`, {}),
    'no method has the path',
  ),
];
