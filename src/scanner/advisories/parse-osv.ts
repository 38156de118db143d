/**
 * Reads OSV records (schema 1.x, https://ossf.github.io/osv-schema/), the one form in which
 * advisories come in. A record is checked whole here and is right from then on; fields that
 * matching and showing do not need are not kept.
 */
import type { Advisory, AdvisoryEvent, AffectedPackage, FixState } from '../../domain/advisory.ts';
import { AssayError, isAssayError } from '../../domain/error.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { normalisePackageName } from '../../domain/package-name.ts';
import { wholeEcosystem } from './advisory-ecosystem.ts';
import type { Field } from './osv-field.ts';
import {
  fieldError,
  member,
  readList,
  readObject,
  readOptionalTime,
  readText,
  readTexts,
  readTime,
} from './osv-field.ts';
import type { SeverityReading } from './read-severity.ts';
import { readSeverity } from './read-severity.ts';

/** The most that a record may hold; real records stay far below. */
export const OSV_LIMITS = {
  id: 256,
  text: 1024,
  url: 4096,
  aliases: 1000,
  references: 2000,
  affected: 20_000,
  ranges: 1000,
  events: 10_000,
  versions: 100_000,
} as const;

const EVENT_KINDS = {
  introduced: 'introduced',
  fixed: 'fixed',
  last_affected: 'lastAffected',
  limit: 'limit',
} as const;
const RANGE_TYPES = ['ECOSYSTEM', 'SEMVER', 'GIT'];

/**
 * Reads one OSV record. Refuses, as `invalid-advisory` with the path of the field, whatever has a
 * wrong type, is missing or is over a cap; unknown fields are passed over.
 */
export function parseOsvRecord(json: unknown): Advisory {
  const record: Field = { path: '', value: json };
  if (!isJsonObject(json)) throw fieldError({ path: '(record)', value: json }, 'an object');
  const id = readText(member(record, 'id'), OSV_LIMITS.id);
  try {
    return readRecord(record, id);
  } catch (error) {
    if (!isAssayError(error)) throw error;
    const message = `advisory ${JSON.stringify(id)}: ${error.message}`;
    throw new AssayError(error.code, message, { cause: error, details: { ...error.details, id } });
  }
}

function readRecord(record: Field, id: string): Advisory {
  const published = readOptionalTime(member(record, 'published'));
  const withdrawn = readOptionalTime(member(record, 'withdrawn'));
  const severity = readSeverity(readObject(record), 'osv:');
  const { details } = readObject(record);
  const disputed = typeof details === 'string' && details.includes('** DISPUTED **');
  return {
    id,
    ...(disputed && { disputed: true as const }),
    aliases: readAliases(record, id),
    summary: readSummary(record),
    ...(published === undefined ? {} : { published }),
    modified: readTime(member(record, 'modified')),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    ...severityFields(severity ?? { severity: 'SEVERITY_UNSPECIFIED', source: 'none' }),
    references: readReferences(record),
    affected: readList(member(record, 'affected'), OSV_LIMITS.affected).flatMap(readAffected),
  };
}

/** Links as the record has them, those to an advisory first: that is where people look. */
function readReferences(record: Field): readonly string[] {
  const first: string[] = [];
  const others: string[] = [];
  for (const field of readList(member(record, 'references'), OSV_LIMITS.references)) {
    const links = member(field, 'type').value === 'ADVISORY' ? first : others;
    links.push(readText(member(field, 'url'), OSV_LIMITS.url));
  }
  return first.concat(others);
}

/** Errata of distributions name the CVEs that they fix as related only. */
const ERRATUM = /^(?:RH[SBE]A|RXSA|RLSA|AL[SBE]A|(?:open)?SUSE-[SRO]U|DSA|DLA|USN|MGASA)-/;

