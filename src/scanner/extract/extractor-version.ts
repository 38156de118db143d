/** Which readers' facts are current: readers change, and what the earlier ones kept is not it. */

/** Part of the key of kept layer facts: grows with any change of what is read or how. */
export const EXTRACTOR_VERSION = 6;
