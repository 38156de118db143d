/**
 * Resource names of Google's APIs (`projects/P/notes/N` and their kin) and the limits of the ids in
 * them: what goes into a store key or a URL path is checked here, once.
 */
import { AssayError } from './error.ts';

/** A note's name taken apart; `location` where the name has one. */
export interface NoteName {
  readonly project: string;
  readonly location?: string;
  readonly note: string;
}

/** An occurrence's name taken apart; `location` where the name has one. */
export interface OccurrenceName {
  readonly project: string;
  readonly location?: string;
  readonly occurrence: string;
}

/** An attestor's name taken apart. */
export interface AttestorName {
  readonly project: string;
  readonly attestor: string;
}

/** A cluster as admission rules key it. */
export interface ClusterKey {
  /** A region, a zone, or whatever a self-hosted cluster's place is called. */
  readonly location: string;
  readonly cluster: string;
}

interface IdRule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly wanted: string;
}

const PROJECT: IdRule = {
  what: 'project id',
  pattern: /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?:)?[a-z](?:[a-z0-9-]*[a-z0-9])?$/,
  maxLength: 63,
  wanted: 'lower-case letters, digits and inner hyphens, beginning with a letter',
};
const FACT_ID = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._~:+-]*$/,
  maxLength: 128,
  wanted: 'letters, digits and - . _ ~ : +, beginning with a letter or digit',
};
const NOTE: IdRule = { what: 'note id', ...FACT_ID };
/**
 * Longer than a note's: ids of what the scanner found carry the keys that they are derived from.
 */
const OCCURRENCE: IdRule = { what: 'occurrence id', ...FACT_ID, maxLength: 2048 };
const ATTESTOR: IdRule = {
  what: 'attestor id',
  pattern: /^[A-Za-z0-9][A-Za-z0-9_-]*$/,
  maxLength: 63,
  wanted: 'letters, digits, hyphens and underscores, beginning with a letter or digit',
};
const LOCATION: IdRule = {
  what: 'location',
  pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
  maxLength: 63,
  wanted: 'lower-case letters, digits and inner hyphens',
};
const RESOURCE_NAME = /^projects\/([^/]+)(?:\/locations\/([^/]+))?\/([^/]+)\/([^/]+)$/;
const CLUSTER: IdRule = { ...LOCATION, what: 'cluster id' };

/**
 * Reads a project id. Google's own are 6 to 30 characters; shorter and longer ones (1 to 63) are
 * taken as well because projects here are self-made, and so are domain-scoped ones
 * (`example.com:app`). Refuses everything else with `invalid-name`.
 */
export function parseProjectId(text: string): string {
  return checkId(PROJECT, text);
}

/**
 * Reads a note id: at most 128 of the characters that a URL path takes unescaped and advisory ids
 * use (`CVE-2026-1`, `RHSA-2026:1`, `DSA-1-1`). Refuses everything else with `invalid-name`.
 */
export function parseNoteId(text: string): string {
  return checkId(NOTE, text);
}

/** Reads an occurrence id: a note id's characters, at most 2048 of them. */
export function parseOccurrenceId(text: string): string {
  return checkId(OCCURRENCE, text);
}

/** Reads an attestor id: at most 63 letters, digits, hyphens and underscores. */
export function parseAttestorId(text: string): string {
  return checkId(ATTESTOR, text);
}

/** Reads a location: a region, a zone, `global`. */
export function parseLocation(text: string): string {
  return checkId(LOCATION, text);
}

/** Reads `projects/P/notes/N`, also with `locations/L` between; refuses with `invalid-name`. */
export function parseNoteName(name: string): NoteName {
  const { id, ...place } = splitName(name, 'notes');
  return { ...place, note: parseNoteId(id) };
}

/** Reads `projects/P/occurrences/O`, also with `locations/L`; refuses with `invalid-name`. */
export function parseOccurrenceName(name: string): OccurrenceName {
  const { id, ...place } = splitName(name, 'occurrences');
  return { ...place, occurrence: parseOccurrenceId(id) };
}

/** Reads `projects/P/attestors/A`; refuses with `invalid-name`. */
export function parseAttestorName(name: string): AttestorName {
  const { id, project, location } = splitName(name, 'attestors');
  if (location !== undefined) throw wrongShape(name, 'projects/PROJECT/attestors/ID');
  return { project, attestor: parseAttestorId(id) };
}

/** Reads a key of `clusterAdmissionRules`, `location.clusterId`; refuses with `invalid-name`. */
export function parseClusterKey(text: string): ClusterKey {
  const dot = text.indexOf('.');
  if (dot < 0) throw wrongShape(text, 'LOCATION.CLUSTER, e.g. europe-west1-b.shop');
  return {
    location: checkId(LOCATION, text.slice(0, dot)),
    cluster: checkId(CLUSTER, text.slice(dot + 1)),
  };
}

/** Prints `projects/P/notes/N`, checking both ids. */
export function noteName(project: string, note: string): string {
  return `projects/${parseProjectId(project)}/notes/${parseNoteId(note)}`;
}

/** Prints `projects/P/occurrences/O`, checking both ids. */
export function occurrenceName(project: string, occurrence: string): string {
  return `projects/${parseProjectId(project)}/occurrences/${parseOccurrenceId(occurrence)}`;
}

/** Prints `projects/P/attestors/A`, checking both ids. */
export function attestorName(project: string, attestor: string): string {
  return `projects/${parseProjectId(project)}/attestors/${parseAttestorId(attestor)}`;
}

function splitName(
  name: string,
  collection: string,
): { project: string; location?: string; id: string } {
  const [, project, location, kind, id] = RESOURCE_NAME.exec(name) ?? [];
  if (project === undefined || id === undefined || kind !== collection) {
    throw wrongShape(name, `projects/PROJECT/${collection}/ID`);
  }
  const place = { project: parseProjectId(project), id };
  return location === undefined ? place : { ...place, location: checkId(LOCATION, location) };
}

function checkId(rule: IdRule, text: string): string {
  if (text.length <= rule.maxLength && rule.pattern.test(text)) return text;
  throw new AssayError(
    'invalid-name',
    `${rule.what} ${quote(text)} is not 1 to ${rule.maxLength} characters of ${rule.wanted}`,
  );
}

function wrongShape(name: string, wanted: string): AssayError {
  return new AssayError('invalid-name', `name ${quote(name)} is not of the form ${wanted}`);
}

/** Prints a piece of input for a message: escaped, and cut after 200 characters. */
function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
