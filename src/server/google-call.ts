/** Reading what the path of a Google call says. */
import { AssayError } from '../domain/error.ts';
import type { GrafeasVersion } from '../google/grafeas-table.ts';
import type { ApiVersion } from '../google/methods.ts';

/** The Grafeas version of a call; Grafeas has no v1alpha2. */
export function grafeasVersion(version: ApiVersion): GrafeasVersion {
  if (version !== 'v1alpha2') return version;
  throw new AssayError('not-found', 'notes and occurrences are served at /v1 and /v1beta1');
}

/** The project of a resource name `projects/P…`. */
export function projectOf(resource: string): string {
  return resource.split('/')[1] ?? '';
}
