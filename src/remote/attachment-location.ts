/**
 * Where a registry may keep what is attached to an image: the tags of cosign, the list of referrers
 * of OCI 1.1, the tag under which clients keep that list where a registry has none, and the index
 * that lists the image, in which BuildKit keeps what it says of its own build.
 */
import type { Digest } from '../domain/digest.ts';

/** A place to look. */
export type AttachmentLocation =
  | 'signature-tag'
  | 'attestation-tag'
  | 'sbom-tag'
  | 'referrers'
  | 'fallback-tag'
  | 'index';

/** All places, in the order in which what is found is told. */
export const ATTACHMENT_LOCATIONS: readonly AttachmentLocation[] = [
  'signature-tag',
  'attestation-tag',
  'sbom-tag',
  'referrers',
  'fallback-tag',
  'index',
];

const SUFFIXES: Readonly<Partial<Record<AttachmentLocation, string>>> = {
  'signature-tag': '.sig',
  'attestation-tag': '.att',
  'sbom-tag': '.sbom',
  'fallback-tag': '',
};

/** Longest parts of a fallback tag (distribution-spec 1.1, "Referrers Tag Schema"). */
const ALGORITHM_LENGTH = 32;
const HEX_LENGTH = 64;

/**
 * The tag of a digest at a place that is a tag; undefined for the others. Of a long digest the
 * fallback tag has the beginning only, so that what it lists must still name the whole.
 */
export function attachmentTag(location: AttachmentLocation, digest: Digest): string | undefined {
  const suffix = SUFFIXES[location];
  if (suffix === undefined) return undefined;
  const [algorithm = '', hex = ''] = digest.split(':');
  return `${algorithm.slice(0, ALGORITHM_LENGTH)}-${hex.slice(0, HEX_LENGTH)}${suffix}`;
}
