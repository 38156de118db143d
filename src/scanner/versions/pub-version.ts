/**
 * The order of Dart's pub (https://dart.dev/tools/pub/versioning): Semantic Versioning, but build
 * metadata counts: a version with a build follows the same one without, and builds compare by their
 * identifiers.
 */
import { compareIdentifiers, comparePrecedence, readSemanticVersion } from './semantic-version.ts';
import { comparerOf } from './version-order.ts';

/** Negative, zero or positive as the first version is older, equal or newer. */
export const comparePubVersions = comparerOf({
  name: 'pub version',
  form: 'MAJOR.MINOR.PATCH[-PRE-RELEASE][+BUILD]',
  read: readSemanticVersion,
  compare: (a, b) => comparePrecedence(a, b) || compareIdentifiers(a.build, b.build),
});
