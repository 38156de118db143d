/** What a version order answers for a text that is no version: a value, never a silent "equal". */

/** A version that cannot be compared, with the reason in words. */
export interface VersionError {
  readonly error: string;
}
