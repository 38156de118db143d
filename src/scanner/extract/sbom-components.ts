/** What a bill of materials (SBOM) of any form is read into, before it becomes packages. */

/** A component that has a package URL. */
export interface SbomComponent {
  /** As written. */
  readonly purl: string;
  /** The version that the bill gives beside the purl, for purls without one. */
  readonly version?: string;
  /** The source package, where the bill names one beside the purl. */
  readonly source?: { readonly name: string; readonly version?: string };
}

/** The components of a bill, in its order. */
export interface SbomContent {
  readonly components: readonly SbomComponent[];
  /** How many software components have no package URL, so that nobody can say what they are. */
  readonly unnamed: number;
  /** The system that it says it is of, for packages whose purl does not say. */
  readonly system?: { readonly id: string; readonly version: string };
}

/** A bill, or in words why there is none. */
export type ReadSbom = SbomContent | { readonly reason: string };

/** Most components of one bill. */
export const MAX_COMPONENTS = 200_000;

/** The reason where there are more. */
export const TOO_MANY = { reason: `it has more than ${MAX_COMPONENTS} components` } as const;
