/**
 * CISA's catalog of known exploited vulnerabilities (https://www.cisa.gov/known-exploited-
 * vulnerabilities-catalog), its JSON form. A catalog is checked whole: one that was cut short would
 * silently clear what it no longer names.
 */
import { isCve } from '../../domain/cve.ts';
import { AssayError } from '../../domain/error.ts';
import type { KnownExploited } from '../../domain/exploit-signal.ts';
import type { Micros } from '../../domain/time.ts';
import {
  type Field,
  fieldError,
  member,
  readList,
  readObject,
  readText,
  readTime,
} from './osv-field.ts';

/** The most that a catalog may hold; the real one has some 1,500 entries. */
export const KEV_LIMITS = { bytes: 64 * 1024 * 1024, entries: 200_000, text: 1024 } as const;

/** A catalog. */
export interface KevCatalog {
  /** e.g. `2025.08.25`. */
  readonly version: string;
  readonly released: Micros;
  readonly entries: readonly KnownExploited[];
}

/**
 * Reads a catalog; refuses, naming the field, one whose entries are not as many as it says, that
 * names a CVE twice, or whose fields are not what they should be.
 */
export function parseKev(json: unknown): KevCatalog {
  const root: Field = { path: '', value: json };
  readObject({ path: '(catalog)', value: json });
  const list = member(root, 'vulnerabilities');
  const entries = readList(list, KEV_LIMITS.entries).map(readEntry);
  const count = member(root, 'count');
  if (count.value !== entries.length || entries.length === 0) {
    throw fieldError(count, `the number of vulnerabilities listed, ${entries.length},`);
  }
  refuseTwice(entries);
  return {
    version: readText(member(root, 'catalogVersion'), 64),
    released: readTime(member(root, 'dateReleased')),
    entries,
  };
}

function readEntry(entry: Field): KnownExploited {
  readObject(entry);
  const id = member(entry, 'cveID');
  const cve = readText(id, 64);
  if (!isCve(cve)) throw fieldError(id, 'a CVE id such as CVE-2024-3094');
  const due = member(entry, 'dueDate');
  const use = readText(member(entry, 'knownRansomwareCampaignUse'), KEV_LIMITS.text);
  const title = member(entry, 'vulnerabilityName').value;
  return {
    cve,
    dateAdded: readDate(member(entry, 'dateAdded')),
    ...(due.value === undefined || due.value === '' ? {} : { dueDate: readDate(due) }),
    ransomware: use.toLowerCase() === 'known',
    title: typeof title === 'string' ? title.slice(0, KEV_LIMITS.text) : '',
  };
}

function readDate(field: Field): string {
  const text = readText(field, 64);
  const wanted = 'a date YYYY-MM-DD';
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) throw fieldError(field, wanted);
  readTime(field);
  return text;
}

function refuseTwice(entries: readonly KnownExploited[]): void {
  const seen = new Set<string>();
  for (const { cve } of entries) {
    if (seen.has(cve)) {
      throw new AssayError('invalid-advisory', `${cve} is listed twice; get the catalog anew`);
    }
    seen.add(cve);
  }
}
