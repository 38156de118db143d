/**
 * The Debian security tracker's JSON (https://security-tracker.debian.org/tracker/data/json): by
 * source package, by CVE, by release. It knows what OSV's records of DSAs do not: what is not fixed
 * and why, and what is not affected. It carries no dates.
 */
import type { Advisory, AffectedPackage, FixState } from '../../domain/advisory.ts';
import { type JsonObject } from '../../domain/json.ts';
import { jsonMembers } from './json-members.ts';
import { fieldError, member, readObject, readText } from './osv-field.ts';
import { severityOfWord } from './read-severity.ts';

const SOURCE = 'debian-tracker';
const PAGE = 'https://security-tracker.debian.org/tracker/';

/** Names of releases; a release without a row is not read. */
const RELEASES: Readonly<Record<string, string>> = {
  wheezy: '7',
  jessie: '8',
  stretch: '9',
  buster: '10',
  bullseye: '11',
  bookworm: '12',
  trixie: '13',
  forky: '14',
  duke: '15',
  sid: 'unreleased',
};

const NAME = /^[a-z0-9][a-z0-9+.-]{0,200}$/;
const ISSUE = /^(?:CVE-\d{4}-\d{4,10}|TEMP-\d+-[0-9A-F]+)$/;
/** Packages of one issue. */
const MOST_PACKAGES = 2000;

/**
 * Reads the tracker's file, an advisory an issue. Refuses, with the package and the issue, a field
 * of a wrong type; issues and releases that are unknown are passed over.
 */
export function* readDebianTracker(bytes: Uint8Array): Generator<Advisory> {
  const encoder = new TextEncoder();
  const issues = new Map<string, { readonly pkg: string; readonly text: string }[]>();
  for (const { key: pkg, text } of jsonMembers(bytes)) {
    if (!NAME.test(pkg)) throw fieldError({ path: '(package)', value: pkg }, 'a package name');
    for (const { key, text: issue } of jsonMembers(encoder.encode(text))) {
      if (!ISSUE.test(key)) continue;
      const of = issues.get(key) ?? [];
      if (of.length < MOST_PACKAGES) of.push({ pkg, text: issue });
      issues.set(key, of);
    }
  }
  for (const [issue, packages] of issues) yield readIssue(issue, packages);
}

function readIssue(
  issue: string,
  packages: readonly { readonly pkg: string; readonly text: string }[],
): Advisory {
  const read = packages.map(({ pkg, text }) => {
    const field = { path: `${pkg}.${issue}`, value: JSON.parse(text) as unknown };
    return { pkg, entry: readObject(field), field };
  });
  const description = read.map(({ entry }) => entry['description']).find(isText) ?? '';
  return {
    id: `DEBIAN-${issue}`,
    source: SOURCE,
    aliases: [issue],
    summary: description.split('\n', 1)[0]?.slice(0, 1024) ?? '',
    modified: 0,
    severity: 'SEVERITY_UNSPECIFIED',
    severitySource: 'none',
    ...(/\bDISPUTED\b/.test(description) && { disputed: true as const }),
    references: [`${PAGE}${issue}`],
    affected: read.flatMap(({ pkg, field }) => readReleases(pkg, member(field, 'releases'))),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function readReleases(
  name: string,
  releases: { readonly path: string; readonly value: unknown },
): readonly AffectedPackage[] {
  return Object.keys(readObject(releases)).flatMap((codename) => {
    const release = Object.hasOwn(RELEASES, codename) ? RELEASES[codename] : undefined;
    if (release === undefined) return [];
    const field = member(releases, codename);
    const statement = readStatement(field, readObject(field));
    const severity = severityOfWord(readObject(field)['urgency']);
    return [
      {
        ecosystem: `Debian:${release}`,
        name,
        versions: [],
        ...statement,
        ...(severity && { severity, severitySource: `${SOURCE}:urgency` }),
      },
    ];
  });
}

/**
 * `resolved` is fixed from a version on, "0" being never affected; `open` is affected in every
 * version; `undetermined` is not known. A fix that the release does not have yet is none.
 */
function readStatement(
  field: { readonly path: string; readonly value: unknown },
  release: JsonObject,
): Pick<AffectedPackage, 'ranges' | 'fixState'> {
  const status = readText(member(field, 'status'), 64);
  if (status === 'resolved') {
    const fixed = readText(member(field, 'fixed_version'), 1024);
    return { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }] };
  }
  const ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }];
  if (status === 'open') return { ranges, fixState: openState(release) };
  if (status === 'undetermined') return { ranges, fixState: 'under-investigation' };
  throw fieldError(member(field, 'status'), 'one of resolved, open, undetermined');
}

const REASONS: Readonly<Record<string, FixState>> = { ignored: 'wont-fix', postponed: 'deferred' };

function openState(release: JsonObject): FixState {
  const { urgency, nodsa, nodsa_reason: reason } = release;
  if (urgency === 'end-of-life') return 'end-of-life';
  if (isText(reason) && Object.hasOwn(REASONS, reason)) return REASONS[reason] ?? 'unfixed';
  if (isText(nodsa) && /end[- ]of[- ]life|not supported/i.test(nodsa)) return 'end-of-life';
  return nodsa !== undefined || urgency === 'unimportant' ? 'minor' : 'unfixed';
}
