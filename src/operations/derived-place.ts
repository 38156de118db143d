/**
 * Places in the list of what scans found: by sighting, then package and its file, then advisory. A
 * package's own occurrence comes before its vulnerabilities, the image's discovery before all.
 */
import type { Sighting } from '../store/sighting-rows.ts';

/** A place; the list goes on behind it. */
export interface DerivedPlace {
  readonly resourceUri: string;
  readonly digest: string;
  /** {@link BEFORE_ALL}, {@link OF_IMAGE} or a package's. */
  readonly packageId: number;
  readonly path: string;
  /** Empty: the package itself. */
  readonly advisoryId: string;
}

/** Before everything of a sighting. */
export const BEFORE_ALL = -1;
/** Where the discovery of an image is: packages are numbered from 1. */
export const OF_IMAGE = 0;
/** Behind every advisory. */
export const BEHIND_ALL = '\u{10FFFF}';

/** Before the first sighting. */
export const FIRST_PLACE: DerivedPlace = {
  resourceUri: '',
  digest: '',
  packageId: BEFORE_ALL,
  path: '',
  advisoryId: '',
};

/** The place before everything of a sighting. */
export function placeBefore({ resourceUri, digest }: Sighting): DerivedPlace {
  return { ...FIRST_PLACE, resourceUri, digest };
}

/** Tells whether a place is within a sighting. */
export function isWithin(place: DerivedPlace, { resourceUri, digest }: Sighting): boolean {
  return place.resourceUri === resourceUri && place.digest === digest;
}

/** Negative, 0 or positive, as one place of a sighting is before, at or behind another. */
export function comparePlaces(a: DerivedPlace, b: DerivedPlace): number {
  if (a.packageId !== b.packageId) return a.packageId - b.packageId;
  return compareTexts(a.path, b.path) || compareTexts(a.advisoryId, b.advisoryId);
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
