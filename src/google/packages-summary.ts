/** v1beta1's summary of an image's packages, and the resource names that ask for it. */
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { parseProjectId } from '../domain/resource-name.ts';

/** An image that a method is asked about. */
export interface NamedResource {
  readonly project: string;
  /** With or without its scheme, slashes as they are. */
  readonly resourceUri: string;
}

/** Reads `projects/P/resources/URL`, where the URL has its slashes. */
export function parseResourceName(name: string): NamedResource {
  const [, project, resourceUri] = /^projects\/([^/]+)\/resources\/(.+)$/.exec(name) ?? [];
  if (project !== undefined && resourceUri !== undefined) {
    return { project: parseProjectId(project), resourceUri };
  }
  const shown = JSON.stringify(name.slice(0, 300));
  throw new AssayError(
    'invalid-name',
    `name ${shown} is not of the form projects/PROJECT/resources/URL`,
  );
}

/** Prints the summary. Licenses are not known here, so that all packages are of the empty one. */
export function packagesSummaryToJson(resourceUrl: string, count: number): JsonObject {
  return { resourceUrl, ...(count > 0 && { licensesSummary: [{ count: String(count) }] }) };
}
