/** What tells that a file speaks of packages of a language, and how it is read. */
import type { PackageOrigin } from '../../domain/software-package.ts';
import type { PackageDatabase } from './package-database.ts';

/** One kind of file. A path is of this kind by its base name or its ending, and its folder. */
export interface LanguageFile {
  /** The extractor's name, e.g. `npm-package-lock`. */
  readonly name: string;
  /** Exact base names. */
  readonly names?: readonly string[];
  /** Endings of the base name, e.g. `.jar`. */
  readonly endings?: readonly string[];
  /** Further condition on the clean path, e.g. that it lies in `node_modules`. */
  readonly when?: (path: string) => boolean;
  /** purl type, e.g. `npm`. */
  readonly type: string;
  /** OSV ecosystem, e.g. `npm`; absent where OSV has none. */
  readonly ecosystem?: string;
  /** `installed` where the file is there because the package is; else `declared`. */
  readonly origin: PackageOrigin;
  /** Most bytes that are read. */
  readonly cap: number;
  /** Its path tells all, so that it does not matter how large it is. */
  readonly byName?: true;
  readonly read: (bytes: Uint8Array, path: string) => PackageDatabase;
}
