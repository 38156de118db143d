import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Note } from '../domain/note.ts';
import type { GrafeasVersion } from './grafeas-table.ts';
import { type NoteBody, noteFromJson, noteToJson } from './note-message.ts';
import { patchNote } from './patch-note.ts';

const TIME = Date.UTC(2018, 11, 3, 14, 8, 45) * 1000 + 821912;

function kept(body: NoteBody): Note {
  return {
    ...body,
    name: 'projects/p/notes/test-attestor-note',
    createTime: TIME,
    updateTime: TIME,
  };
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

describe('the note of the tutorial', () => {
  const sent = {
    name: 'projects/${PROJECT_ID}/notes/${NOTE_ID}',
    attestation_authority: { hint: { human_readable_name: 'Attestor Note' } },
  };

  it('is answered in v1beta1 as the tutorial prints it', () => {
    expect(noteToJson('v1beta1', kept(noteFromJson('v1beta1', sent)))).toEqual({
      name: 'projects/p/notes/test-attestor-note',
      kind: 'ATTESTATION',
      createTime: '2018-12-03T14:08:45.821912Z',
      updateTime: '2018-12-03T14:08:45.821912Z',
      attestationAuthority: { hint: { humanReadableName: 'Attestor Note' } },
    });
  });

  it('is seen in v1 under v1’s name', () => {
    expect(noteToJson('v1', kept(noteFromJson('v1beta1', sent)))).toMatchObject({
      kind: 'ATTESTATION',
      attestation: { hint: { humanReadableName: 'Attestor Note' } },
    });
  });
});

const HINT = { hint: { humanReadableName: 'A' } };
const VERSION = { kind: 'NORMAL', name: '1.2' };
const V1_DETAIL = { affectedCpeUri: 'cpe:/o:debian:debian_linux:12', affectedPackage: 'openssl' };

/** One body per kind, with its v1beta1 field where there is one. */
const BODIES: readonly (readonly [string, string, string | undefined, JsonObject])[] = [
  ['VULNERABILITY', 'vulnerability', 'vulnerability', { severity: 'HIGH', cvssScore: 7.5 }],
  ['BUILD', 'build', 'build', { builderVersion: '1' }],
  [
    'IMAGE',
    'image',
    'baseImage',
    { resourceUrl: 'https://r/b', fingerprint: { v1Name: 'a', v2Blob: ['b'] } },
  ],
  [
    'PACKAGE',
    'package',
    'package',
    { name: 'openssl', distribution: [{ cpeUri: 'cpe:/o', latestVersion: VERSION }] },
  ],
  ['DEPLOYMENT', 'deployment', 'deployable', { resourceUri: ['https://r/i'] }],
  ['DISCOVERY', 'discovery', 'discovery', { analysisKind: 'VULNERABILITY' }],
  ['ATTESTATION', 'attestation', 'attestationAuthority', HINT],
  ['UPGRADE', 'upgrade', undefined, { package: 'p', version: VERSION }],
  ['COMPLIANCE', 'compliance', undefined, { title: 'CIS', scanInstructions: '+/8=' }],
  ['DSSE_ATTESTATION', 'dsseAttestation', undefined, HINT],
  [
    'VULNERABILITY_ASSESSMENT',
    'vulnerabilityAssessment',
    'vulnerabilityAssessment',
    { title: 'VEX', assessment: { vulnerabilityId: 'CVE-2026-1234', state: 'NOT_AFFECTED' } },
  ],
  ['SBOM_REFERENCE', 'sbomReference', 'sbomReference', { format: 'SPDX', version: '2.3' }],
  ['SECRET', 'secret', undefined, {}],
];

describe('notes of every kind', () => {
  it.each(BODIES)('%s is read and printed in v1', (kind, field, _beta, detail) => {
    const body = noteFromJson('v1', { kind, [field]: detail });
    expect(body).toEqual({ kind, detail });
    expect(noteToJson('v1', kept(body))[field]).toEqual(detail);
  });

  it.each(BODIES.filter(([, , beta]) => beta !== undefined))(
    '%s is read and printed in v1beta1',
    (kind, _field, beta = '', detail) => {
      const body = noteFromJson('v1beta1', { [beta]: detail });
      expect(body.kind).toBe(kind);
      expect(noteToJson('v1beta1', kept(body))[beta]).toEqual(detail);
    },
  );

  it('a vulnerability’s details are spelt differently in v1beta1', () => {
    const beta = {
      vulnerability: {
        details: [
          {
            cpeUri: 'cpe:/o:debian:debian_linux:12',
            package: 'openssl',
            minAffectedVersion: { kind: 'MINIMUM' },
            maxAffectedVersion: VERSION,
            fixedLocation: { cpeUri: 'cpe:/o', package: 'openssl', version: VERSION },
            severityName: 'high',
          },
        ],
      },
    };
    const body = noteFromJson('v1beta1', beta);
    expect(body.detail).toEqual({
      details: [
        {
          ...V1_DETAIL,
          affectedVersionStart: { kind: 'MINIMUM' },
          affectedVersionEnd: VERSION,
          fixedCpeUri: 'cpe:/o',
          fixedPackage: 'openssl',
          fixedVersion: VERSION,
          severityName: 'high',
        },
      ],
    });
    expect(noteToJson('v1beta1', kept(body))['vulnerability']).toEqual(beta.vulnerability);
  });

  it('common fields come back', () => {
    const common = {
      shortDescription: 'CVE-2026-1234',
      longDescription: 'long',
      relatedUrl: [{ url: 'https://a', label: 'b' }, { url: 'https://c' }],
      expirationTime: '2027-01-01T00:00:00.000001Z',
      relatedNoteNames: ['projects/p/notes/o'],
    };
    const body = noteFromJson('v1', { ...common, attestation: HINT });
    expect(noteToJson('v1', kept(body))).toMatchObject(common);
  });

  it('defaults, nulls and output fields leave no trace', () => {
    const json = {
      name: 'x',
      create_time: '2018-12-03T14:08:45Z',
      shortDescription: '',
      relatedUrl: [],
      longDescription: null,
      vulnerability: { severity: 0, cvssScore: 0, details: [{ ...V1_DETAIL, isObsolete: false }] },
    };
    expect(noteFromJson('v1', json)).toEqual({
      kind: 'VULNERABILITY',
      detail: { details: [V1_DETAIL] },
    });
  });

  it('numbers, bytes and times are made canonical', () => {
    const note = noteFromJson('v1', {
      kind: 9,
      compliance: { cisBenchmark: { profileLevel: '2', severity: 4 }, scanInstructions: '-_8' },
    });
    expect(note.detail).toEqual({
      cisBenchmark: { profileLevel: 2, severity: 'HIGH' },
      scanInstructions: '+/8=',
    });
    const timed = { vulnerability: { sourceUpdateTime: '2026-01-01T01:00:00+01:00' } };
    expect(noteFromJson('v1', timed).detail).toEqual({
      sourceUpdateTime: '2026-01-01T00:00:00.000000Z',
    });
  });

  it('any text of a hint survives both versions', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (humanReadableName) => {
        const body = noteFromJson('v1beta1', {
          attestationAuthority: { hint: { humanReadableName } },
        });
        const again = noteFromJson('v1', noteToJson('v1', kept(body)));
        expect(again).toEqual(body);
      }),
    );
  });
});

