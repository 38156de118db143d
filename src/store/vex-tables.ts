/** The tables of VEX documents as TypeScript sees them. */
import type { Micros } from '../domain/time.ts';

/** Authors of a project; `body` holds their keys. */
export interface VexAuthorTable {
  project: string;
  name: string;
  body: string;
  create_time: Micros;
  update_time: Micros;
}

/** The newest version of every document; `source` is what was signed, and empty once removed. */
export interface VexDocumentTable {
  id: string;
  project: string;
  author: string;
  document_id: string;
  removed_time: Micros | null;
  import_time: Micros;
  body: string;
  source: string;
}

/** The statements of a document. */
export interface VexStatementTable {
  document: string;
  position: number;
  body: string;
}

/** Which statements of a project speak of a vulnerability, by its id in upper case. */
export interface VexVulnerabilityTable {
  project: string;
  vulnerability: string;
  document: string;
  position: number;
}

/** Documents whose statements are there and who themselves are not: not yet, or no longer. */
export interface VexLeftoverTable {
  document: string;
  statements: number;
  since: Micros;
}

/** All of them. */
export interface VexTables {
  vex_author: VexAuthorTable;
  vex_document: VexDocumentTable;
  vex_statement: VexStatementTable;
  vex_vulnerability: VexVulnerabilityTable;
  vex_leftover: VexLeftoverTable;
}
