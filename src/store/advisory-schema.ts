/** The tables of vulnerability data and of what matches them; see schema.ts. */
import type { Micros } from '../domain/time.ts';

/** The newest published generation of an export: its sources, and what a next one builds on. */
export interface AdvisoryFamilyTable {
  family: string;
  generation: number;
}

/** Imports that were begun; one without a revision is a leftover or still running. */
export interface AdvisoryImportTable {
  generation: number;
  id: string;
  begin_time: Micros;
  publish_time: Micros | null;
  /** Counts publications; null: not published. */
  revision: number | null;
  family: string;
}

/** Sources of advisories per ecosystem, of one family and generation. */
export interface AdvisorySourceTable {
  family: string;
  generation: number;
  ecosystem: string;
  source: string;
  updated: Micros;
  records: number;
  /** 1 where it has all that is published of the ecosystem. */
  complete: number;
}

/** Advisory records; `number` is generation times 2^24 plus a count. */
export interface AdvisoryTable {
  number: number;
  family: string;
  generation: number;
  id: string;
  modified: Micros;
  body: string;
  /** The generation that took it away; it counts when that one is published. */
  removed: number | null;
  /** Of its body. */
  hash: string;
}

/** Names of packages about which an import changed something. */
export interface AdvisoryChangeTable {
  ecosystem: string;
  name: string;
  generation: number;
}

/** Which advisories speak of a package name in an ecosystem. */
export interface AdvisoryPackageTable {
  ecosystem: string;
  name: string;
  advisory: number;
}

/** Matches, written only by the matcher. */
export interface PackageMatchTable {
  package: number;
  advisory_id: string;
  generation: number;
  severity: number;
  /** 1 where a version fixes it. */
  fixable: number;
  first_time: Micros;
  change_time: Micros;
  body: string;
}

/** A feed of exploitation; `generation` is the visible one, 0: none yet. */
export interface ExploitFeedTable {
  name: string;
  generation: number;
  /** The newest generation that was begun, by the import of this id. */
  filling: number;
  import_id: string;
  source: string;
  updated: Micros;
  records: number;
}

/** What a feed says of a CVE. */
export interface ExploitSignalTable {
  name: string;
  generation: number;
  cve: string;
  body: string;
}

/** Publications that advisories are fetched from; `body` is what to ask for their changes by. */
export interface AdvisoryFeedTable {
  name: string;
  attempt_time: Micros;
  success_time: Micros | null;
  problem: string | null;
  failures: number;
  failures_ever: number;
  records: number | null;
  body: string;
}
