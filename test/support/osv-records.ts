/** OSV exports made by a test: folders of records about Debian 12's packages. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The record that every version of a package of Debian 12 is affected. */
export function osvRecord(id: string, name: string): Record<string, unknown> {
  return {
    schema_version: '1.6.0',
    id,
    modified: '2026-11-20T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'Debian:12', name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
      },
    ],
  };
}

/** Writes records as `FOLDER/Debian/ID.json`; a text is written as it is. */
export function writeOsvExport(
  folder: string,
  records: readonly (readonly [id: string, record: unknown])[],
): string {
  mkdirSync(join(folder, 'Debian'), { recursive: true });
  for (const [id, record] of records) {
    const text = typeof record === 'string' ? record : JSON.stringify(record);
    writeFileSync(join(folder, 'Debian', `${id}.json`), text);
  }
  return folder;
}
