/** Wrong bodies of notes and occurrences. */
import {
  ATTESTATION_NOTE,
  bad,
  type BadRequest,
  DIGEST,
  invalid,
  missing,
  NOTE,
  OCCURRENCE,
  P,
  patch,
  post,
  URI,
  VULNERABILITY_NOTE,
} from './bad-request.ts';

const NOTES = `/v1/projects/${P}/notes?noteId=new`;
const OCCURRENCES = `/v1/projects/${P}/occurrences`;
const BETA = `/v1beta1/projects/${P}`;
const BUILD = { builderVersion: '1' };
const SUBJECT = { resourceUri: URI, noteName: NOTE };
const ISSUE = {
  affectedCpeUri: 'cpe:/o:debian:debian_linux:12',
  affectedPackage: 'openssl',
  affectedVersion: { kind: 'NORMAL', name: '3.0' },
  fixedVersion: { kind: 'MAXIMUM' },
};

function note(name: string, body: unknown, says: string | RegExp): BadRequest {
  return invalid(`a note: ${name}`, post(NOTES, body), says);
}

function occurrence(name: string, body: unknown, says: string | RegExp): BadRequest {
  return invalid(`an occurrence: ${name}`, post(OCCURRENCES, body), says);
}

function vulnerability(name: string, parts: object, says: string | RegExp): BadRequest {
  const packageIssue = [{ ...ISSUE, ...parts }];
  const body = { resourceUri: URI, noteName: VULNERABILITY_NOTE, vulnerability: { packageIssue } };
  return occurrence(name, body, says);
}

function patched(
  name: string,
  [query, body]: readonly [string, unknown],
  says: string | RegExp,
): BadRequest {
  return invalid(`a patch: ${name}`, patch(`/v1/${NOTE}${query}`, body), says);
}

const many = (count: number, one: object): object[] => Array.from({ length: count }, () => one);

