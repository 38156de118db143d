/**
 * What is written of an advisory: a few texts, made as soon as it is read. Thousands of them wait
 * for their transaction; as objects with all their versions and ranges they would take several
 * times the memory, and be copied from one generation of the heap to the next.
 */
import { hash } from 'node:crypto';
import type { Advisory } from '../domain/advisory.ts';
import type { Micros } from '../domain/time.ts';
import { formatStored } from './stored-json.ts';

/** An advisory that can be written; a plain value, so that another thread may make it. */
export interface PreparedAdvisory {
  readonly id: string;
  readonly modified: Micros;
  readonly published?: Micros;
  readonly body: string;
  /** Of the body: equal advisories have equal ones. */
  readonly hash: string;
  readonly names: readonly EcosystemNames[];
}

/** Names of packages in an ecosystem; one may come more than once. */
export interface EcosystemNames {
  readonly ecosystem: string;
  readonly names: readonly string[];
}

/** Makes what is written of an advisory. */
export function prepareAdvisory(advisory: Advisory): PreparedAdvisory {
  const { id, modified, published } = advisory;
  const body = formatStored(advisory);
  const dated = published === undefined ? { id, modified } : { id, modified, published };
  return { ...dated, body, hash: hashOfBody(body), names: namesOf(advisory) };
}

/** The names that an advisory speaks of, as they are kept. */
export function namesOf({ affected }: Pick<Advisory, 'affected'>): EcosystemNames[] {
  const found = new Map<string, string[]>();
  for (const { ecosystem, name } of affected) {
    const names = found.get(ecosystem);
    if (names === undefined) found.set(ecosystem, [searchable(name)]);
    else names.push(searchable(name));
  }
  return Array.from(found, ([ecosystem, names]) => ({ ecosystem: searchable(ecosystem), names }));
}

/** Names of many advisories, each once. */
export function joinNames(many: Iterable<EcosystemNames>): EcosystemNames[] {
  const found = new Map<string, Set<string>>();
  for (const { ecosystem, names } of many) {
    const known = found.get(ecosystem) ?? new Set();
    if (known.size === 0) found.set(ecosystem, known);
    for (const name of names) known.add(name);
  }
  return Array.from(found, ([ecosystem, names]) => ({ ecosystem, names: [...names] }));
}

/** By which equal bodies are known. */
export function hashOfBody(body: string): string {
  return hash('sha256', body, 'base64url');
}

/** A NUL, or half of a character unless its other half stands beside it. */
const ODD = /[\0\uD800-\uDFFF]/;

/** No package has such a name, and not each database can keep it. */
function searchable(name: string): string {
  return ODD.test(name) ? name.toWellFormed().replaceAll('\0', '\uFFFD') : name;
}