const WITH = (detail: JsonObject) => ({
  vulnerability: { details: [{ ...V1_DETAIL, ...detail }] },
});

describe('notes that are refused', () => {
  it.each<[string, GrafeasVersion, unknown, string]>([
    ['no object', 'v1', 'x', 'note is "x"; want an object'],
    ['nothing', 'v1', undefined, 'note is undefined; want an object'],
    ['a list', 'v1', [], 'note is []; want an object'],
    ['no detail', 'v1', {}, 'note has no detail; give one of vulnerability, build, image'],
    ['no detail in v1beta1', 'v1beta1', {}, 'give one of vulnerability, build, baseImage'],
    ['two details', 'v1', { attestation: HINT, secret: {} }, 'has both attestation and secret'],
    [
      'a kind that disagrees',
      'v1',
      { kind: 'BUILD', attestation: HINT },
      'note.kind is "BUILD", but the detail given is attestation',
    ],
    [
      'a number of a kind that disagrees',
      'v1',
      { kind: 2, attestation: HINT },
      'note.kind is "BUILD"',
    ],
    [
      'an unknown kind',
      'v1',
      { kind: 'X', attestation: HINT },
      'note.kind is "X"; want VULNERABILITY',
    ],
    ['an unknown number', 'v1', { kind: 99, attestation: HINT }, 'note.kind is 99; want'],
    ['a fraction as enum', 'v1', { kind: 1.5, attestation: HINT }, 'note.kind is 1.5; want'],
    ['a boolean as enum', 'v1', { kind: true, attestation: HINT }, 'note.kind is true; want'],
    ['an unknown field', 'v1', { colour: 1 }, 'note.colour is an unknown field; known are name,'],
    ['a field with a strange name', 'v1', { 'a b': 1 }, 'note["a b"] is an unknown field'],
    ['the prototype', 'v1', JSON.parse('{"__proto__":{}}'), 'note.__proto__ is an unknown field'],
    ['a constructor', 'v1', { constructor: {} }, 'note.constructor is an unknown field'],
    [
      'v1beta1’s name in v1',
      'v1',
      { attestationAuthority: HINT },
      'note.attestationAuthority is an unknown field',
    ],
    ['v1’s name in v1beta1', 'v1beta1', { image: {} }, 'note.image is an unknown field'],
    ['a kind that v1beta1 lacks', 'v1beta1', { secret: {} }, 'note.secret is an unknown field'],
    [
      'a field twice',
      'v1',
      { short_description: 'a', shortDescription: 'b', secret: {} },
      'note.shortDescription is given twice',
    ],
    ['no hint', 'v1', { attestation: {} }, 'note.attestation.hint is missing'],
    [
      'an empty name',
      'v1',
      { attestation: { hint: { humanReadableName: '' } } },
      'note.attestation.hint.humanReadableName is missing: it is required',
    ],
    [
      'a number as text',
      'v1',
      { attestation: { hint: { humanReadableName: 1 } } },
      'humanReadableName is 1; want text',
    ],
    [
      'half a surrogate',
      'v1',
      { longDescription: '\ud800' },
      'note.longDescription is not well-formed Unicode',
    ],
    [
      'a text as list',
      'v1',
      { relatedNoteNames: 'x' },
      'note.relatedNoteNames is "x"; want a list',
    ],
    [
      'a null in a list',
      'v1',
      { relatedNoteNames: [null] },
      'note.relatedNoteNames[0] is null; leave it out',
    ],
    [
      'a URL without url',
      'v1',
      { relatedUrl: [{ label: 'x' }] },
      'note.relatedUrl[0].url is missing',
    ],
    [
      'a time that is none',
      'v1',
      { expirationTime: 'tomorrow' },
      'note.expirationTime is "tomorrow"; want a time like',
    ],
    ['a time as number', 'v1', { expirationTime: 5 }, 'note.expirationTime is 5; want text'],
    ['no builder', 'v1', { build: {} }, 'note.build.builderVersion is missing'],
    [
      'a build signature',
      'v1beta1',
      { build: { builderVersion: '1', signature: { signature: 'AA==' } } },
      'note.build.signature is not kept by this release; leave it out',
    ],
    [
      'a kind that only v1beta1 has',
      'v1beta1',
      { spdxFile: { title: 'x' } },
      'note.spdxFile is of a kind that only v1beta1 has, and is not kept; give sbomReference',
    ],
    ['no fingerprint', 'v1', { image: { resourceUrl: 'x' } }, 'note.image.fingerprint is missing'],
    ['no package name', 'v1', { package: {} }, 'note.package.name is missing'],
    [
      'no resources deployed',
      'v1',
      { deployment: { resourceUri: [] } },
      'note.deployment.resourceUri is missing',
    ],
    [
      'no analysis kind',
      'v1',
      { discovery: {} },
      'note.discovery.analysisKind is missing: it is required; want VULNERABILITY',
    ],
    [
      'an unknown severity',
      'v1',
      { vulnerability: { severity: 'BAD' } },
      'note.vulnerability.severity is "BAD"; want MINIMAL, LOW, MEDIUM, HIGH or CRITICAL',
    ],
    [
      'a score as text',
      'v1',
      { vulnerability: { cvssScore: 'high' } },
      'note.vulnerability.cvssScore is "high"; want a number',
    ],
    [
      'an endless score',
      'v1',
      { vulnerability: { cvssScore: '1e999' } },
      'cvssScore is "1e999"; want a number',
    ],
    [
      'no CPE',
      'v1',
      { vulnerability: { details: [{ affectedPackage: 'x' }] } },
      'note.vulnerability.details[0].affectedCpeUri is missing',
    ],
    [
      'no CPE in v1beta1',
      'v1beta1',
      { vulnerability: { details: [{ package: 'x' }] } },
      'note.vulnerability.details[0].cpeUri is missing',
    ],
    [
      'a version without kind',
      'v1',
      WITH({ fixedVersion: { name: '1' } }),
      'details[0].fixedVersion.kind is missing: it is required; want NORMAL, MINIMUM or MAXIMUM',
    ],
    [
      'a normal version without name',
      'v1',
      WITH({ fixedVersion: { kind: 1 } }),
      'details[0].fixedVersion has no name: a version of kind NORMAL needs one',
    ],
    [
      'an epoch beyond 32 bits',
      'v1',
      WITH({ fixedVersion: { ...VERSION, epoch: 2 ** 31 } }),
      'fixedVersion.epoch is 2147483648; want a whole number of 32 bits',
    ],
    [
      'half an epoch',
      'v1',
      WITH({ fixedVersion: { ...VERSION, epoch: 0.5 } }),
      'fixedVersion.epoch is 0.5; want',
    ],
    [
      'a text as boolean',
      'v1',
      WITH({ isObsolete: 'true' }),
      'isObsolete is "true"; want true or false',
    ],
    [
      'bytes that are no base64',
      'v1',
      { compliance: { scanInstructions: '!' } },
      'note.compliance.scanInstructions is "!"; want bytes in base64',
    ],
  ])('%s', (_name, version, json, message) => {
    expect(refusal(() => noteFromJson(version, json))).toContain(message);
  });
});