/** The rows. */
export const BAD_BODIES: readonly BadRequest[] = [
  note('nothing', {}, 'note has no detail; give one of vulnerability, build'),
  note('a list', [], 'note is []; want an object'),
  note('text', '"note"', 'note is "note"; want an object'),
  note('null', 'null', /note is null; want an object|no detail/),
  note('a number', '17', 'note is 17; want an object'),
  note('an unknown field', { build: BUILD, colour: 'red' }, 'note.colour is an unknown field'),
  note('a field in other capitals', { Build: BUILD }, 'did you mean build?'),
  note('the prototype', '{"__proto__":{"a":1},"build":{"builderVersion":"1"}}', '__proto__'),
  note('the constructor', { constructor: {}, build: BUILD }, 'note.constructor is an unknown'),
  note('two details', { build: BUILD, secret: {} }, 'note has both build and secret'),
  note('a kind that disagrees', { kind: 'IMAGE', build: BUILD }, 'note.kind is "IMAGE"'),
  note('a kind that is none', { kind: 'HOUSE', build: BUILD }, 'note.kind is "HOUSE"; want'),
  note('a kind by unknown number', { kind: 99, build: BUILD }, 'note.kind is 99; want'),
  note('a kind by half a number', { kind: 1.5, build: BUILD }, 'note.kind is 1.5; want'),
  note('a required field missing', { build: {} }, 'note.build.builderVersion is missing'),
  note('a required field empty', { build: { builderVersion: '' } }, 'builderVersion is missing'),
  note('a required field null', { build: { builderVersion: null } }, 'builderVersion is missing'),
  note('text where a number is', { build: { builderVersion: 1 } }, 'is 1; want text'),
  note('an object where text is', { build: { builderVersion: {} } }, 'is {}; want text'),
  note('half a surrogate', '{"build":{"builderVersion":"\\ud800"}}', 'not well-formed Unicode'),
  note('a time that is none', { build: BUILD, expirationTime: 'soon' }, 'want a time like'),
  note('a 13th month', { build: BUILD, expirationTime: '2026-13-01T00:00:00Z' }, 'want a time'),
  note('a link without URL', { build: BUILD, relatedUrl: [{ label: 'a' }] }, 'relatedUrl[0].url'),
  note('a link that is null', { build: BUILD, relatedUrl: [null] }, 'relatedUrl[0] is null'),
  note('links as object', { build: BUILD, relatedUrl: {} }, 'relatedUrl is {}; want a list'),
  note(
    'a field in both spellings',
    { build: BUILD, shortDescription: 'a', short_description: 'b' },
    'given twice',
  ),
  note('a hint without name', { attestation: { hint: {} } }, 'hint.humanReadableName is missing'),
  note('no number', { vulnerability: { cvssScore: 'high' } }, 'cvssScore is "high"; want a number'),
  note('a number without end', '{"vulnerability":{"cvssScore":1e999}}', 'want a number'),
  note('a severity in small letters', { vulnerability: { severity: 'high' } }, 'want MINIMAL'),
  note('bytes of no base64', { compliance: { title: 'a', scanInstructions: '***' } }, 'base64'),
  note('bytes in a mix of alphabets', { compliance: { scanInstructions: '+_AA' } }, 'base64'),
  note(
    'a number of 33 bits',
    { upgrade: { package: 'a', version: { kind: 'NORMAL', name: '1', epoch: 2147483648 } } },
    'want a whole number of 32 bits',
  ),
  note(
    'a fraction for a whole number',
    { upgrade: { package: 'a', version: { kind: 'MINIMUM', epoch: 1.5 } } },
    'want a whole number of 32 bits',
  ),
  note('an upgrade to nothing', { upgrade: { package: 'a' } }, 'needs package and its version'),
  note('true for a list', { build: BUILD, relatedNoteNames: true }, 'is true; want a list'),
  bad('a note that is there', post(`/v1/projects/${P}/notes?noteId=build`, { build: BUILD }), {
    status: 409,
    code: 'ALREADY_EXISTS',
    says: `note ${NOTE}`,
  }),
  bad(
    'a note of the scanner’s project',
    post('/v1/projects/goog-analysis/notes?noteId=a', { build: BUILD }),
    {
      status: 403,
      code: 'PERMISSION_DENIED',
      says: 'read-only',
    },
  ),

  occurrence('nothing', {}, /resourceUri is missing/),
  occurrence('no detail', SUBJECT, 'occurrence has no detail'),
  occurrence('no resource', { noteName: NOTE, build: {} }, 'resourceUri is missing'),
  occurrence('no note', { resourceUri: URI, build: {} }, 'noteName is missing'),
  occurrence(
    'a note of no form',
    { ...SUBJECT, noteName: 'build', build: {} },
    'noteName: name "build"',
  ),
  occurrence(
    'a note of another collection',
    { ...SUBJECT, noteName: `projects/${P}/attestors/ci`, build: {} },
    'not of the form',
  ),
  occurrence(
    'another kind than its note',
    { ...SUBJECT, image: { fingerprint: { v1Name: 'a', v2Blob: ['b'] } } },
    'they must agree',
  ),
  occurrence(
    'an empty resource',
    { ...SUBJECT, resourceUri: '', build: {} },
    'resourceUri is missing',
  ),
  occurrence(
    'a resource with a NUL byte',
    { ...SUBJECT, resourceUri: 'a\u0000b', build: {} },
    'resourceUri',
  ),
  occurrence(
    'a resource without end',
    { ...SUBJECT, resourceUri: `https://${'a'.repeat(5000)}`, build: {} },
    'resourceUri',
  ),
  occurrence(
    'v1beta1’s resource in v1',
    { resource: { uri: URI }, noteName: NOTE, build: {} },
    'resource is an unknown field',
  ),
  occurrence(
    'an assessment',
    { ...SUBJECT, vulnerabilityAssessment: {} },
    'vulnerabilityAssessment',
  ),
  occurrence(
    'an empty attestation',
    { ...SUBJECT, noteName: ATTESTATION_NOTE, attestation: {} },
    'serializedPayload is missing',
  ),
  occurrence(
    'a payload of no base64',
    { ...SUBJECT, noteName: ATTESTATION_NOTE, attestation: { serializedPayload: '{"a"}' } },
    'want bytes in base64',
  ),
  occurrence(
    'an id in its detail',
    { ...SUBJECT, build: { provenance: { commands: [] } } },
    'provenance.id is missing',
  ),
  occurrence(
    'a source in two places',
    {
      ...SUBJECT,
      build: { provenance: { id: 'a', sourceProvenance: { context: { git: {}, gerrit: {} } } } },
    },
    'has both',
  ),
  occurrence('a deployment without time', { ...SUBJECT, deployment: {} }, 'deployTime is missing'),
  vulnerability('a version without name', { affectedVersion: { kind: 'NORMAL' } }, 'has no name'),
  vulnerability('a version without kind', { affectedVersion: { name: '1' } }, 'kind is missing'),
  vulnerability('no package', { affectedPackage: '' }, 'affectedPackage is missing'),
  vulnerability(
    'an epoch in words',
    { affectedVersion: { kind: 'MINIMUM', epoch: 'one' } },
    '32 bits',
  ),
  vulnerability('no list of files', { fileLocation: 'a' }, 'fileLocation is "a"; want a list'),
  occurrence(
    'no issue',
    { resourceUri: URI, noteName: VULNERABILITY_NOTE, vulnerability: { packageIssue: [] } },
    'packageIssue is missing',
  ),
  missing(
    'an occurrence of a note that is not there',
    post(OCCURRENCES, { resourceUri: URI, noteName: `projects/${P}/notes/none`, build: {} }),
    'create it first',
  ),
  missing(
    'an occurrence in no project',
    post('/v1/projects/nowhere/occurrences', {
      resourceUri: URI,
      noteName: 'projects/nowhere/notes/n',
      build: {},
    }),
    /nowhere/,
  ),
  invalid(
    'v1beta1: v1’s resource',
    post(`${BETA}/occurrences`, { resourceUri: URI, noteName: NOTE, build: {} }),
    'resourceUri is an unknown field',
  ),
  invalid(
    'v1beta1: an attestation without either',
    post(`${BETA}/occurrences`, {
      resource: { uri: URI },
      noteName: ATTESTATION_NOTE,
      attestation: { attestation: {} },
    }),
    'is empty; give pgpSignedAttestation',
  ),
  invalid(
    'v1beta1: an attestation of both',
    post(`${BETA}/occurrences`, {
      resource: { uri: URI },
      noteName: ATTESTATION_NOTE,
      attestation: {
        attestation: {
          pgpSignedAttestation: { signature: 'a', pgpKeyId: 'b' },
          genericSignedAttestation: { serializedPayload: 'AAAA' },
        },
      },
    }),
    'has both',
  ),
  invalid(
    'v1beta1: a signature without key',
    post(`${BETA}/occurrences`, {
      resource: { uri: URI },
      noteName: ATTESTATION_NOTE,
      attestation: { attestation: { pgpSignedAttestation: { signature: 'a' } } },
    }),
    'pgpKeyId is missing',
  ),
  invalid(
    'v1beta1: v1’s detail',
    post(`${BETA}/notes?noteId=new`, { attestation: { hint: { humanReadableName: 'a' } } }),
    'attestation is an unknown field',
  ),

  patched('an unknown path', ['?updateMask=colour', { build: BUILD }], 'updateMask has "colour"'),
  patched(
    'an empty path',
    ['?updateMask=short_description,', { build: BUILD }],
    'updateMask has ""',
  ),
  patched('a path of the language', ['?updateMask=__proto__', {}], 'updateMask has "__proto__"'),
  patched('a path through text', ['?updateMask=short_description.a', {}], 'updateMask has'),
  patched('a path through a list', ['?updateMask=related_url.url', {}], 'updateMask has'),
  patched('a mask of 5000 characters', [`?updateMask=${'a,'.repeat(2500)}`, {}], 'updateMask'),
  patched('the detail taken away', ['?updateMask=build', {}], /no detail|build/),
  patched(
    'what is required taken away',
    ['?updateMask=build.builder_version', { build: {} }],
    'builderVersion is missing',
  ),
  patched(
    'another kind',
    ['', { image: { resourceUrl: 'a', fingerprint: { v1Name: 'a', v2Blob: ['b'] } } }],
    /kind|image/,
  ),
  patched('an unknown field', ['', { colour: 1 }], 'note.colour is an unknown field'),
  patched('a list', ['', []], 'note is []; want an object'),
  missing('a patch of no note', patch(`/v1/projects/${P}/notes/none`, { build: BUILD }), 'none'),
  invalid(
    'a patch of an occurrence’s resource',
    patch(`/v1/${OCCURRENCE}`, { resourceUri: 'https://other.example/a' }),
    'resourceUri is "https://other',
  ),
  invalid(
    'a patch of an occurrence’s note',
    patch(`/v1/${OCCURRENCE}`, { noteName: VULNERABILITY_NOTE }),
    'noteName is',
  ),

  invalid(
    'a batch without notes',
    post(`/v1/projects/${P}/notes:batchCreate`, {}),
    'notes is missing',
  ),
  invalid(
    'a batch of no notes',
    post(`/v1/projects/${P}/notes:batchCreate`, { notes: {} }),
    'has 0 items',
  ),
  invalid(
    'a batch with a list of notes',
    post(`/v1/projects/${P}/notes:batchCreate`, { notes: [] }),
    'want an object of notes by their ids',
  ),
  invalid(
    'a batch with a wrong id',
    post(`/v1/projects/${P}/notes:batchCreate`, {
      notes: { ok: { build: BUILD }, 'a b': { build: BUILD } },
    }),
    'notes["a b"]: note id "a b"',
  ),
  invalid(
    'a batch whose last note is wrong',
    post(`/v1/projects/${P}/notes:batchCreate`, { notes: { one: { build: BUILD }, two: {} } }),
    'notes.two has no detail',
  ),
  invalid(
    'a batch of 1001 notes',
    post(`/v1/projects/${P}/notes:batchCreate`, {
      notes: Object.fromEntries(
        many(1001, { build: BUILD }).map((one, index) => [`n${index}`, one]),
      ),
    }),
    'has 1001 items; one request creates 1 to 1000',
  ),
  invalid(
    'a batch of 1001 occurrences',
    post(`${OCCURRENCES}:batchCreate`, { occurrences: many(1001, { ...SUBJECT, build: {} }) }),
    'has 1001 items',
  ),
  invalid(
    'a batch whose 1000th is wrong',
    post(`${OCCURRENCES}:batchCreate`, {
      occurrences: [...many(999, { ...SUBJECT, build: {} }), { ...SUBJECT }],
    }),
    'occurrences[999] has no detail',
  ),
  invalid(
    'a batch with another field',
    post(`${OCCURRENCES}:batchCreate`, { occurrences: [{ ...SUBJECT, build: {} }], force: true }),
    'force is an unknown field',
  ),
  bad(
    'a batch with a note that is there',
    post(`/v1/projects/${P}/notes:batchCreate`, {
      notes: { fresh: { build: BUILD }, build: { build: BUILD } },
    }),
    {
      status: 409,
      code: 'ALREADY_EXISTS',
      says: NOTE,
    },
  ),
  missing(
    'a batch whose last note is missing',
    post(`${OCCURRENCES}:batchCreate`, {
      occurrences: [
        { ...SUBJECT, build: {} },
        { ...SUBJECT, noteName: `projects/${P}/notes/none`, build: {} },
      ],
    }),
    'occurrences[1]',
  ),
  occurrence(
    'a digest cut short',
    { ...SUBJECT, resourceUri: `https://registry.example/app@${DIGEST.slice(0, -1)}`, build: 1 },
    /build is 1|63/,
  ),
];
