/** Whose severity a finding shows, of all that its records say. */
import type { Match } from '../../domain/advisory.ts';
import type { SeverityKind } from '../../domain/match-rules.ts';
import type { Severity } from '../../domain/severity.ts';
import { severityOfScore } from '../advisories/read-severity.ts';
import type { AffectedStatement } from './join-statements.ts';

interface Reading {
  readonly kind: SeverityKind;
  readonly severity: Severity;
  readonly severitySource: string;
}

interface Rated {
  readonly severity?: Severity;
  readonly severitySource?: string;
  readonly cvssScore?: number;
  readonly cvssVector?: string;
}

/**
 * The first severity in order that is known; of one kind what is said for the package goes before
 * what is said for its record. Unspecified where none is known at all.
 */
export function chooseSeverity(
  statements: readonly AffectedStatement[],
  order: readonly SeverityKind[],
): Pick<Match, 'severity' | 'severitySource'> {
  const readings = statements.flatMap(readingsOf);
  const kinds = [...order, ...new Set(readings.map(({ kind }) => kind))];
  for (const kind of kinds) {
    const found = readings.find((one) => one.kind === kind);
    if (found === undefined) continue;
    return { severity: found.severity, severitySource: found.severitySource };
  }
  const [first] = statements;
  const asked = first?.answer.entry.severitySource ?? first?.advisory.severitySource;
  return { severity: 'SEVERITY_UNSPECIFIED', severitySource: asked ?? 'none' };
}

/** The score that a finding shows: the package's, else its record's, of the first that has one. */
export function chooseScore(
  statements: readonly AffectedStatement[],
): Pick<Match, 'cvssScore' | 'cvssVector'> {
  const rated = statements.flatMap(({ advisory, answer }) => [answer.entry, advisory]);
  const { cvssScore, cvssVector } = rated.find((one) => one.cvssScore !== undefined) ?? {};
  return {
    ...(cvssScore !== undefined && { cvssScore }),
    ...(cvssVector !== undefined && { cvssVector }),
  };
}

function readingsOf({ advisory, answer }: AffectedStatement): readonly Reading[] {
  const kind = wordKind(advisory.id);
  return [answer.entry, advisory].flatMap((rated) => ratedReadings(rated, kind));
}

function wordKind(id: string): SeverityKind {
  if (id.startsWith('GHSA-')) return 'ghsa';
  return id.startsWith('CVE-') ? 'nvd' : 'vendor';
}

function ratedReadings(rated: Rated, kind: SeverityKind): readonly Reading[] {
  const { severity = 'SEVERITY_UNSPECIFIED', severitySource = 'none', cvssScore } = rated;
  const known = severity !== 'SEVERITY_UNSPECIFIED';
  if (known && severitySource.includes('CVSS')) return [{ kind: 'cvss', severity, severitySource }];
  const scored = cvssScore === undefined ? [] : [scoredReading(cvssScore, rated.cvssVector)];
  return known ? [{ kind, severity, severitySource }, ...scored] : scored;
}

function scoredReading(score: number, vector = ''): Reading {
  const version = /^CVSS:(\d)/.exec(vector)?.[1] ?? '2';
  return { kind: 'cvss', severity: severityOfScore(score), severitySource: `CVSS_V${version}` };
}
