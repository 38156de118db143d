import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64 } from '../domain/base64.ts';
import { isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { fillFromNote } from './fill-from-note.ts';
import type { GrafeasVersion } from './grafeas-table.ts';
import { type OccurrenceBody, occurrenceFromJson, occurrenceToJson } from './occurrence-message.ts';
import { validateAnswerToJson, validateRequestFromJson } from './validate-message.ts';

const IMAGE =
  'gcr.io/demo-proj/sample-k8s-app@sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3';
const NOTE = 'projects/demo-proj/notes/test-attestor-note';
const V1 = { resourceUri: IMAGE, noteName: NOTE };
const BETA = { resource: { uri: IMAGE }, noteName: NOTE };

function kept(body: OccurrenceBody): Occurrence {
  return { ...body, name: 'projects/demo-proj/occurrences/o', createTime: 0, updateTime: 1 };
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('attestations', () => {
  /** As gcloud sends it: URL-safe base64, no scheme, kind given. */
  const recorded = {
    attestation: {
      serializedPayload: 'ewogICJjcml0aWNhbCI6',
      signatures: [
        {
          publicKeyId: 'http://keys.example/1',
          signature:
            'MEUCIGg92cp4flA_2UKPDrhABl7hFIuBLmUvfqsY79zO2EC6AiEA8aHpQTodkCL5H0tOuSi_R7chb8JS6MIK_wh8_W3CwUM=',
        },
      ],
    },
    kind: 'ATTESTATION',
    noteName: NOTE,
    resourceUri: IMAGE,
  };
  const signature =
    'MEUCIGg92cp4flA/2UKPDrhABl7hFIuBLmUvfqsY79zO2EC6AiEA8aHpQTodkCL5H0tOuSi/R7chb8JS6MIK/wh8/W3CwUM=';

  it('gcloud’s recorded one is answered in standard base64', () => {
    expect(occurrenceToJson('v1', kept(occurrenceFromJson('v1', recorded)))).toEqual({
      ...recorded,
      name: 'projects/demo-proj/occurrences/o',
      createTime: '1970-01-01T00:00:00.000000Z',
      updateTime: '1970-01-01T00:00:00.000001Z',
      attestation: {
        ...recorded.attestation,
        signatures: [{ publicKeyId: 'http://keys.example/1', signature }],
      },
    });
  });

  it('is a generic one in v1beta1, and comes back from there', () => {
    const shown = occurrenceToJson('v1beta1', kept(occurrenceFromJson('v1', recorded)));
    expect(shown['attestation']).toEqual({
      attestation: {
        genericSignedAttestation: {
          contentType: 'SIMPLE_SIGNING_JSON',
          serializedPayload: 'ewogICJjcml0aWNhbCI6',
          signatures: [{ publicKeyId: 'http://keys.example/1', signature }],
        },
      },
    });
    expect(occurrenceFromJson('v1beta1', shown)).toEqual(occurrenceFromJson('v1', recorded));
  });

  it('a PGP one of 2018 is one signature in v1, and keeps its shape in v1beta1', () => {
    const text = '-----BEGIN PGP MESSAGE-----\r\n\nowGbwMvMwMEY\n-----END PGP MESSAGE-----\n';
    const pgp = { signature: text, contentType: 'SIMPLE_SIGNING_JSON', pgpKeyId: 'AB12' };
    const sent = { ...BETA, attestation: { attestation: { pgp_signed_attestation: pgp } } };
    const body = occurrenceFromJson('v1beta1', sent);
    expect(body.detail).toEqual({
      signatures: [
        { publicKeyId: 'AB12', signature: encodeBase64(new TextEncoder().encode(text)) },
      ],
    });
    expect(occurrenceToJson('v1beta1', kept(body))['attestation']).toEqual({
      attestation: { pgpSignedAttestation: pgp },
    });
  });

  it('any text of a PGP one comes back', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (signature) => {
        fc.pre(signature.isWellFormed());
        const pgpSignedAttestation = {
          signature,
          contentType: 'SIMPLE_SIGNING_JSON',
          pgpKeyId: 'A',
        };
        const attestation = { attestation: { pgpSignedAttestation } };
        const body = occurrenceFromJson('v1beta1', { ...BETA, attestation });
        expect(occurrenceToJson('v1beta1', kept(body))['attestation']).toEqual(attestation);
      }),
    );
  });

  it('validate asks about the same, and answers twice', () => {
    const { attestation, noteName, resourceUri } = recorded;
    const request = { attestation, occurrenceNote: noteName, occurrenceResourceUri: resourceUri };
    expect(validateRequestFromJson('v1beta1', request)).toEqual(occurrenceFromJson('v1', recorded));
    expect(validateAnswerToJson(undefined)).toEqual({ result: 'VERIFIED' });
    expect(validateAnswerToJson('why')).toEqual({
      result: 'ATTESTATION_NOT_VERIFIABLE',
      denialReason: 'why',
    });
    expect(refusal(() => validateRequestFromJson('v1', { attestation }))).toContain(
      'request.occurrenceNote is missing',
    );
  });

  it('a location in the note’s name is left out', () => {
    const located = { ...recorded, noteName: NOTE.replace('/notes', '/locations/us/notes') };
    expect(occurrenceFromJson('v1', located).noteName).toBe(NOTE);
  });
});

