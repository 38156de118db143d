/** The members of a package set as they are kept. */
import type { PackageOrigin } from '../domain/software-package.ts';
import { parseStored } from './stored-json.ts';

/** Paths once each, and for every member its package, its path's place and its origin. */
export interface KeptMembers {
  readonly paths: readonly string[];
  readonly members: readonly (readonly [id: number, path: number, origin: PackageOrigin])[];
}

/** The packages of a set, in its order. */
export function readMemberIds(text: string): number[] {
  return parseStored<KeptMembers>(text).members.map(([id]) => id);
}
