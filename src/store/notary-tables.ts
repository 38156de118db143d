/** The tables of Notary's trust as TypeScript sees them. */
import type { Micros } from '../domain/time.ts';

/** Roots that somebody approved; `root` is the document's bytes in base64. */
export interface NotaryRootTable {
  project: string;
  gun: string;
  fingerprint: string;
  root: string;
  approver: string;
  approve_time: Micros;
}

/** The highest version seen of each role, by the root that trust started from. */
export interface NotaryVersionTable {
  project: string;
  gun: string;
  anchor: string;
  role: string;
  version: number;
  seen_time: Micros;
}

/** All of them. */
export interface NotaryTables {
  notary_root: NotaryRootTable;
  notary_version: NotaryVersionTable;
}
