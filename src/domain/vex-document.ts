/**
 * What a VEX document says, as one value, whatever form it came in (OpenVEX, CycloneDX, CSAF): what
 * which vulnerability does to which product. A document is its author's word; whether that word
 * counts is decided by the key that signed it, never by a name inside it.
 */
import type { AttestorKey } from './attestor.ts';
import type { Digest } from './digest.ts';
import { AssayError } from './error.ts';
import type { Micros } from './time.ts';

/** The four statuses that the forms have in common (CISA, Minimum Requirements for VEX). */
export const VEX_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;

/** One of {@link VEX_STATUSES}. */
export type VexStatus = (typeof VEX_STATUSES)[number];

/** Why something is not affected (CISA, Status Justifications). */
export const VEX_JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;

/** One of {@link VEX_JUSTIFICATIONS}. */
export type VexJustification = (typeof VEX_JUSTIFICATIONS)[number];

/** A package as a purl names it, in one spelling. */
export interface NamedPackage {
  /** Lower case. */
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  /** Absent: any version. */
  readonly version?: string;
  /** Each must be said of the package, too. */
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** An image as a product: by its digest, or any image of a repository; one of them is there. */
export interface NamedImage {
  readonly digest?: Digest;
  /** `registry/path`, normalised; looked at only where there is no digest. */
  readonly repository?: string;
}

/**
 * What a statement is about: an image, a package, or a package within an image. At least one is
 * there.
 */
export interface VexProduct {
  readonly image?: NamedImage;
  readonly component?: NamedPackage;
}

/** What is said of a vulnerability in some products. */
export interface VexStatement {
  readonly vulnerability: string;
  /** Other ids of the same vulnerability. */
  readonly aliases: readonly string[];
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  readonly justification?: VexJustification;
  /** Why it does no harm, in words. */
  readonly impact?: string;
  /** What to do about it, in words. */
  readonly action?: string;
  readonly time: Micros;
}

/** The forms that are read. */
export type VexFormat = 'OpenVEX' | 'CycloneDX' | 'CSAF';

/** A document as it was read. */
export interface VexDocument {
  readonly format: VexFormat;
  /** Unique with its author: `@id`, `serialNumber`, `tracking.id`. */
  readonly id: string;
  /** Whom the document names; for display, nothing rests on it. */
  readonly author: string;
  /** Numbers with dots between; a newer version replaces. */
  readonly version: string;
  readonly time: Micros;
  readonly statements: readonly VexStatement[];
  /** What of it can match nothing here, and why: the first few. */
  readonly remarks: readonly string[];
}

/** An author whose signed documents count in a project. */
export interface VexAuthor {
  readonly project: string;
  /** Lower-case letters, digits and `-`; unique within the project. */
  readonly name: string;
  /** Alternatives: one suffices. No other author of the project has one of them. */
  readonly keys: readonly AttestorKey[];
  readonly createTime: Micros;
  readonly updateTime: Micros;
}

/** How and by which key a document was signed; kept with it. */
export interface VexEvidence {
  /** `dsse`, `pkix`, `pgp-detached` or `pgp-message`. */
  readonly form: string;
  readonly keyId: string;
  /** Of the bytes that were signed, and parsed. */
  readonly digest: Digest;
  /** When signature or key expires, if it does: the document counts no longer then. */
  readonly validUntil?: Micros;
}

/** A document as it is kept, without its statements. */
export interface KeptVexDocument extends Omit<VexDocument, 'author' | 'id' | 'statements'> {
  readonly project: string;
  /** Its place in the store, a UUID. */
  readonly id: string;
  /** The document's own id. */
  readonly documentId: string;
  /** The configured author's name. */
  readonly author: string;
  /** Whom the document names. */
  readonly claimedAuthor: string;
  readonly evidence: VexEvidence;
  readonly statementCount: number;
  readonly importTime: Micros;
  /** Set where it was removed: it says nothing, and no older version may take its place. */
  readonly removedTime?: Micros;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Reads an author's name. */
export function parseVexAuthorName(text: string): string {
  if (NAME.test(text)) return text;
  throw new AssayError(
    'invalid-name',
    `author ${JSON.stringify(text.slice(0, 80))} is no name; wanted a lower-case letter, then at ` +
      'most 62 letters, digits and -',
  );
}

/** What is known of a finding under VEX: the statement that counts, and whose it is. */
export interface VexAssessment {
  readonly status: VexStatus;
  readonly justification?: VexJustification;
  readonly impact?: string;
  readonly action?: string;
  /** The configured author whose key signed it. */
  readonly author: string;
  /** The document's own id. */
  readonly document: string;
  readonly time: Micros;
}

/** Tells whether a finding under this assessment counts no more. */
export function clearsFinding(assessment: VexAssessment | undefined): boolean {
  return assessment?.status === 'not_affected' || assessment?.status === 'fixed';
}

/** Orders versions of documents: numbers between dots, a missing one counting as 0. */
export function compareVexVersions(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = BigInt(left[at] ?? '0') - BigInt(right[at] ?? '0');
    if (order !== 0n) return order < 0n ? -1 : 1;
  }
  return 0;
}