/** `upstream` names what a distribution's record is about, which is what people search for. */
function readAliases(record: Field, id: string): readonly string[] {
  const idsOf = (name: string): readonly string[] =>
    readTexts(member(record, name), OSV_LIMITS.aliases, OSV_LIMITS.id);
  const related = ERRATUM.test(id) ? idsOf('related') : [];
  const fixes = related.filter((name) => name.startsWith('CVE-'));
  const names = [...idsOf('aliases'), ...idsOf('upstream'), ...fixes];
  return [...new Set(names)].filter((name) => name !== id);
}

/** The summary, else the first line of the details; both are for people and cut, not refused. */
function readSummary(record: Field): string {
  for (const name of ['summary', 'details']) {
    const field = member(record, name);
    if (field.value === undefined || field.value === null) continue;
    if (typeof field.value !== 'string') throw fieldError(field, 'a text');
    const line = field.value.trim().split('\n', 1)[0] ?? '';
    if (line !== '') return line.slice(0, OSV_LIMITS.text);
  }
  return '';
}

/** One affected package; none where only a repository (GIT) is named and no package. */
function readAffected(field: Field): readonly AffectedPackage[] {
  const entry = readObject(field);
  const ranges = readList(member(field, 'ranges'), OSV_LIMITS.ranges).map(readRange);
  const versions = readTexts(member(field, 'versions'), OSV_LIMITS.versions, OSV_LIMITS.text);
  const named = member(field, 'package');
  if (named.value === undefined || named.value === null) return [];
  readObject(named);
  const severity = readSeverity(entry, 'osv:affected.');
  const ecosystem = wholeEcosystem(readText(member(named, 'ecosystem'), OSV_LIMITS.id));
  const fixState = readFixState(entry);
  return [
    {
      ecosystem,
      name: normalisePackageName(ecosystem, readText(member(named, 'name'), OSV_LIMITS.text)),
      ranges,
      versions,
      ...(severity === undefined ? {} : severityFields(severity)),
      ...(fixState !== undefined && { fixState }),
    },
  ];
}

/** What Debian's urgency says where there is no fix. */
const URGENCY_STATES: ReadonlyMap<unknown, FixState> = new Map<unknown, FixState>([
  ['unimportant', 'minor'],
  ['end-of-life', 'end-of-life'],
]);

function readFixState({ ecosystem_specific: specific }: JsonObject): FixState | undefined {
  return isJsonObject(specific) ? URGENCY_STATES.get(specific['urgency']) : undefined;
}

function severityFields(
  reading: SeverityReading,
): Pick<Advisory, 'severity' | 'severitySource' | 'cvssScore' | 'cvssVector'> {
  return {
    severity: reading.severity,
    severitySource: reading.source,
    ...(reading.score === undefined ? {} : { cvssScore: reading.score }),
    ...(reading.vector === undefined ? {} : { cvssVector: reading.vector }),
  };
}

function readRange(field: Field): AffectedPackage['ranges'][number] {
  const kind = member(field, 'type');
  const type = readText(kind, OSV_LIMITS.id);
  if (!RANGE_TYPES.includes(type)) throw fieldError(kind, `one of ${RANGE_TYPES.join(', ')}`);
  const list = member(field, 'events');
  const events = readList(list, OSV_LIMITS.events).map(readEvent);
  if (events.some((event) => event.introduced !== undefined)) return { type, events };
  throw fieldError(list, 'a list with at least one "introduced" event');
}

function readEvent(field: Field): AdvisoryEvent {
  const event = readObject(field);
  const keys = Object.keys(event);
  const key = keys[0];
  const known = key !== undefined && Object.hasOwn(EVENT_KINDS, key);
  if (!known || keys.length !== 1) {
    throw fieldError(
      { path: field.path, value: keys.join(', ').slice(0, 100) },
      'exactly one of introduced, fixed, last_affected, limit',
    );
  }
  const kind = EVENT_KINDS[key as keyof typeof EVENT_KINDS];
  const version = readText(member(field, key), OSV_LIMITS.text);
  // Most are kept as they came, which nothing else holds.
  return kind === key ? event : { [kind]: version };
}
