/**
 * Amazon's errata as their repositories publish them (`repodata/updateinfo.xml.gz`): an update an
 * ALAS, with the packages that have the fix. Which system it is for, the packages' releases say
 * (`.amzn2`). Each extra of Amazon Linux 2 is a repository of its own.
 */
import type { Advisory, AffectedPackage } from '../../domain/advisory.ts';
import { childOf, childText, type XmlElement } from '../extract/xml-tree.ts';
import { fieldError, readText } from './osv-field.ts';
import { readDay } from './read-day.ts';
import { wordSeverity } from './read-severity.ts';
import { xmlRecords } from './xml-records.ts';

const SOURCE = 'amazon-updateinfo';
const ID = /^ALAS(?:2023|2)?([A-Z][A-Z0-9._-]*?)?-\d{4}-\d+$/i;
/** Most packages of one update. */
const MOST_PACKAGES = 20_000;

/**
 * Reads a repository's updates, an advisory each. Refuses, with its id, an update without a date or
 * with a package of no release of Amazon Linux; those that are no ALAS are passed over.
 */
export function* readAmazonUpdates(bytes: Uint8Array): Generator<Advisory> {
  for (const update of xmlRecords(bytes, { root: 'updates', names: ['update'] })) {
    const id = childText(update, 'id') ?? '';
    if (ID.test(id)) yield readUpdate(id, update);
  }
}

function readUpdate(id: string, update: XmlElement): Advisory {
  const references = childOf(update, 'references')?.children ?? [];
  const issued = readDate(update, 'issued', id);
  const title = childText(update, 'title') ?? '';
  return {
    id,
    source: SOURCE,
    aliases: [...new Set(references.flatMap(cveOf))],
    summary: title.slice(0, 1024),
    published: issued,
    modified: childOf(update, 'updated') ? readDate(update, 'updated', id) : issued,
    ...wordSeverity(childText(update, 'severity'), `${SOURCE}:severity`),
    references: references.flatMap(({ attributes }) => attributes.get('href') ?? []),
    affected: readPackages(id, update),
  };
}

function cveOf({ attributes }: XmlElement): readonly string[] {
  const id = attributes.get('id') ?? '';
  return attributes.get('type') === 'cve' && id !== '' ? [id] : [];
}

function readDate(update: XmlElement, name: string, id: string): number {
  const value = childOf(update, name)?.attributes.get('date');
  return readDay({ path: `${id} ${name}`, value });
}

function readPackages(id: string, update: XmlElement): readonly AffectedPackage[] {
  const found = new Map<string, AffectedPackage>();
  const collections = childOf(update, 'pkglist')?.children ?? [];
  for (const item of collections.flatMap(({ children }) => children)) {
    if (item.name !== 'package') continue;
    const entry = readPackage(id, item);
    found.set(`${entry.ecosystem} ${entry.name} ${JSON.stringify(entry.ranges)}`, entry);
    if (found.size > MOST_PACKAGES) {
      throw fieldError({ path: id, value: entry.name }, `at most ${MOST_PACKAGES} packages`);
    }
  }
  return [...found.values()];
}

function readPackage(id: string, { attributes }: XmlElement): AffectedPackage {
  const text = (name: string): string =>
    readText({ path: `${id} package ${name}`, value: attributes.get(name) }, 256);
  const name = text('name');
  const release = text('release');
  const system = /\.amzn(1|2|2023)(?:\.|$)/.exec(release)?.[1];
  if (system === undefined) {
    throw fieldError(
      { path: `${id} ${name} release`, value: release },
      'a release of .amzn1/2/2023',
    );
  }
  const epoch = attributes.get('epoch') ?? '0';
  const prefix = epoch === '0' ? '' : `${epoch}:`;
  const fixed = `${prefix}${text('version')}-${release}`;
  const introduced = lineOf(id, prefix) ?? '0';
  return {
    ecosystem: `Amazon Linux:${system}`,
    name,
    versions: [],
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced }, { fixed }] }],
  };
}

/**
 * An extra named by a version, such as KERNEL-5.10 or PHP8.2, is about that line of versions: what
 * is older comes of another repository.
 */
function lineOf(id: string, prefix: string): string | undefined {
  const line = /[A-Z-](\d+(?:\.\d+)*)$/i.exec(ID.exec(id)?.[1] ?? '')?.[1];
  return line === undefined ? undefined : `${prefix}${line}`;
}