const VERSION = { kind: 'NORMAL', name: '1.2', revision: '3', epoch: 1 };
const ISSUE = {
  affectedCpeUri: 'cpe:/o',
  affectedPackage: 'openssl',
  affectedVersion: VERSION,
  fixedVersion: { kind: 'MAXIMUM' },
};

/** One body per kind in v1, and what v1beta1 calls it. */
const BODIES: readonly (readonly [string, string, string | undefined, JsonObject])[] = [
  [
    'VULNERABILITY',
    'vulnerability',
    'vulnerability',
    { packageIssue: [ISSUE], cvssv3: { baseScore: 1.5 } },
  ],
  [
    'BUILD',
    'build',
    'build',
    { provenance: { id: '1', sourceProvenance: { context: { cloudRepo: { revisionId: 'ab' } } } } },
  ],
  [
    'IMAGE',
    'image',
    'derivedImage',
    {
      fingerprint: { v1Name: 'a', v2Blob: ['b'] },
      distance: 2,
      layerInfo: [{ directive: 'RUN' }],
      baseResourceUrl: 'https://b',
    },
  ],
  [
    'PACKAGE',
    'package',
    'installation',
    { name: 'libss2', location: [{ cpeUri: 'cpe:/o', version: VERSION }] },
  ],
  [
    'DEPLOYMENT',
    'deployment',
    'deployment',
    { deployTime: '2026-01-01T00:00:00.000000Z', platform: 'GKE' },
  ],
  [
    'DISCOVERY',
    'discovery',
    'discovered',
    { analysisStatus: 'FINISHED_SUCCESS', continuousAnalysis: 'ACTIVE' },
  ],
  [
    'ATTESTATION',
    'attestation',
    'attestation',
    { serializedPayload: 'e30=', signatures: [{ signature: 'AA==' }] },
  ],
  ['UPGRADE', 'upgrade', undefined, { package: 'p', parsedVersion: VERSION }],
  ['COMPLIANCE', 'compliance', undefined, { nonComplianceReason: 'x' }],
  [
    'DSSE_ATTESTATION',
    'dsseAttestation',
    undefined,
    {
      envelope: { payload: 'e30=' },
      statement: {
        _type: 't',
        slsaProvenance: { recipe: { definedInMaterial: '-1', arguments: { a: [1] } } },
      },
    },
  ],
  [
    'SBOM_REFERENCE',
    'sbomReference',
    'sbomReference',
    { payload: { _type: 't', subject: [{ name: 'n', digest: { sha256: 'ab' } }] } },
  ],
  [
    'SECRET',
    'secret',
    undefined,
    { kind: 'SECRET_KIND_GCP_API_KEY', locations: [{ fileLocation: { filePath: 'a' } }] },
  ],
];

