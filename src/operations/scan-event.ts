/** What is told of a finished scan: of each platform its status and its findings by severity. */
import type { ScanResult } from '../domain/scan-result.ts';
import type { NewEvent } from './emit.ts';

/** The event of a scan; `resource` is `registry/path@digest` of what was asked for. */
export function scanEvent(
  project: string,
  resource: string,
  results: readonly ScanResult[],
): NewEvent {
  const platforms = results.map(({ image, status, summary }) => ({
    digest: image.digest,
    platform: image.platform,
    status,
    summary: { ...summary },
  }));
  const subject = `projects/${project}/images/${resource}`;
  const resourceUri = `https://${resource}`;
  const data = { schemaVersion: 1, name: subject, resourceUri, platforms };
  return { type: 'assay.scan.finished', project, subject, data };
}
