/**
 * What filters of occurrences and notes mean: every spelling of every field, and what is refused,
 * with the place. Held here by the predicate; the store's tests hold SQL against it.
 */
import { describe, expect, it } from 'vitest';
import { compileFilter } from '../domain/match-filter.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { parseTime } from '../domain/time.ts';
import { readNoteFilter, readOccurrenceFilter } from './read-filter.ts';

const TIME = parseTime('2026-11-20T10:00:00Z');
const FOUND: Occurrence = {
  name: 'projects/p/occurrences/o',
  kind: 'VULNERABILITY',
  resourceUri: 'https://gcr.io/p/app@sha256:ab',
  noteName: 'projects/goog-analysis/notes/CVE-2026-1',
  createTime: TIME,
  updateTime: TIME,
  detail: {
    effectiveSeverity: 'HIGH',
    cvssScore: 7.5,
    packageIssue: [
      { affectedPackage: 'zlib', affectedVersion: { epoch: 1, kind: 'NORMAL' } },
      { affectedPackage: 'openssl', fixedVersion: { kind: 'MAXIMUM' }, fixAvailable: true },
    ],
    relatedUrls: [{ url: 'https://e.example/1' }],
  },
};
const BUILT: Occurrence = {
  ...FOUND,
  kind: 'BUILD',
  remediation: 'rebuild',
  detail: {
    provenance: {
      id: 'b1',
      createTime: '2026-11-19T10:00:00.000000Z',
      buildOptions: { debug: 'yes', 'a.b': 'c' },
      builtArtifacts: [{ names: ['one', 'two'] }, { names: ['three'] }],
      sourceProvenance: { context: { cloudRepo: { revisionId: 'abc' } } },
    },
    intotoProvenance: { recipe: { definedInMaterial: '12' } },
  },
};
const KEPT: Note = {
  name: 'projects/p/notes/n',
  kind: 'VULNERABILITY_ASSESSMENT',
  shortDescription: 'short',
  expirationTime: TIME,
  relatedNoteNames: ['projects/p/notes/m'],
  createTime: TIME,
  updateTime: TIME,
  detail: { product: { genericUri: 'https://gcr.io/p/app' }, assessment: { state: 'AFFECTED' } },
};

