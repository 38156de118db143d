/**
 * What the scanner found, as Grafeas v1 occurrences: derived from a scan's result, never stored.
 * Their notes live in the reserved project `goog-analysis`; see scanned-notes.ts.
 */
import { cvssOf } from '../domain/cvss.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { stripScheme } from '../domain/resource-url.ts';
import type { Finding, ScannedPackage, ScanResult } from '../domain/scan-result.ts';
import type { ScanProgress } from '../domain/scan-origin.ts';
import type { ScanStatus } from '../domain/software-package.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { withoutAbsent } from './beta-note.ts';
import { cvssToGrafeas } from './cvss-message.ts';
import { cpeOfEcosystem, NO_VERSION, packageTypeOf, versionToJson } from './package-version.ts';
import { DISCOVERY_NOTE_ID, encodeScannedId, type ScannedKey } from './scanned-name.ts';
import { cveOf, packageNoteId, scannerNoteName, vulnerabilityNoteId } from './scanned-notes.ts';

/** An image as a project has sighted it. */
export interface SightedImage {
  /** The project that the occurrences are listed in. */
  readonly project: string;
  /** `https://repository@digest`. */
  readonly resourceUri: string;
  readonly digest: ScannedKey['digest'];
  /** When the facts were first known. */
  readonly createTime: Micros;
  /** When they last changed. */
  readonly updateTime: Micros;
}

const ANALYSIS_STATUS: Readonly<Record<ScanStatus, string>> = {
  COMPLETE: 'FINISHED_SUCCESS',
  INCOMPLETE: 'FINISHED_FAILED',
  UNSUPPORTED: 'FINISHED_UNSUPPORTED',
};
/** google.rpc.Code FAILED_PRECONDITION. */
const FAILED_PRECONDITION = 9;

/** A kind of what scans find. */
export type ScannedKind = ScannedKey['kind'];

/** The kinds of what scans find. */
export const SCANNED_KINDS: readonly ScannedKind[] = ['DISCOVERY', 'PACKAGE', 'VULNERABILITY'];

/** The DISCOVERY occurrence: whether the image was scanned, and when its packages were read. */
export function discoveryOccurrence(
  result: Pick<ScanResult, 'status' | 'problems'>,
  image: SightedImage & { readonly readTime?: Micros },
): Occurrence {
  const { readTime = image.updateTime } = image;
  const reasons = result.problems.filter(({ fatal }) => fatal).map(({ message }) => message);
  const failed = result.status === 'INCOMPLETE';
  const error = {
    code: FAILED_PRECONDITION,
    message: reasons.join('; ') || 'the scan is incomplete',
  };
  const detail = withoutAbsent({
    continuousAnalysis: 'ACTIVE',
    analysisStatus: ANALYSIS_STATUS[result.status],
    analysisStatusError: failed ? error : undefined,
    lastScanTime: formatTime(readTime),
  });
  return derive(image, { kind: 'DISCOVERY' }, { noteId: DISCOVERY_NOTE_ID, detail });
}

/** How far the first scan of an image is, and why it failed. */
export interface AwaitedScan {
  readonly progress: ScanProgress;
  readonly problem?: string;
}

const AWAITED_STATUS: Readonly<Record<ScanProgress, string>> = {
  PENDING: 'PENDING',
  SCANNING: 'SCANNING',
  FAILED: 'FINISHED_FAILED',
};

/** The DISCOVERY occurrence of an image that nothing is known of yet. */
export function awaitedOccurrence(
  { progress, problem }: AwaitedScan,
  image: SightedImage,
): Occurrence {
  const error = problem === undefined ? undefined : { code: FAILED_PRECONDITION, message: problem };
  const failed = progress === 'FAILED';
  const detail = withoutAbsent({
    continuousAnalysis: 'ACTIVE',
    analysisStatus: AWAITED_STATUS[progress],
    analysisError: error === undefined ? undefined : [error],
    analysisStatusError: failed ? error : undefined,
    lastScanTime: failed ? formatTime(image.updateTime) : undefined,
  });
  return derive(image, { kind: 'DISCOVERY' }, { noteId: DISCOVERY_NOTE_ID, detail });
}

/** The PACKAGE occurrence of one installed or declared package. */
export function packageOccurrence(one: ScannedPackage, image: SightedImage): Occurrence {
  const version = versionToJson(one.type, one.version);
  const cpeUri = cpeOfEcosystem(one.ecosystem);
  const detail = {
    name: one.name,
    location: [{ cpeUri, version, path: one.path }],
    packageType: packageTypeOf(one.type),
    cpeUri,
    version,
  };
  const noteId = packageNoteId(one.type, one.name);
  return derive(image, { kind: 'PACKAGE', package: packageKey(one) }, { noteId, detail });
}

/** The VULNERABILITY occurrence of one finding. */
export function vulnerabilityOccurrence(finding: Finding, image: SightedImage): Occurrence {
  const severity = finding.severity === 'SEVERITY_UNSPECIFIED' ? undefined : finding.severity;
  const fixAvailable = finding.fixedVersion !== undefined || undefined;
  const detail = withoutAbsent({
    type: packageTypeOf(finding.package.type),
    severity,
    cvssScore: finding.cvssScore,
    ...cvssToGrafeas(cvssOf(finding), 'cvssv3'),
    packageIssue: [
      withoutAbsent({ ...issueOf(finding), fixAvailable, effectiveSeverity: severity }),
    ],
    shortDescription: cveOf(finding.advisoryId, finding.aliases),
    longDescription: finding.summary || undefined,
    relatedUrls: finding.references.map((url) => ({ url })),
    effectiveSeverity: severity,
    fixAvailable,
  });
  const { advisoryId: advisory } = finding;
  const key = { kind: 'VULNERABILITY', package: packageKey(finding.package), advisory } as const;
  return derive(image, key, { noteId: vulnerabilityNoteId(advisory), detail });
}

/** Without a fix the fixed version is of kind MAXIMUM: gcloud needs the field, and counts these. */
function issueOf(finding: Finding): JsonObject {
  const { type, name, version, ecosystem, path } = finding.package;
  const cpeUri = cpeOfEcosystem(ecosystem);
  const { fixedVersion } = finding;
  return {
    affectedCpeUri: cpeUri,
    affectedPackage: name,
    affectedVersion: versionToJson(type, version),
    fixedCpeUri: cpeUri,
    fixedPackage: name,
    fixedVersion: fixedVersion === undefined ? NO_VERSION : versionToJson(type, fixedVersion),
    packageType: packageTypeOf(type),
    fileLocation: [{ filePath: path }],
  };
}

function packageKey(found: ScannedPackage): ScannedKey['package'] & object {
  const { type, name, version, path, architecture } = found;
  return { type, name, version, path, ...(architecture !== undefined && { architecture }) };
}

function derive(
  image: SightedImage,
  key: Omit<ScannedKey, 'resource' | 'digest'>,
  said: { readonly noteId: string; readonly detail: JsonObject },
): Occurrence {
  const { project, resourceUri, digest, createTime, updateTime } = image;
  const resource = stripScheme(resourceUri).replace(`@${digest}`, '');
  return {
    name: `projects/${project}/occurrences/${encodeScannedId({ ...key, resource, digest })}`,
    kind: key.kind,
    resourceUri,
    noteName: scannerNoteName(said.noteId),
    createTime,
    updateTime,
    detail: said.detail,
  };
}
