/** What one advisory says of one package: the answers of its entries, put together. */
import type { Advisory, AdvisoryEvent, AffectedPackage } from '../../domain/advisory.ts';
import type { SoftwarePackage } from '../../domain/software-package.ts';
import { compareVersions, rangeComparer } from '../versions/compare-versions.ts';
import { targetEntries } from './advisory-target.ts';
import { evaluateRange, type RangeAnswer } from './evaluate-range.ts';
import { versionBeside } from './installed-version.ts';

/** The answer, with the entry that it is of where the package is affected. */
export type AdvisoryAnswer =
  | {
      readonly kind: 'affected';
      readonly entry: AffectedPackage;
      /** Absent where no fix is known. */
      readonly fixed?: string;
    }
  | { readonly kind: 'not-affected' }
  | { readonly kind: 'undecided'; readonly reason: string };

/**
 * Affected by any entry: affected. Else undecided by any: undecided. Undefined where no entry is
 * about the package: the advisory says nothing of it.
 */
export function judgeAdvisory(
  advisory: Advisory,
  pkg: SoftwarePackage,
): AdvisoryAnswer | undefined {
  const entries = targetEntries(advisory, pkg);
  if (entries.length === 0) return undefined;
  let undecided: AdvisoryAnswer | undefined;
  let affected: Affected | undefined;
  for (const { entry, version } of entries) {
    const answer = judgeEntry(entry, version);
    if (answer.kind === 'affected') affected = laterOf(affected, { ...answer, entry });
    if (answer.kind === 'undecided') undecided ??= answer;
  }
  return affected ?? undecided ?? { kind: 'not-affected' };
}

type Affected = Extract<AdvisoryAnswer, { kind: 'affected' }>;

function laterOf(a: Affected | undefined, b: Affected): Affected {
  return a === undefined ? b : laterFix(b.entry, a, b);
}

/** One affected entry: its ranges (GIT has no versions to compare), then its explicit versions. */
function judgeEntry(entry: AffectedPackage, version: string): RangeAnswer {
  const { ecosystem } = entry;
  let affected: Extract<RangeAnswer, { kind: 'affected' }> | undefined;
  let undecided: RangeAnswer | undefined;
  for (const range of entry.ranges) {
    if (range.type === 'GIT') continue;
    const asked = versionBeside(ecosystem, version, boundsOf(range.events));
    const answer = evaluateRange(rangeComparer(ecosystem, range.type), asked, range.events);
    if (answer.kind === 'affected')
      affected = affected ? laterFix(entry, affected, answer) : answer;
    if (answer.kind === 'undecided') undecided ??= answer;
  }
  if (affected !== undefined) return affected;
  if (isListed(entry, version)) return { kind: 'affected' };
  return undecided ?? { kind: 'not-affected' };
}

function boundsOf(events: readonly AdvisoryEvent[]): readonly string[] {
  return events.flatMap((event) => Object.values(event) as readonly string[]);
}

/** Where two ranges hold a version, only what leaves both is a fix: the later, or none. */
function laterFix<T extends { readonly fixed?: string }>(
  { ecosystem }: AffectedPackage,
  a: T,
  b: T,
): T {
  if (a.fixed === undefined || b.fixed === undefined) return a.fixed === undefined ? a : b;
  const order = compareVersions(ecosystem, a.fixed, b.fixed);
  return typeof order === 'number' && order < 0 ? b : a;
}

function isListed({ ecosystem, versions }: AffectedPackage, version: string): boolean {
  const isSame = (listed: string): boolean =>
    compareVersions(ecosystem, listed, versionBeside(ecosystem, version, [listed])) === 0;
  return versions.includes(version) || versions.some(isSame);
}