describe('occurrences of every kind', () => {
  it.each(BODIES)('%s is read and printed in v1', (kind, field, _beta, detail) => {
    const body = occurrenceFromJson('v1', { ...V1, [field]: detail });
    expect(body).toEqual({ ...V1, kind, detail });
    expect(occurrenceToJson('v1', kept(body))[field]).toEqual(detail);
  });

  it.each(BODIES.filter(([, , beta]) => beta !== undefined))(
    '%s survives v1beta1',
    (kind, _field, beta = '', detail) => {
      const shown = occurrenceToJson('v1beta1', kept({ ...V1, kind: kind as 'BUILD', detail }));
      expect(shown).toMatchObject({
        kind,
        resource: { uri: IMAGE },
        [beta]: expect.anything(),
      });
      expect(occurrenceFromJson('v1beta1', shown)).toEqual({ ...V1, kind, detail });
    },
  );

  it('an envelope is kept as it came, in both versions and both alphabets of base64', () => {
    const signatures = [{ sig: '-_8=', keyid: 'k' }];
    const envelope = { payload: 'e30', payloadType: 'application/vnd.in-toto+json', signatures };
    const wanted = { ...envelope, payload: 'e30=', signatures: [{ sig: '+/8=', keyid: 'k' }] };
    const sbomReference = { payload: { _type: 't' } };
    for (const [version, subject] of [
      ['v1', V1],
      ['v1beta1', BETA],
    ] as const) {
      const body = occurrenceFromJson(version, { ...subject, sbomReference, envelope });
      expect(body.envelope).toEqual(wanted);
      expect(occurrenceToJson(version, kept(body))['envelope']).toEqual(wanted);
    }
  });

  it('a package is found where the tutorial’s jq looks', () => {
    const body = occurrenceFromJson('v1', { ...V1, package: { name: 'libss2' } });
    expect(occurrenceToJson('v1beta1', kept(body))).toMatchObject({
      kind: 'PACKAGE',
      installation: { installation: { name: 'libss2' } },
    });
  });

  it('a kind that v1beta1 lacks is shown as in v1', () => {
    const body = occurrenceFromJson('v1', { ...V1, compliance: {} });
    expect(occurrenceToJson('v1beta1', kept(body))).toMatchObject({
      kind: 'COMPLIANCE',
      compliance: {},
    });
  });

  it('an issue’s locations are spelt differently in v1beta1', () => {
    const location = { cpeUri: 'cpe:/o', package: 'openssl', version: VERSION };
    const sent = { packageIssue: [{ affectedLocation: location, fixedLocation: location }] };
    const body = occurrenceFromJson('v1beta1', { ...BETA, vulnerability: sent });
    expect(body.detail).toEqual({
      packageIssue: [
        { ...ISSUE, fixedCpeUri: 'cpe:/o', fixedPackage: 'openssl', fixedVersion: VERSION },
      ],
    });
    expect(occurrenceToJson('v1beta1', kept(body))['vulnerability']).toEqual(sent);
    const unfixed = { packageIssue: [{ affectedLocation: location }] };
    const open = occurrenceFromJson('v1beta1', { ...BETA, vulnerability: unfixed });
    expect(open.detail).toEqual({ packageIssue: [ISSUE] });
  });

  it('aliases and output fields: COMPLETE is FINISHED_SUCCESS, a sent severity is dropped', () => {
    const discovery = { analysisStatus: 'COMPLETE' };
    expect(occurrenceFromJson('v1', { ...V1, discovery }).detail).toEqual({
      analysisStatus: 'FINISHED_SUCCESS',
    });
    const vulnerability = { severity: 'HIGH', packageIssue: [{ ...ISSUE, fixAvailable: true }] };
    expect(occurrenceFromJson('v1', { ...V1, vulnerability }).detail).toEqual({
      packageIssue: [ISSUE],
    });
  });
});

describe('what a vulnerability takes from its note', () => {
  const note: Note = {
    name: NOTE,
    kind: 'VULNERABILITY',
    shortDescription: 'CVE-2026-1234',
    relatedUrl: [{ url: 'https://a' }],
    createTime: 0,
    updateTime: 0,
    detail: { severity: 'HIGH', cvssScore: 7.5 },
  };
  const body = occurrenceFromJson('v1', { ...V1, vulnerability: { packageIssue: [ISSUE] } });

  it('severity, score, descriptions and links', () => {
    expect(fillFromNote(body, note).detail).toEqual({
      packageIssue: [{ ...ISSUE, effectiveSeverity: 'HIGH' }],
      severity: 'HIGH',
      effectiveSeverity: 'HIGH',
      cvssScore: 7.5,
      shortDescription: 'CVE-2026-1234',
      relatedUrls: [{ url: 'https://a' }],
    });
  });

  it('the client’s effective severity stands, and a fix is said', () => {
    const fixed = { ...ISSUE, fixedVersion: VERSION };
    const detail = { packageIssue: [ISSUE, fixed], effectiveSeverity: 'LOW' };
    const filled = fillFromNote({ ...body, detail }, note).detail;
    expect(filled).toMatchObject({
      severity: 'HIGH',
      effectiveSeverity: 'LOW',
      fixAvailable: true,
    });
  });

  it('other kinds stay', () => {
    const other = occurrenceFromJson('v1', { ...V1, compliance: {} });
    expect(fillFromNote(other, note)).toBe(other);
  });
});