describe('patches', () => {
  const note = kept(
    noteFromJson('v1', { shortDescription: 'old', longDescription: 'kept', attestation: HINT }),
  );

  it('without a mask replace what is given', () => {
    const body = patchNote('v1', note, { body: { short_description: 'new' }, mask: undefined });
    expect(body).toEqual({
      ...noteFromJson('v1', noteToJson('v1', note)),
      shortDescription: 'new',
    });
  });

  it('with a mask touch only its paths, and clear what the body lacks', () => {
    const body = patchNote('v1beta1', note, {
      body: {
        shortDescription: 'ignored',
        attestationAuthority: { hint: { humanReadableName: 'B' } },
      },
      mask: ['attestationAuthority.hint.humanReadableName', 'longDescription'],
    });
    expect(body).toEqual({
      kind: 'ATTESTATION',
      shortDescription: 'old',
      detail: { hint: { humanReadableName: 'B' } },
    });
  });

  it('with * replace the note', () => {
    const body = patchNote('v1', note, { body: { attestation: HINT }, mask: ['*'] });
    expect(body).toEqual({ kind: 'ATTESTATION', detail: HINT });
  });

  it.each([
    ['an unknown path', {}, ['colour'], 'updateMask has "colour", which no note has'],
    ['a path through a list', {}, ['relatedUrl.url'], 'updateMask has "relatedUrl.url"'],
    ['a path through text', {}, ['shortDescription.x'], 'updateMask has "shortDescription.x"'],
    ['another kind', { secret: {} }, undefined, 'note has both attestation and secret'],
    ['clearing the detail', {}, ['attestation'], 'note has no detail'],
    ['clearing what is required', {}, ['attestation.hint'], 'note.attestation.hint is missing'],
    ['an unknown field', { colour: 1 }, undefined, 'note.colour is an unknown field'],
  ])('refuse %s', (_name, body, mask, message) => {
    expect(refusal(() => patchNote('v1', note, { body, mask }))).toContain(message);
  });
});