describe('readOccurrenceFilter', () => {
  it.each<[string, boolean]>([
    ['', true],
    ['kind="VULNERABILITY"', true],
    ['kind="PACKAGE_VULNERABILITY"', true],
    ['kind="PACKAGE"', false],
    ['kind!="PACKAGE"', true],
    ['kind="VULNERABILITY" AND has_prefix(resource_url, "gcr.io/p/app")', true],
    ['has_prefix(resourceUrl, "https://gcr.io/p/app")', true],
    ['has_prefix(resourceUrl, "gcr.io/q")', false],
    ['has_suffix(resourceUrl, "sha256:ab")', true],
    ['resource.uri="gcr.io/p/app@sha256:ab"', true],
    ['resource_uri:"https://gcr.io/p/app@sha256:ab"', true],
    ['noteProjectId="goog-analysis" AND noteId="CVE-2026-1"', true],
    ['note_name="projects/goog-analysis/notes/CVE-2026-1"', true],
    ['severity>="MEDIUM"', true],
    ['severity>"HIGH"', false],
    ['severity:*', true],
    ['vulnerability.effective_severity=HIGH', true],
    ['vulnerability.severity=HIGH', false],
    ['vulnerability.severity="SEVERITY_UNSPECIFIED"', true],
    ['createTime>"2026-11-20T09:00:00Z"', true],
    ['createTime<"2026-11-20T09:00:00Z"', false],
    ['create_time>"2026-11-20"', true],
    ['createTime>"2026-11-20T"', true],
    ['createTime<"2026-11-21"', true],
    ['createTime>"2026-11-20T10:00"', false],
    ['createTime>"2026-11-20T09:59:59"', true],
    ['createTime="2026-11-20T11:00:00+01:00"', true],
    ['NOT kind="PACKAGE"', true],
    ['-kind="VULNERABILITY"', false],
    ['kind="PACKAGE" OR severity="HIGH"', true],
    ['vulnerability:*', true],
    ['build:*', false],
    ['vulnerability.cvssScore>=7', true],
    ['vulnerability.cvss_score<7.5', false],
    ['vulnerability.cvssScore=7.50', true],
    ['vulnerability.packageIssue.affectedPackage="openssl"', true],
    ['vulnerability.package_issue.affected_package:"zlib"', true],
    ['vulnerability.packageIssue.affectedPackage!="openssl"', false],
    ['has_prefix(vulnerability.packageIssue.affectedPackage, "open")', true],
    ['vulnerability.packageIssue.affectedLocation.package="zlib"', true],
    ['vulnerability.packageIssue.affectedVersion.epoch=1', true],
    ['vulnerability.packageIssue.fixedVersion.kind="MAXIMUM"', true],
    ['vulnerability.packageIssue.fixedVersion.kind>NORMAL', true],
    ['vulnerability.packageIssue.fixAvailable=true', true],
    ['vulnerability.packageIssue.fixAvailable=false', true],
    ['vulnerability.fixAvailable=false', true],
    ['vulnerability.cvssv3.baseScore=0', false],
    ['vulnerability.cvssV3:*', false],
    ['vulnerability.relatedUrls:*', true],
    ['vulnerability.relatedUrls.url="https://e.example/1"', true],
    ['vulnerability.shortDescription=""', true],
    ['dependencyPackageName="openssl"', false],
    ['package.name!="openssl"', true],
    ['remediation:*', false],
  ])('%s of a vulnerability: %s', (text, passes) => {
    expect(compileFilter(readOccurrenceFilter(text))(FOUND)).toBe(passes);
  });

  it.each<[string, boolean]>([
    ['kind="BUILD_DETAILS"', true],
    ['remediation="rebuild"', true],
    ['build.provenance.id="b1"', true],
    ['build.provenance.createTime<"2026-11-20"', true],
    ['build.provenance.create_time="2026-11-19T10:00:00Z"', true],
    ['build.provenance.endTime<"2030-01-01"', false],
    ['build.provenance.builtArtifacts.names="two"', true],
    ['build.provenance.builtArtifacts.names:three', true],
    ['build.provenance.builtArtifacts.names:*', true],
    ['build.provenance.builtArtifacts.names=""', false],
    ['build.provenance.buildOptions:debug', true],
    ['build.provenance.buildOptions:other', false],
    ['build.provenance.buildOptions.debug="yes"', true],
    ['build.provenance.build_options."a.b"=c', true],
    ['build.provenance.buildOptions.debug!="no"', true],
    ['build.provenance.sourceProvenance.context.cloudRepo.revisionId="abc"', true],
    ['build.intotoProvenance.recipe.definedInMaterial>9', true],
    ['severity="SEVERITY_UNSPECIFIED"', false],
    ['severity<"HIGH"', false],
    ['NOT severity="HIGH"', true],
  ])('%s of a build: %s', (text, passes) => {
    expect(compileFilter(readOccurrenceFilter(text))(BUILT)).toBe(passes);
  });

  it.each([
    ['installation.installation.name="x"', 'package.name="x"'],
    [
      'discovered.discovered.analysisStatus="COMPLETE"',
      'discovery.analysis_status=FINISHED_SUCCESS',
    ],
    ['derived_image.derived_image.distance>1', 'image.distance>1'],
    ['deployment.deployment.platform=GKE', 'deployment.platform="GKE"'],
    [
      'attestation.attestation.genericSignedAttestation.signatures.publicKeyId="k"',
      'attestation.signatures.public_key_id="k"',
    ],
    [
      'attestation.attestation.pgp_signed_attestation.pgp_key_id="k"',
      'attestation.signatures.publicKeyId="k"',
    ],
    [
      '(has_prefix(resourceUrl, "https://h/p") OR has_prefix(resourceUrl, "h/p"))',
      'has_prefix(resource_url, "h/p")',
    ],
    ['((kind = "BUILD")) AND kind="BUILD"', 'kind="BUILD_DETAILS"'],
  ])('%s is %s', (text, same) => {
    expect(readOccurrenceFilter(text)).toEqual(readOccurrenceFilter(same));
  });

  it.each([
    ['colour="red"', 1, 'unknown field colour'],
    ['kind="BUILD" AND Colour="red"', 18, 'unknown field Colour'],
    ['build.provenance.colour="red"', 1, 'BuildProvenance has no field colour; known are id'],
    ['build.provenance.CreateTime="x"', 1, 'did you mean createTime?'],
    ['build.provenance.id.x="red"', 1, 'id has no fields of its own'],
    ['envelop:*', 1, 'unknown field envelop'],
    ['kind="FISH"', 6, 'kind is never "FISH"'],
    ['severity="AWFUL"', 10, 'severity is never "AWFUL"; use SEVERITY_UNSPECIFIED, MINIMAL'],
    ['discovery.analysisStatus="AWFUL"', 26, 'is never "AWFUL"'],
    ['kind>"PACKAGE"', 6, 'kind is compared by =, !='],
    ['resourceUrl<"x"', 13, 'resourceUrl is compared by =, !='],
    ['has_prefix(severity, "H")', 22, 'has_prefix needs a text field'],
    ['has_suffix(build.provenance, "H")', 30, 'has_suffix needs a text field'],
    ['has_suffix(build.provenance.buildOptions, "H")', 1, 'is a map'],
    ['createTime>"yesterday"', 12, 'is not RFC 3339'],
    ['createTime>"2026-02-30"', 12, 'is not RFC 3339'],
    ['createTime>"2026-11"', 12, 'is not RFC 3339'],
    ['vulnerability.cvssScore>"high"', 25, 'is a number, not "high"'],
    ['vulnerability.cvssScore>0x10', 25, 'is a number'],
    ['vulnerability.fixAvailable=1', 28, 'is true or false, not "1"'],
    ['vulnerability.fixAvailable>true', 28, 'is true or false, which is compared'],
    ['vulnerability="x"', 15, 'has members and no value'],
    ['vulnerability.packageIssue="x"', 28, 'has members and no value'],
    ['build.provenance.buildOptions="x"', 1, 'is a map; ask for a key'],
    ['build.provenance.buildOptions:"a\\"b"', 31, 'a key with quotes'],
    ['attestation.serializedPayload="*"', 31, 'base64'],
  ])('refuses %s at %i', (text, position, message) => {
    const read = (): unknown => readOccurrenceFilter(text);
    expect(read).toThrow(message);
    expect(read).toThrow(`position ${position}:`);
    expect(read).toThrow(expect.objectContaining({ code: 'invalid-filter' }));
  });
});

describe('readNoteFilter', () => {
  it.each<[string, boolean]>([
    ['kind="VULNERABILITY_ASSESSMENT"', true],
    ['name="projects/p/notes/n" AND noteId="n" AND noteProjectId="p"', true],
    ['vulnerability_assessment.product.generic_uri="https://gcr.io/p/app"', true],
    ['vulnerabilityAssessment.assessment.state>=NOT_AFFECTED', false],
    ['short_description:short', true],
    ['related_note_names="projects/p/notes/m"', true],
    ['expirationTime<"2026-11-21"', true],
    ['expirationTime>"2026-11-21"', false],
    ['attestationAuthority.hint.humanReadableName="x"', false],
    ['vulnerability.details.fixed_location.package="x"', false],
  ])('%s: %s', (text, passes) => {
    expect(compileFilter(readNoteFilter(text))(KEPT)).toBe(passes);
  });

  it.each(['resourceUrl="x"', 'severity=HIGH', 'remediation=x'])('refuses %s', (text) => {
    expect(() => readNoteFilter(text)).toThrow('unknown field');
  });
});