const ISSUES = (change: JsonObject) => ({
  ...V1,
  vulnerability: { packageIssue: [{ ...ISSUE, ...change }] },
});
const DEEP = JSON.parse(`${'['.repeat(100)}${']'.repeat(100)}`) as unknown;

describe('occurrences that are refused', () => {
  it.each<[string, GrafeasVersion, unknown, string]>([
    ['no object', 'v1', null, 'occurrence is null; want an object'],
    ['no resource', 'v1', { noteName: NOTE }, 'occurrence.resourceUri is missing: it is required'],
    ['no resource in v1beta1', 'v1beta1', { noteName: NOTE }, 'occurrence.resource is missing'],
    [
      'an empty resource',
      'v1beta1',
      { ...BETA, resource: {} },
      'occurrence.resource.uri is missing',
    ],
    [
      'only a scheme',
      'v1',
      { ...V1, compliance: {}, resourceUri: 'https://' },
      'occurrence.resourceUri: resource URL "https://" is empty',
    ],
    [
      'a control character',
      'v1',
      { ...V1, compliance: {}, resourceUri: 'a\u0000' },
      'has control characters',
    ],
    ['v1’s resource in v1beta1', 'v1beta1', V1, 'occurrence.resourceUri is an unknown field'],
    ['v1beta1’s resource in v1', 'v1', BETA, 'occurrence.resource is an unknown field'],
    [
      'a content hash',
      'v1beta1',
      { ...BETA, resource: { uri: 'x', contentHash: { type: 1 } } },
      'occurrence.resource.contentHash is not kept by this release',
    ],
    [
      'a kind that only v1beta1 has',
      'v1beta1',
      { ...BETA, intoto: { signed: {} } },
      'occurrence.intoto is of a kind that only v1beta1 has, and is not kept; give build.intoto',
    ],
    ['no note', 'v1', { resourceUri: IMAGE, compliance: {} }, 'occurrence.noteName is missing'],
    [
      'a note of another form',
      'v1',
      { ...V1, compliance: {}, noteName: 'n' },
      'occurrence.noteName: name "n" is not of the form projects/PROJECT/notes/ID',
    ],
    [
      'a note with slashes',
      'v1',
      { ...V1, compliance: {}, noteName: `${NOTE}/x` },
      'is not of the form',
    ],
    ['no detail', 'v1', V1, 'occurrence has no detail; give one of vulnerability, build'],
    [
      'two details',
      'v1',
      { ...V1, compliance: {}, secret: { kind: 2 } },
      'has both compliance and secret',
    ],
    [
      'an assessment, which is a note only',
      'v1',
      { ...V1, vulnerabilityAssessment: {} },
      'occurrence.vulnerabilityAssessment is an unknown field',
    ],
    [
      'a kind that disagrees',
      'v1',
      { ...V1, compliance: {}, kind: 'BUILD' },
      'occurrence.kind is "BUILD"',
    ],
    [
      'an envelope with an unknown field',
      'v1',
      { ...V1, envelope: { payload: 'e30=', body: 'e30=' } },
      'occurrence.envelope.body is an unknown field',
    ],
    [
      'no issues',
      'v1',
      { ...V1, vulnerability: { packageIssue: [] } },
      'occurrence.vulnerability.packageIssue is missing',
    ],
    [
      'an issue without version',
      'v1',
      { ...V1, vulnerability: { packageIssue: [{ affectedCpeUri: 'c', affectedPackage: 'p' }] } },
      'packageIssue[0].affectedVersion is missing',
    ],
    [
      'an issue without fixed version',
      'v1',
      ISSUES({ fixedVersion: null }),
      'packageIssue[0].fixedVersion is missing',
    ],
    [
      'an issue without location',
      'v1beta1',
      { ...BETA, vulnerability: { packageIssue: [{}] } },
      'packageIssue[0].affectedLocation is missing',
    ],
    [
      'a location without version',
      'v1beta1',
      {
        ...BETA,
        vulnerability: { packageIssue: [{ affectedLocation: { cpeUri: 'c', package: 'p' } }] },
      },
      'affectedLocation.version is missing',
    ],
    [
      'a severity name of 2018',
      'v1beta1',
      { ...BETA, vulnerability: { packageIssue: [{ severityName: 'HIGH' }] } },
      'severityName is not kept by this release',
    ],
    [
      'no payload',
      'v1',
      { ...V1, attestation: { signatures: [] } },
      'occurrence.attestation has nothing that is signed: serializedPayload is missing',
    ],
    [
      'mixed base64 alphabets',
      'v1',
      { ...V1, attestation: { serializedPayload: '+_==' } },
      'serializedPayload is "+_=="; want bytes in base64',
    ],
    [
      'a signature that is no object',
      'v1',
      { ...V1, attestation: { serializedPayload: 'e30=', signatures: ['x'] } },
      'signatures[0] is "x"; want an object',
    ],
    [
      'neither PGP nor generic',
      'v1beta1',
      { ...BETA, attestation: { attestation: {} } },
      'occurrence.attestation.attestation is empty; give pgpSignedAttestation or',
    ],
    [
      'PGP and generic',
      'v1beta1',
      {
        ...BETA,
        attestation: {
          attestation: {
            pgpSignedAttestation: { signature: 's', pgpKeyId: 'k' },
            genericSignedAttestation: { serializedPayload: 'e30=' },
          },
        },
      },
      'has both pgpSignedAttestation and genericSignedAttestation',
    ],
    [
      'no PGP signature',
      'v1beta1',
      { ...BETA, attestation: { attestation: { pgpSignedAttestation: { pgpKeyId: 'k' } } } },
      'pgpSignedAttestation.signature is missing',
    ],
    [
      'an unwrapped attestation',
      'v1beta1',
      { ...BETA, attestation: { serializedPayload: 'e30=' } },
      'occurrence.attestation.serializedPayload is an unknown field; known are attestation',
    ],
    ['no fingerprint', 'v1', { ...V1, image: {} }, 'occurrence.image.fingerprint is missing'],
    [
      'an unknown directive',
      'v1beta1',
      {
        ...BETA,
        derivedImage: {
          derivedImage: {
            fingerprint: { v1Name: 'a', v2Blob: ['b'] },
            layerInfo: [{ directive: 'X' }],
          },
        },
      },
      'layerInfo[0].directive is "X"; want one of MAINTAINER, RUN',
    ],
    [
      'no deploy time',
      'v1',
      { ...V1, deployment: {} },
      'occurrence.deployment.deployTime is missing',
    ],
    ['no secret kind', 'v1', { ...V1, secret: {} }, 'occurrence.secret.kind is missing'],
    [
      'an unknown status',
      'v1',
      { ...V1, discovery: { analysisStatus: 'DONE' } },
      'occurrence.discovery.analysisStatus is "DONE"; want PENDING, SCANNING',
    ],
    [
      'two sources',
      'v1',
      {
        ...V1,
        build: { provenance: { id: '1', sourceProvenance: { context: { git: {}, gerrit: {} } } } },
      },
      'context has both git and gerrit; give one of them',
    ],
    [
      'an int64 as fraction',
      'v1',
      { ...V1, build: { intotoProvenance: { recipe: { definedInMaterial: 1.5 } } } },
      'definedInMaterial is 1.5; want a whole number of 64 bits, as text',
    ],
    [
      'an int64 beyond 64 bits',
      'v1',
      {
        ...V1,
        build: { intotoProvenance: { recipe: { definedInMaterial: '9223372036854775808' } } },
      },
      'definedInMaterial is 9223372036854775808; want a number of 64 bits',
    ],
    [
      'a map as list',
      'v1',
      { ...V1, build: { provenance: { id: '1', buildOptions: [] } } },
      'buildOptions is []; want an object',
    ],
    [
      'a null in a map',
      'v1',
      { ...V1, build: { provenance: { id: '1', buildOptions: { a: null } } } },
      'buildOptions.a is null; leave it out',
    ],
    [
      'deep JSON',
      'v1',
      { ...V1, secret: { kind: 1, data: DEEP } },
      'occurrence.secret.data is nested deeper than 64 levels',
    ],
  ])('%s', (_name, version, json, message) => {
    expect(refusal(() => occurrenceFromJson(version, json))).toContain(message);
  });
});
