/** What the catalog of our own verbs holds of each. */
import type { Deps } from './deps.ts';

/** An operation as the catalog runs it; its input was checked at the edge. */
type CatalogRun = (deps: Deps, input: never) => Promise<unknown>;

/** Where an operation is reached and how it is loaded. */
export interface CatalogEntry {
  readonly verb: 'GET' | 'POST' | 'DELETE';
  /** Path with `:name` for fields of the input; the others are query (GET) or body. */
  readonly path: string;
  readonly load: () => Promise<CatalogRun>;
}
