/**
 * What is known of an image, as policies in Rego read it: how far it is known, always, and what is
 * in it, only where that is known as a whole. Names are those of `assay scan --output json`.
 */
import type { Digest } from './digest.ts';
import type { ScanProgress } from './scan-origin.ts';
import type { Severity } from './severity.ts';
import type { ScanStatus } from './software-package.ts';

/**
 * How far an image is known: the outcome of its scan or how far that is; `NOT_SCANNED` here,
 * `NOT_RESOLVED` where nobody can say what its tag points at, `NOT_LOOKED_UP` where a request names
 * too many images, `MALFORMED` where it is no reference.
 */
export type FactsStatus =
  | ScanStatus
  | ScanProgress
  | 'NOT_SCANNED'
  | 'NOT_RESOLVED'
  | 'NOT_LOOKED_UP'
  | 'MALFORMED';

/** How far one image of a request is known. */
export interface KnownImage {
  /** Normalised, `NAME@DIGEST` or `NAME:TAG`; as written where it is no reference. */
  readonly image: string;
  readonly status: FactsStatus;
  /** Whether there are facts: all is read, matched with advisories that are whole and not old. */
  readonly usable: boolean;
  /** Whether the image is named by its digest: else what is pulled may be another one. */
  readonly pinned: boolean;
  /** Of a tag: what it points at now. */
  readonly digest?: Digest;
  /** `NAME@DIGEST`, where the digest is known: what facts are asked of, and what to deploy. */
  readonly reference?: string;
  /** When its packages were read, RFC 3339. */
  readonly scanned?: string;
  /** Why it is not usable, for people. */
  readonly problems: readonly string[];
}

/** One vulnerability that counts: what signed VEX documents clear is left out. */
export interface ImageVulnerability {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly severity: Severity;
  /** 1 (MINIMAL) to 5 (CRITICAL); an unknown severity counts as CRITICAL. */
  readonly rank: number;
  readonly fixable: boolean;
  readonly fixedVersion?: string;
  readonly cvssScore?: number;
  readonly package: { readonly name: string; readonly version: string; readonly purl: string };
  /** Which image of an index, e.g. `linux/amd64`. */
  readonly platform: string;
}

/** What is in an image that is known as a whole; of an index: in all its platforms. */
export interface ImageFacts {
  /** `NAME@DIGEST`. */
  readonly image: string;
  readonly digest: Digest;
  readonly platforms: readonly string[];
  /** Of an index: when the one was read that was read longest ago. */
  readonly scanned: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** When it was built, as it says itself. */
  readonly built?: string;
  readonly advisories: readonly { readonly ecosystem: string; readonly updated: string }[];
  /** What leaves the facts whole, e.g. `system-end-of-life`. */
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  /** Vulnerabilities by severity; of an index the most that any platform has. */
  readonly counts: Readonly<Record<Severity, number>>;
  /** Those of a severity or above, an unknown one counting as CRITICAL. */
  readonly atLeast: Readonly<Record<Severity, number>>;
  /** As `atLeast`, of those that a version fixes. */
  readonly fixableAtLeast: Readonly<Record<Severity, number>>;
  /** Most severe first. */
  readonly vulnerabilities: readonly ImageVulnerability[];
  /** How many more there are than are listed. */
  readonly leftOut: number;
}

/** What a policy is told of one image. */
export interface HandedFacts {
  readonly state: KnownImage;
  /** Only where the state is usable, and the image is named by its digest. */
  readonly facts?: ImageFacts;
}

/** What a policy is told of images, by their normalised text. */
export type FactsTable = Readonly<Record<string, HandedFacts>>;
