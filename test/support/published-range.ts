/**
 * What a record as published says of a version: OSV's evaluation, written a second time and in an
 * order that is not ours, so that our matcher has a judge.
 */
import { coerce, compare, valid } from 'semver';
import type { PublishedEntry, PublishedRecord } from './osv-export.ts';

/** Negative, zero or positive; never our own. */
export type Order = (a: string, b: string) => number;

/** A package's version that a record is asked about. */
export interface AskedVersion {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Tells whether the record names the version, or a range that holds it. */
export function saysAffected(record: PublishedRecord, asked: AskedVersion, order: Order): boolean {
  if (record.withdrawn !== undefined) return false;
  return (record.affected ?? [])
    .filter((entry) => isAbout(entry, asked))
    .some((entry) => holdsVersion(entry, asked.version, order));
}

/** The order of node-semver, which wants all three numbers; releases of Go leave out what is zero. */
export function semverOrder(a: string, b: string): number {
  return compare(full(a), full(b));
}

function full(version: string): string {
  return valid(version) ?? coerce(version)?.version ?? version;
}

function isAbout(entry: PublishedEntry, { ecosystem, name }: AskedVersion): boolean {
  const named = entry.package;
  return named?.ecosystem === ecosystem && plainName(named.name) === plainName(name);
}

function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

function holdsVersion(entry: PublishedEntry, version: string, order: Order): boolean {
  if (entry.versions?.includes(version) === true) return true;
  const ranges = (entry.ranges ?? []).filter(({ type }) => type !== 'GIT');
  return ranges.some(({ events }) => {
    const passed = events
      .flatMap((event) => Object.entries(event))
      .filter(([kind, bound]) => isPassed(kind, order, { version, bound }))
      .toSorted(([, a], [, b]) => orderOfBounds(a, b, order));
    return passed.at(-1)?.[0] === 'introduced';
  });
}

function isPassed(
  kind: string,
  order: Order,
  { version, bound }: { readonly version: string; readonly bound: string },
): boolean {
  if (bound === '0') return true;
  return kind === 'last_affected' ? order(version, bound) > 0 : order(version, bound) >= 0;
}

function orderOfBounds(a: string, b: string, order: Order): number {
  if (a === '0' || b === '0') return a === b ? 0 : a === '0' ? -1 : 1;
  return order(a, b);
}
