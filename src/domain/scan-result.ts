/** The answer of a scan: what is printed, stored by key only, and gated on. */
import type { AdvisorySource, Match } from './advisory.ts';
import type { Digest } from './digest.ts';
import type { ExploitFeed, ExploitSignals } from './exploit-signal.ts';
import type { BaseImage, ImageLayer } from './image-layer.ts';
import type { Severity } from './severity.ts';
import type {
  ScanProblem,
  ScanStatus,
  SoftwarePackage,
  SystemRelease,
  SystemSupport,
} from './software-package.ts';
import type { Micros } from './time.ts';
import { clearsFinding, type VexAssessment } from './vex-document.ts';

/** Tells whether a finding counts no more: by its project's VEX it does no harm, or is fixed. */
export function isSuppressed({ vex }: Pick<Finding, 'vex'>): boolean {
  return clearsFinding(vex);
}

/** A package of the image with the layer that brought it in. */
export interface ScannedPackage extends SoftwarePackage {
  readonly layer?: Digest;
}

/** The system with what is known of its support; nothing is known of releases without an end. */
export interface ScannedSystem extends SystemRelease {
  readonly endOfLife?: SystemSupport;
}

/** A match shown with its package, and with what is known of its exploitation. */
export interface Finding extends Match, ExploitSignals {
  /** The layer that brought the package in. */
  readonly layer?: ImageLayer;
  /** When this package was first matched with it; absent where that is not kept. */
  readonly firstMatched?: Micros;
  /** What a configured author says of it in a signed VEX document. */
  readonly vex?: VexAssessment;
  readonly package: ScannedPackage;
}

/** When packages were read and by what, when they were matched and with which data. */
export interface ScanAnalysis {
  readonly packagesRead: Micros;
  /** Another than today's: its layers are to be read anew in the background. */
  readonly extractorVersion: number;
  /** When it was last made sure that the matches are true. */
  readonly matchedAt: Micros;
  /** The published data that they are of: they are counted, and when they came into force. */
  readonly advisories: { readonly revision: number; readonly published?: Micros };
}

/** The result for one platform's image. */
export interface ScanResult {
  readonly image: {
    readonly reference: string;
    readonly digest: Digest;
    readonly platform: string;
  };
  readonly status: ScanStatus;
  readonly problems: readonly ScanProblem[];
  readonly advisories: readonly AdvisorySource[];
  /** What the signals of exploitation are of; none: nobody can tell what is exploited. */
  readonly feeds?: readonly ExploitFeed[];
  /** Lowest first. */
  readonly layers?: readonly ImageLayer[];
  /** The image that it was built on, where that is known or declared. */
  readonly base?: BaseImage;
  readonly system?: ScannedSystem;
  readonly packages: readonly ScannedPackage[];
  readonly findings: readonly Finding[];
  /** Findings that a filter left out of all of this; absent: none. */
  readonly hiddenFindings?: number;
  /** Findings of installed packages by severity, without those that VEX suppresses. */
  readonly summary: Readonly<Record<Severity, number>>;
  /** Likewise, of packages that are only declared. */
  readonly declaredSummary: Readonly<Record<Severity, number>>;
  /** How many layer blobs were read for this answer; 0: everything was known. */
  readonly layersRead: number;
  /** When and how it came about; absent: not told. */
  readonly analysis?: ScanAnalysis;
}
