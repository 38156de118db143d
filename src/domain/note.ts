/** Grafeas notes and occurrences: what is known in general, and what is known of one resource. */
import type { JsonObject } from './json.ts';
import type { Micros } from './time.ts';

/** The kinds of Grafeas v1, each with the field that carries its detail. */
export const KIND_FIELDS = {
  VULNERABILITY: 'vulnerability',
  BUILD: 'build',
  IMAGE: 'image',
  PACKAGE: 'package',
  DEPLOYMENT: 'deployment',
  DISCOVERY: 'discovery',
  ATTESTATION: 'attestation',
  UPGRADE: 'upgrade',
  COMPLIANCE: 'compliance',
  DSSE_ATTESTATION: 'dsseAttestation',
  VULNERABILITY_ASSESSMENT: 'vulnerabilityAssessment',
  SBOM_REFERENCE: 'sbomReference',
  SECRET: 'secret',
} as const;

/** A kind of note and occurrence. */
export type NoteKind = keyof typeof KIND_FIELDS;

/** A note. `name` is `projects/P/notes/N`; `detail` is v1's message of its kind, camelCase. */
export interface Note {
  readonly name: string;
  readonly kind: NoteKind;
  readonly shortDescription?: string;
  readonly longDescription?: string;
  readonly relatedUrl?: readonly { readonly url: string; readonly label?: string }[];
  readonly expirationTime?: Micros;
  readonly relatedNoteNames?: readonly string[];
  readonly createTime: Micros;
  readonly updateTime: Micros;
  readonly detail: JsonObject;
}

/** An occurrence. `name` is `projects/P/occurrences/O`; `detail` is v1's message of its kind. */
export interface Occurrence {
  readonly name: string;
  readonly kind: NoteKind;
  /** As the client wrote it: with or without `https://`. */
  readonly resourceUri: string;
  readonly noteName: string;
  readonly remediation?: string;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  readonly detail: JsonObject;
  /** The DSSE envelope that came with the detail; it is kept as it is and not looked into. */
  readonly envelope?: JsonObject;
}
