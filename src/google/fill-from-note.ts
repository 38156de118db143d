/**
 * What an occurrence takes over from its note when it is created: fields that Grafeas marks as
 * output, so that a reader of the occurrence needs no second request.
 */
import type { JsonObject } from '../domain/json.ts';
import type { Note } from '../domain/note.ts';
import { isSeverity, type Severity } from '../domain/severity.ts';
import { mapList, withoutAbsent } from './beta-note.ts';
import type { OccurrenceBody } from './occurrence-message.ts';

/**
 * Fills an occurrence in from its note. A vulnerability: severity, score, descriptions and links of
 * the note, whether a fix is available, and the effective severity (the client's, else the note's).
 * A deployment: what is deployed. Other kinds stay as they are.
 */
export function fillFromNote(body: OccurrenceBody, note: Note): OccurrenceBody {
  if (body.kind !== note.kind) return body;
  if (body.kind === 'DEPLOYMENT') {
    return {
      ...body,
      detail: { ...withoutAbsent({ resourceUri: note.detail['resourceUri'] }), ...body.detail },
    };
  }
  return body.kind === 'VULNERABILITY' ? fillVulnerability(body, note) : body;
}

function fillVulnerability(body: OccurrenceBody, note: Note): OccurrenceBody {
  const severity = severityOf(note.detail['severity']);
  const given = severityOf(body.detail['effectiveSeverity']);
  const effective = given === 'SEVERITY_UNSPECIFIED' ? severity : given;
  const detail = mapList(body.detail, 'packageIssue', (issue) => fillIssue(issue, effective));
  const { cvssScore, cvssVersion } = note.detail;
  const fromNote = withoutAbsent({
    severity: said(severity),
    cvssScore,
    cvssVersion,
    shortDescription: note.shortDescription,
    longDescription: note.longDescription,
    relatedUrls: note.relatedUrl?.map((url) => ({ ...url })),
    effectiveSeverity: said(effective),
    fixAvailable: issuesOf(detail).some((issue) => issue['fixAvailable'] === true) || undefined,
  });
  return { ...body, detail: { ...detail, ...fromNote } };
}

function fillIssue(issue: JsonObject, severity: Severity): JsonObject {
  const fixAvailable = isFixable(issue) || undefined;
  return withoutAbsent({ ...issue, fixAvailable, effectiveSeverity: said(severity) });
}

function isFixable(issue: JsonObject): boolean {
  const fixed = issue['fixedVersion'] as JsonObject | undefined;
  return fixed !== undefined && fixed['kind'] !== 'MAXIMUM';
}

function issuesOf(detail: JsonObject): readonly JsonObject[] {
  return (detail['packageIssue'] ?? []) as readonly JsonObject[];
}

function severityOf(value: unknown): Severity {
  return typeof value === 'string' && isSeverity(value) ? value : 'SEVERITY_UNSPECIFIED';
}

/** An unspecified severity is left out, as proto3's JSON does. */
function said(severity: Severity): Severity | undefined {
  return severity === 'SEVERITY_UNSPECIFIED' ? undefined : severity;
}
