/** What happened, as destinations are told of it, and which of it a destination wants. */
import { AssayError } from './error.ts';
import { type JsonObject, isJsonObject } from './json.ts';
import { resourceKey } from './resource-url.ts';
import { type Severity, isSeverity, severityRank, severityRankForLimit } from './severity.ts';
import type { Micros } from './time.ts';

/** Every type of event, as CloudEvents' `type`. */
export const EVENT_TYPES = [
  'assay.occurrence.created',
  'assay.occurrence.updated',
  'assay.occurrence.deleted',
  'assay.note.created',
  'assay.note.updated',
  'assay.note.deleted',
  'assay.attestor.created',
  'assay.attestor.updated',
  'assay.attestor.deleted',
  'assay.policy.updated',
  'assay.admission.denied',
  'assay.scan.finished',
  'assay.advisories.published',
] as const;

/** A type of event that can be asked for. */
export type EventType = (typeof EVENT_TYPES)[number];

/** An event. `data` is what receivers get, and what selections look at. */
export interface NotificationEvent {
  /** UUIDv7; the same each time that the event is sent. */
  readonly id: string;
  readonly time: Micros;
  /** `assay.destination.tested` is sent by hand only. */
  readonly type: EventType | 'assay.destination.tested';
  /** The project whose event it is; absent: everybody's. */
  readonly project?: string;
  /** Name of the resource; events of one subject arrive in their order. */
  readonly subject: string;
  readonly data: JsonObject;
}

/** What of a project's events a destination wants. */
export interface EventSelection {
  readonly types: readonly EventType[];
  /** Kinds of notes and occurrences; empty: all. */
  readonly kinds: readonly string[];
  /** Of vulnerabilities, at least this severe; unknown counts as CRITICAL. */
  readonly minSeverity?: Severity;
  /** Of events about images, those whose resource begins so; with or without `https://`. */
  readonly resourcePrefix?: string;
}

/**
 * Reads types as people write them: whole, without `assay.`, or all of a noun (`occurrence`).
 * Refuses what names none.
 */
export function parseEventTypes(texts: readonly string[]): readonly EventType[] {
  const wanted = texts.flatMap((text) => {
    const name = `assay.${text.replace(/^assay\./, '')}`;
    const found = EVENT_TYPES.filter((type) => type === name || type.startsWith(`${name}.`));
    if (found.length > 0) return found;
    const known = EVENT_TYPES.map((type) => type.slice('assay.'.length)).join(', ');
    const message = `event ${JSON.stringify(text.slice(0, 64))} is not known; give ${known}`;
    throw new AssayError('invalid-argument', message);
  });
  return EVENT_TYPES.filter((type) => wanted.includes(type));
}

/** Tells whether a destination wants an event. What an event does not have does not hold it off. */
export function isSelected(selection: EventSelection, { type, data }: NotificationEvent): boolean {
  if (!(selection.types as readonly string[]).includes(type)) return false;
  return hasKind(selection, data) && hasSeverity(selection, data) && hasResource(selection, data);
}

function hasKind({ kinds }: EventSelection, { kind }: JsonObject): boolean {
  return kinds.length === 0 || typeof kind !== 'string' || kinds.includes(kind);
}

/** A change is told where the severity before it was high enough too: the matter has cooled. */
function hasSeverity({ minSeverity }: EventSelection, data: JsonObject): boolean {
  if (minSeverity === undefined || data['kind'] !== 'VULNERABILITY') return true;
  const found = [data['severity'], data['previousSeverity']].flatMap((severity) =>
    typeof severity === 'string' && isSeverity(severity) ? [severityRankForLimit(severity)] : [],
  );
  return found.length === 0 || found.some((rank) => rank >= severityRank(minSeverity));
}

function hasResource({ resourcePrefix }: EventSelection, data: JsonObject): boolean {
  if (resourcePrefix === undefined) return true;
  const prefix = resourceKey(resourcePrefix);
  const resources = resourcesOf(data);
  return resources.length === 0 || resources.some((one) => resourceKey(one).startsWith(prefix));
}

/** The resource of an occurrence or a scan, the images of a denial. */
function resourcesOf({ resourceUri, images }: JsonObject): readonly string[] {
  const list = Array.isArray(images) ? images : [];
  const named = list.map((one) => (isJsonObject(one) ? (one['reference'] ?? one['image']) : one));
  return [resourceUri, ...named].filter((one) => typeof one === 'string');
}
