/**
 * The order of NuGet (https://learn.microsoft.com/nuget/concepts/package-versioning): one to four
 * numbers, of which missing ones are zero, then a pre-release as in Semantic Versioning but
 * compared without case; build metadata does not count.
 */
import type { SemanticVersion } from './semantic-version.ts';
import { comparePrecedence, readSemanticVersion } from './semantic-version.ts';
import { comparerOf } from './version-order.ts';

const MOST_NUMBERS = 4;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareNugetVersions = comparerOf({
  name: 'NuGet version',
  form: 'MAJOR[.MINOR[.PATCH[.REVISION]]][-PRE-RELEASE][+BUILD]',
  read: readNugetVersion,
  compare: comparePrecedence,
});

function readNugetVersion(text: string): SemanticVersion | undefined {
  const version = readSemanticVersion(text.toLowerCase());
  return version !== undefined && version.release.length <= MOST_NUMBERS ? version : undefined;
}
