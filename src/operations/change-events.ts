/** What is told of a change: names and what selections look at, never the whole resource. */
import type { Attestor } from '../domain/attestor.ts';
import { type Json, type JsonObject, isJsonObject } from '../domain/json.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import type { EventType } from '../domain/notification-event.ts';
import { parseAttestorName, parseNoteName, parseOccurrenceName } from '../domain/resource-name.ts';
import type { NewEvent } from './emit.ts';

/** What was done. */
export type ChangeVerb = 'created' | 'updated' | 'deleted';

/** The event of an occurrence's change. */
export function occurrenceEvent(verb: ChangeVerb, occurrence: Occurrence): NewEvent {
  const { name, kind, resourceUri, noteName, detail } = occurrence;
  const found = kind === 'VULNERABILITY' ? vulnerabilityOf(detail) : {};
  return {
    type: `assay.occurrence.${verb}`,
    project: parseOccurrenceName(name).project,
    subject: name,
    data: { schemaVersion: 1, name, kind, resourceUri, noteName, ...found },
  };
}

/** The event of a note's change. */
export function noteEvent(verb: ChangeVerb, { name, kind }: Pick<Note, 'name' | 'kind'>): NewEvent {
  const { project } = parseNoteName(name);
  const data = { schemaVersion: 1, name, kind };
  return { type: `assay.note.${verb}`, project, subject: name, data };
}

/** The event of an attestor's change. */
export function attestorEvent(verb: ChangeVerb, attestor: Pick<Attestor, 'name'>): NewEvent {
  const { name } = attestor;
  const type: EventType = `assay.attestor.${verb}`;
  const { project } = parseAttestorName(name);
  return { type, project, subject: name, data: { schemaVersion: 1, name } };
}

/** The event of a new revision of a project's policy; without a project, of the system's. */
export function policyEvent(
  project: string | undefined,
  policy: { readonly name: string; readonly revision: number },
): NewEvent {
  const { name, revision } = policy;
  const data = { schemaVersion: 1, name, revision };
  const type: EventType = 'assay.policy.updated';
  return { type, subject: name, data, ...(project === undefined ? {} : { project }) };
}

/** Severity, and for people which package is hit and what mends it. */
function vulnerabilityOf(detail: JsonObject): JsonObject {
  const severity = detail['effectiveSeverity'] ?? detail['severity'] ?? 'SEVERITY_UNSPECIFIED';
  const issues = detail['packageIssue'];
  const issue = Array.isArray(issues) && isJsonObject(issues[0]) ? issues[0] : {};
  const vulnerability = {
    id: detail['shortDescription'],
    package: issue['affectedPackage'],
    version: versionOf(issue['affectedVersion']),
    fixedVersion: versionOf(issue['fixedVersion']),
  };
  return { severity, vulnerability };
}

/** A version's text; undefined for none, and where it stands for no version at all. */
function versionOf(version: Json | undefined): Json | undefined {
  if (!isJsonObject(version) || version['kind'] === 'MAXIMUM') return undefined;
  return version['fullName'] ?? version['name'];
}
