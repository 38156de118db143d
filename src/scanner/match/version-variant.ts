/**
 * Builds of a package that live beside the ordinary one and are patched by themselves: Oracle's
 * Ksplice builds and those that are certified for FIPS. Their version says so, and one is never
 * held against another's fix.
 */

const VARIANT = /[._](ksplice\d*|fips)(?:[._]|$)/;

/** The kind of build that an rpm's version names; undefined for an ordinary one. */
export function versionVariant(version: string): string | undefined {
  return VARIANT.exec(version)?.[1];
}
