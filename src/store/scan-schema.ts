/** The tables of scans that start by themselves, as TypeScript sees them. */
import type { Micros } from '../domain/time.ts';

/** A project that waits for an image's scan, or waited in vain; `resource_uri` has no scheme. */
export interface ScanRequestTable {
  project: string;
  resource_uri: string;
  /** The unique key of its job: a digest, or `registry/path:tag` while that is not known. */
  job_key: string;
  /** `waiting` or `failed`. */
  state: string;
  origin: string;
  request_time: Micros;
  change_time: Micros;
  body: string;
}

/** Repositories that a project has scanned by itself. */
export interface WatchTable {
  project: string;
  pattern: string;
  registry: string;
  body: string;
  create_time: Micros;
}
