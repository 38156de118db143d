/**
 * The scanner's notes, in the reserved project `goog-analysis`: one for discovery, one per package
 * name and one per advisory. They are derived too: a name says what the note is about.
 */
import type { Advisory, AffectedPackage } from '../domain/advisory.ts';
import { cvssOf } from '../domain/cvss.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Note } from '../domain/note.ts';
import type { Micros } from '../domain/time.ts';
import { withoutAbsent } from './beta-note.ts';
import { cvssToGrafeas } from './cvss-message.ts';
import { cpeOfEcosystem, NO_VERSION, packageTypeOf } from './package-version.ts';
import {
  DISCOVERY_NOTE_ID,
  escapeNoteId,
  SCANNER_PROJECT,
  unescapeNoteId,
} from './scanned-name.ts';

const PACKAGE_NOTE = /^package-([a-z0-9]+)-(.+)$/;

/** The name of one of the scanner's notes. */
export function scannerNoteName(noteId: string): string {
  return `projects/${SCANNER_PROJECT}/notes/${noteId}`;
}

/** The note id of a package name of a purl type. */
export function packageNoteId(type: string, name: string): string {
  return `package-${type}-${escapeNoteId(name)}`;
}

/** The note id of an advisory: its own id, escaped where note ids lack a character. */
export function vulnerabilityNoteId(advisoryId: string): string {
  return escapeNoteId(advisoryId);
}

/** The advisory's CVE: the one among its ids, the one its id contains, else its id. */
export function cveOf(advisoryId: string, aliases: readonly string[]): string {
  const exact = [advisoryId, ...aliases].find((id) => /^CVE-\d{4}-\d{4,}$/.test(id));
  return exact ?? /CVE-\d{4}-\d{4,}/.exec(advisoryId)?.[0] ?? advisoryId;
}

/**
 * A note that follows from its id alone: discovery's or a package's. Undefined: look for an
 * advisory.
 */
export function scannedNote(noteId: string, time: Micros): Note | undefined {
  const times = { createTime: time, updateTime: time };
  const name = scannerNoteName(noteId);
  if (noteId === DISCOVERY_NOTE_ID) {
    return { name, kind: 'DISCOVERY', ...times, detail: { analysisKind: 'VULNERABILITY' } };
  }
  const [, type = '', escaped = ''] = PACKAGE_NOTE.exec(noteId) ?? [];
  const packageName = unescapeNoteId(escaped);
  if (packageName === undefined || packageName === '') return undefined;
  const detail = { name: packageName, packageType: packageTypeOf(type) };
  return { name, kind: 'PACKAGE', ...times, detail };
}

/** The VULNERABILITY note of an advisory. */
export function advisoryNote(advisory: Advisory): Note {
  const severity = advisory.severity === 'SEVERITY_UNSPECIFIED' ? undefined : advisory.severity;
  const details = advisory.affected.map(detailOf);
  const published = advisory.published ?? advisory.modified;
  return {
    name: scannerNoteName(vulnerabilityNoteId(advisory.id)),
    kind: 'VULNERABILITY',
    shortDescription: cveOf(advisory.id, advisory.aliases),
    ...(advisory.summary !== '' && { longDescription: advisory.summary }),
    ...(advisory.references.length > 0 && {
      relatedUrl: advisory.references.map((url) => ({ url })),
    }),
    createTime: published,
    updateTime: advisory.modified,
    detail: withoutAbsent({
      cvssScore: advisory.cvssScore,
      ...cvssToGrafeas(cvssOf(advisory), 'cvssV3'),
      severity,
      details: details.length > 0 ? details : undefined,
    }),
  };
}

/** Versions stay whole here: an advisory's ranges have them as the ecosystem writes them. */
function detailOf(affected: AffectedPackage): JsonObject {
  const cpeUri = cpeOfEcosystem(affected.ecosystem);
  const events = affected.ranges.flatMap((range) => range.events);
  const start = events.find(({ introduced }) => introduced !== undefined && introduced !== '0');
  const fixed = events.findLast((event) => event.fixed !== undefined)?.fixed;
  return withoutAbsent({
    severityName: affected.severity,
    affectedCpeUri: cpeUri,
    affectedPackage: affected.name,
    affectedVersionStart: whole(start?.introduced) ?? { kind: 'MINIMUM' },
    fixedCpeUri: cpeUri,
    fixedPackage: affected.name,
    fixedVersion: whole(fixed) ?? NO_VERSION,
  });
}

function whole(version: string | undefined): JsonObject | undefined {
  return version === undefined ? undefined : { name: version, kind: 'NORMAL', fullName: version };
}
