/**
 * The fields by which occurrences are filtered: how a filter's text is read, and where the value
 * is. Rows in the store and occurrences derived from scans are filtered by this one table.
 */
import { AssayError } from './error.ts';
import { KIND_FIELDS, type Occurrence } from './note.ts';
import { parseNoteName } from './resource-name.ts';
import { resourceKey } from './resource-url.ts';
import { SEVERITIES, isSeverity, severityRank } from './severity.ts';
import { type Micros, parseTime } from './time.ts';

/** How one field is compared. */
export interface OccurrenceField {
  /** `ordered`: all comparisons; `text`: equality, has_prefix and has_suffix. */
  readonly type: 'ordered' | 'text';
  /** Reads the filter's text as the field's value; throws `invalid-filter`. */
  readonly read: (text: string) => string | number;
  readonly of: (occurrence: Occurrence) => string | number;
}

/** Kinds as v1alpha1 called them. */
const OLD_KINDS: Readonly<Record<string, string>> = {
  PACKAGE_VULNERABILITY: 'VULNERABILITY',
  BUILD_DETAILS: 'BUILD',
  IMAGE_BASIS: 'IMAGE',
  PACKAGE_MANAGER: 'PACKAGE',
  DEPLOYABLE: 'DEPLOYMENT',
  ATTESTATION_AUTHORITY: 'ATTESTATION',
};

const RESOURCE = text((one) => resourceKey(one.resourceUri), resourceKey);
const SEVERITY = ordered(severityOf, readSeverity);

/** Fields of an occurrence by their names in camelCase. */
export const OCCURRENCE_FIELDS = {
  kind: text((one) => one.kind, readKind),
  name: text((one) => one.name),
  noteName: text((one) => one.noteName),
  noteProjectId: text((one) => parseNoteName(one.noteName).project),
  noteId: text((one) => parseNoteName(one.noteName).note),
  resourceUrl: RESOURCE,
  resourceUri: RESOURCE,
  'resource.uri': RESOURCE,
  createTime: ordered((one) => one.createTime, readTime),
  updateTime: ordered((one) => one.updateTime, readTime),
  severity: SEVERITY,
  'vulnerability.severity': SEVERITY,
  'vulnerability.effectiveSeverity': SEVERITY,
} as const satisfies Record<string, OccurrenceField>;

/** A field's name without the differences of camelCase and snake_case. */
export function fieldKey(path: readonly string[]): string {
  return path.join('.').replaceAll('_', '').toLowerCase();
}

/** Reads a kind, also by its v1alpha1 name; throws `invalid-filter`. */
export function readKind(value: string): string {
  const kind = OLD_KINDS[value] ?? value;
  if (Object.hasOwn(KIND_FIELDS, kind)) return kind;
  const known = Object.keys(KIND_FIELDS).join(', ');
  throw new AssayError('invalid-filter', `unknown kind ${JSON.stringify(value)}; use ${known}`);
}

/** Reads RFC 3339, or a beginning of it from the day on, which is UTC: Google's samples do that. */
function readTime(value: string): Micros {
  const [, day, minute = '00:00', second = ':00'] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})?(:\d{2})?)?$/.exec(value) ?? [];
  return parseTime(day === undefined ? value : `${day}T${minute}${second}Z`);
}

function readSeverity(value: string): number {
  if (isSeverity(value)) return severityRank(value);
  throw new AssayError(
    'invalid-filter',
    `unknown severity ${JSON.stringify(value)}; use ${SEVERITIES.join(', ')}`,
  );
}

function severityOf({ detail }: Occurrence): number {
  const severity = detail['effectiveSeverity'] ?? detail['severity'];
  return typeof severity === 'string' && isSeverity(severity) ? severityRank(severity) : 0;
}

function text(of: OccurrenceField['of'], read: OccurrenceField['read'] = String): OccurrenceField {
  return { type: 'text', read, of };
}

function ordered(of: OccurrenceField['of'], read: OccurrenceField['read']): OccurrenceField {
  return { type: 'ordered', read, of };
}
