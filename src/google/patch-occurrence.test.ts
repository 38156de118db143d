import { describe, expect, it } from 'vitest';
import { isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import type { GrafeasVersion } from './grafeas-table.ts';
import { occurrenceFromJson } from './occurrence-message.ts';
import { patchOccurrence } from './patch-occurrence.ts';

const URI = 'https://r.example/a@sha256:' + 'ab'.repeat(32);
const NOTE = 'projects/p/notes/n';
const SUBJECT = { resourceUri: URI, noteName: NOTE };
const ISSUE = {
  affectedCpeUri: 'cpe:/o',
  affectedPackage: 'openssl',
  affectedVersion: { kind: 'MINIMUM' },
  fixedVersion: { kind: 'MAXIMUM' },
};

function kept(json: JsonObject, version: GrafeasVersion = 'v1'): Occurrence {
  const body = occurrenceFromJson(version, json);
  return { ...body, name: 'projects/p/occurrences/o', createTime: 0, updateTime: 1 };
}

const VULN = kept({
  ...SUBJECT,
  remediation: 'old',
  vulnerability: { type: 'os', packageIssue: [ISSUE], cvssV4: { baseScore: 7.5 } },
});
const PGP = kept(
  {
    resource: { uri: URI },
    noteName: NOTE,
    attestation: {
      attestation: { pgpSignedAttestation: { signature: 'text', pgpKeyId: 'AB' } },
    },
  },
  'v1beta1',
);
const UPGRADE = kept({ ...SUBJECT, upgrade: { package: 'x', parsedVersion: { kind: 'MINIMUM' } } });

describe('a patch of an occurrence', () => {
  it.each<[string, GrafeasVersion, Occurrence, JsonObject, string[] | undefined, JsonObject]>([
    ['without a mask', 'v1', VULN, { remediation: 'new' }, undefined, { remediation: 'new' }],
    ['in snake_case', 'v1', VULN, { vulnerability: { package_issue: [ISSUE] } }, undefined, {}],
    ['with a mask', 'v1', VULN, { remediation: 'new', noteName: 'x' }, ['remediation'], {}],
    ['of the same resource without scheme', 'v1', VULN, { resourceUri: URI.slice(8) }, ['*'], {}],
    ['of another version’s kind', 'v1beta1', UPGRADE, { remediation: 'r' }, undefined, {}],
    ['of a PGP attestation of 2018', 'v1', PGP, { remediation: 'r' }, undefined, {}],
    ['in v1beta1', 'v1beta1', VULN, { remediation: 'r' }, ['remediation'], {}],
    ['that repeats what it is', 'v1', VULN, { ...SUBJECT, kind: 'VULNERABILITY' }, undefined, {}],
    [
      'by the note’s longer name',
      'v1',
      VULN,
      { noteName: 'projects/p/locations/us/notes/n' },
      undefined,
      {},
    ],
  ])('%s (%s) keeps resource, note and kind', (_fact, version, before, body, mask, wanted) => {
    const whole = mask?.includes('*') ? { ...SUBJECT, vulnerability: VULN.detail } : {};
    const after = patchOccurrence(version, before, { body: { ...whole, ...body }, mask });
    const { resourceUri, noteName, kind } = before;
    expect(after).toMatchObject({ resourceUri, noteName, kind, ...wanted });
  });

  it('leaves a detail that it does not touch as it is, whatever the version can say', () => {
    const patch = { body: { remediation: 'r' }, mask: undefined };
    for (const one of [VULN, PGP, UPGRADE]) {
      expect(patchOccurrence('v1', one, patch).detail).toBe(one.detail);
      expect(patchOccurrence('v1beta1', one, patch).detail).toBe(one.detail);
    }
  });

  it('touches one path of a detail, and clears what the body lacks', () => {
    const body = { vulnerability: { type: 'npm', extraDetails: 'ignored' } };
    const mask = ['vulnerability.type', 'vulnerability.cvssV4', 'remediation'];
    const after = patchOccurrence('v1', VULN, { body, mask });
    expect(after.detail).toEqual({ type: 'npm', packageIssue: VULN.detail['packageIssue'] });
    expect(after.remediation).toBeUndefined();
  });

  it('takes an SBOM’s reference and its envelope as gcloud sends them', () => {
    const payload = { _type: 'a', predicateType: 'b', subject: [{ name: 'x' }], predicate: {} };
    const sbom = kept({ ...SUBJECT, sbomReference: { payload, payloadType: 't' } });
    const envelope = { payload: 'e30=', payloadType: 't', signatures: [{ keyid: '1' }] };
    const body = { sbomReference: { payloadType: 'u' }, envelope };
    const mask = ['sbomReference', 'envelope'];
    const after = patchOccurrence('v1', sbom, { body, mask });
    expect(after).toMatchObject({ detail: { payloadType: 'u' }, envelope });
    const cleared = patchOccurrence('v1', { ...sbom, ...after }, { body: {}, mask: ['envelope'] });
    expect(cleared.envelope).toBeUndefined();
    const other = patchOccurrence('v1', { ...sbom, ...after }, { body: {}, mask: ['remediation'] });
    expect(other.envelope).toEqual(envelope);
  });

  it('finds a field whose JSON name is not its own in the mask', () => {
    const payload = { _type: 'a', predicateType: 'b', subject: [{ name: 'x' }], predicate: {} };
    const detail = { payload, payloadType: 't', signatures: [{ keyid: '1' }] };
    const sbom = kept({ ...SUBJECT, sbomReference: detail });
    const body = { sbomReference: { payload: { _type: 'c' } } };
    const after = patchOccurrence('v1', sbom, { body, mask: ['sbomReference.payload.type'] });
    expect(after.detail).toMatchObject({ payload: { _type: 'c', predicateType: 'b' } });
  });

  it.each<[string, JsonObject, string[] | undefined, string]>([
    [
      'another resource',
      { resourceUri: 'https://x.example/y' },
      undefined,
      'resourceUri is "https',
    ],
    ['no resource', {}, ['resourceUri'], 'occurrence.resourceUri is missing; it is "https://r.ex'],
    ['another note', { noteName: 'projects/p/notes/m' }, undefined, 'noteName is "projects/p/not'],
    ['a broken note', { noteName: 'm' }, undefined, 'occurrence.noteName: name "m" is not of'],
    ['no note', {}, ['noteName'], 'occurrence.noteName is missing'],
    ['everything, and lacks the note', { resourceUri: URI }, ['*'], 'noteName is missing'],
    ['another kind', { kind: 'BUILD' }, undefined, 'occurrence.kind is "BUILD"; it is "VULNERAB'],
    ['another detail', { build: {} }, undefined, 'occurrence.build is of another kind; this one'],
    ['no detail', {}, ['vulnerability'], 'occurrence has no detail'],
    ['no issue', {}, ['vulnerability.packageIssue'], 'vulnerability.packageIssue is missing'],
    ['an unknown path', {}, ['colour'], 'updateMask has "colour", which no occurrence has'],
    ['an empty path', {}, ['remediation', ''], 'updateMask has ""'],
    ['a path of the language', {}, ['__proto__.x'], 'updateMask has "__proto__.x"'],
    ['a path through a list', {}, ['vulnerability.packageIssue.packageType'], 'updateMask has'],
    ['an unknown field', { colour: 1 }, ['remediation'], 'occurrence.colour is an unknown field'],
    ['a wrong value', { remediation: 1 }, undefined, 'occurrence.remediation is 1; want text'],
  ])('that asks for %s is refused', (_fact, body, mask, message) => {
    const patch = (): unknown => patchOccurrence('v1', VULN, { body, mask });
    expect(refusal(patch)).toContain(message);
  });
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isAssayError(error)) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}
