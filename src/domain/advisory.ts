/** A published vulnerability record in OSV's terms, and one match of it with a package. */
import type { Severity } from './severity.ts';
import { DAY, type Micros } from './time.ts';

/** One event of an OSV range; exactly one of the fields is there. */
export interface AdvisoryEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly lastAffected?: string;
  readonly limit?: string;
}

/**
 * What becomes of a vulnerability in a package, in its vendor's words where those say more than
 * that there is a fix or none: `minor` is not worth an advisory of its own, `deferred` is for
 * later, `end-of-life` is out of support; `under-investigation` is not known to be there at all.
 */
export const FIX_STATES = [
  'fixed',
  'unfixed',
  'minor',
  'deferred',
  'wont-fix',
  'end-of-life',
  'under-investigation',
] as const;

/** One of {@link FIX_STATES}. */
export type FixState = (typeof FIX_STATES)[number];

/** A package that an advisory affects. */
export interface AffectedPackage {
  /** OSV ecosystem with release, e.g. `Debian:12`. */
  readonly ecosystem: string;
  /** In the one spelling by which the ecosystem's packages are looked up. */
  readonly name: string;
  readonly ranges: readonly { readonly type: string; readonly events: readonly AdvisoryEvent[] }[];
  /** Explicit affected versions. */
  readonly versions: readonly string[];
  /** Severity said for this package; it goes before the record's. */
  readonly severity?: Severity;
  /** Where it was read: e.g. `osv:affected.ecosystem_specific.urgency`. */
  readonly severitySource?: string;
  /** CVSS base score of the highest vector said for this package, 0 to 10. */
  readonly cvssScore?: number;
  /** The vector that was scored, as written: it says its own version. */
  readonly cvssVector?: string;
  /** What the vendor says where there is no fix. */
  readonly fixState?: FixState;
  /** Set where it is about packages of one module stream only, `name:stream`. */
  readonly module?: string;
  /** Set where it is about builds of one kind only, which their version names: `ksplice1`. */
  readonly variant?: string;
  /** The vendor's advisory that has the fix, e.g. `RHSA-2024:1234`. */
  readonly erratum?: string;
}

/** An OSV record, reduced to what matching and showing need. */
export interface Advisory {
  readonly id: string;
  /** The vendor's form that it was read from, e.g. `debian-tracker`; absent: OSV's. */
  readonly source?: string;
  /** Set where its own source says that it is disputed. */
  readonly disputed?: true;
  /** Other ids of the vulnerability: OSV's `aliases`, then its `upstream`. */
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly published?: Micros;
  readonly modified: Micros;
  /** Set when withdrawn: it never matches. */
  readonly withdrawn?: Micros;
  /** The record's own severity; SEVERITY_UNSPECIFIED where it has none. */
  readonly severity: Severity;
  /** Where the severity was read: e.g. `osv:severity CVSS_V3`, `osv:database_specific.severity`. */
  readonly severitySource: string;
  /** CVSS base score of the highest vector, 0 to 10. */
  readonly cvssScore?: number;
  /** The vector that was scored, as written: it says its own version. */
  readonly cvssVector?: string;
  /** Links, the advisory's own first. */
  readonly references: readonly string[];
  readonly affected: readonly AffectedPackage[];
}

/** One advisory that matches one package version. Written only by the matcher. */
export interface Match {
  readonly advisoryId: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** The version that fixes it; absent: no fix is known. */
  readonly fixedVersion?: string;
  /** Absent in what older versions kept: `fixed` with a fixed version, else `unfixed`. */
  readonly fixState?: FixState;
  readonly disputed?: true;
  /** The ids of all records that say so, the first one's first; absent: that one's only. */
  readonly records?: readonly string[];
  readonly severity: Severity;
  readonly severitySource: string;
  readonly cvssScore?: number;
  readonly cvssVector?: string;
  readonly references: readonly string[];
}

/** How far ahead of the clock a source's date may be; beyond it the date is not believed. */
export const ADVISORY_DATE_LEEWAY: Micros = DAY;

/** No record of a vulnerability is older: an earlier moment, such as Go's year 1, says nothing. */
const EARLIEST_ADVISORY: Micros = 10 * 365 * DAY;

/**
 * The newest moment that a record tells of itself and that can be believed: not before anything was
 * published, and not after `latest`. Undefined where it tells none.
 */
export function newestMoment(
  { modified, published }: Pick<Advisory, 'modified' | 'published'>,
  latest: Micros,
): Micros | undefined {
  const isBelieved = (time: Micros): boolean => time >= EARLIEST_ADVISORY && time <= latest;
  return [modified, published ?? 0].filter(isBelieved).sort((a, b) => b - a)[0];
}

/** An advisory source for one ecosystem, and how old its data are. */
export interface AdvisorySource {
  /** OSV ecosystem with release, e.g. `Debian:12`. */
  readonly ecosystem: string;
  /** Where it came from, e.g. `OSV export Debian/all.zip`. */
  readonly source: string;
  /** The export's own date, else its newest record's; never the time of import. 0: not known. */
  readonly updated: Micros;
  readonly records: number;
  /** Whether it has all that is published of the ecosystem: what it does not name is not known. */
  readonly complete: boolean;
}
