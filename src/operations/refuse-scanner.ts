/** What clients write is never the scanner's word: its project and findings are read-only. */
import { AssayError } from '../domain/error.ts';
import type { OccurrenceName } from '../domain/resource-name.ts';
import { SCANNER_PROJECT, decodeScannedId } from '../google/scanned-name.ts';

/** Throws `permission-denied` where one of the projects is the scanner's own. */
export function refuseScanner(...projects: readonly string[]): void {
  if (!projects.includes(SCANNER_PROJECT)) return;
  throw new AssayError(
    'permission-denied',
    `project ${SCANNER_PROJECT} is the scanner's own and read-only`,
  );
}

/** Throws `permission-denied` for what follows from a scan: there is no row to change. */
export function refuseScanned({ project, occurrence }: OccurrenceName): void {
  refuseScanner(project);
  if (decodeScannedId(occurrence) === undefined) return;
  throw new AssayError(
    'permission-denied',
    'the occurrence follows from a scan and is read-only; it goes when the image or advisory does',
  );
}
