/**
 * The tables as TypeScript sees them; `migrations/` holds how they came to be. Times are integer
 * microseconds, JSON is text, and every stored JSON value carries its `schemaVersion`.
 */
import type { Generated } from 'kysely';
import type { Micros } from '../domain/time.ts';
import type {
  AdvisoryChangeTable,
  AdvisoryFeedTable,
  AdvisoryFamilyTable,
  AdvisoryImportTable,
  AdvisoryPackageTable,
  AdvisorySourceTable,
  AdvisoryTable,
  ExploitFeedTable,
  ExploitSignalTable,
  PackageMatchTable,
} from './advisory-schema.ts';
import type { NotaryTables } from './notary-tables.ts';
import type { VexTables } from './vex-tables.ts';
import type { ScanRequestTable, WatchTable } from './scan-schema.ts';

/** A project: the owner of policies, notes, occurrences, attestors and decisions. */
export interface ProjectTable {
  id: string;
  create_time: Micros;
}

/** A cluster of a project, named as `location.name` in policies. */
export interface ClusterTable {
  project: string;
  location: string;
  name: string;
  create_time: Micros;
}

/** Every revision of every policy document; the highest revision is the current one. */
export interface PolicyDocumentTable {
  project: string;
  kind: string;
  name: string;
  revision: number;
  source: string;
  parsed: string;
  create_time: Micros;
  etag: string;
}

/** Notes; `body` is the JSON of what has no column. */
export interface NoteTable {
  project: string;
  id: string;
  kind: string;
  create_time: Micros;
  update_time: Micros;
  body: string;
  /** Of a VULNERABILITY_ASSESSMENT the product's URI, without its scheme, where it names one. */
  product_uri: string | null;
}

/** Occurrences; `resource_uri` has no scheme, `resource_written` is what the client wrote. */
export interface OccurrenceTable {
  project: string;
  id: string;
  kind: string;
  resource_uri: string;
  resource_written: string;
  note_project: string;
  note_id: string;
  /** Severity rank, 0 to 5; 0 where the kind has none. */
  severity: number;
  /** 1 where a vulnerability has a fix. */
  fixable: number;
  create_time: Micros;
  update_time: Micros;
  body: string;
}

/** Attestors; the note reference has columns so that a note's attestors can be found. */
export interface AttestorTable {
  project: string;
  id: string;
  note_project: string;
  note_id: string;
  update_time: Micros;
  etag: string;
  body: string;
}

/** Bearer tokens by the hash of their secret; `role` is a list of names with commas. */
export interface TokenTable {
  hash: string;
  id: string;
  name: string;
  role: string;
  project: string | null;
  create_time: Micros;
  expire_time: Micros | null;
  member: string | null;
}

/** IAM policies of resources; `id` is empty for a project's Binary Authorization policy. */
export interface IamPolicyTable {
  project: string;
  kind: string;
  id: string;
  etag: string;
  update_time: Micros;
  body: string;
}

/** What a layer blob holds, per extractor version. */
export interface LayerFactsTable {
  digest: string;
  extractor_version: number;
  facts: string;
}

/** Package versions, each once; `identity` is the hash of all its fields. */
export interface PackageTable {
  id: number;
  identity: string;
  ecosystem: string;
  source_name: string;
  source_version: string;
  /** The package's own name and version. */
  name: string;
  version: string;
  body: string;
  /** The source's name as advisories spell it, under which its changes are found. */
  lookup_name: string;
  /** The revision of advisories that its matches were computed from; 0: never. */
  matched_generation: number;
  /** Of its matches, so that equal ones are not written again. */
  matches_hash: string;
  /** How many matches of each severity rank it has, with commas; empty: none. */
  counts: string;
  /** 1 where a match could not be decided: it is matched whenever it is asked about. */
  undecided: number;
}

/** Package sets by content; how members are kept says package-members.ts. */
export interface PackageSetTable {
  number: Generated<number>;
  id: string;
  members: string;
  body: string;
  packed: Uint8Array | null;
  paths: string | null;
}

/** Manifests and indexes that were read. */
export interface ImageTable {
  digest: string;
  media_type: string;
  kind: string;
  config_digest: string | null;
  platform: string;
  package_set: string | null;
  /** The number of its package set. */
  set_number: number | null;
  status: string;
  body: string;
  read_time: Micros;
  extractor_version: number;
  /** OCI's ChainID of all layers; null: one was not read, or an older version read it. */
  chain_id: string | null;
}

/** Which digest lists which: for display and search, never for trust. */
export interface DigestLinkTable {
  kind: string;
  parent: string;
  child: string;
}

/** Which project has seen which image under which name. */
export interface ImageSightingTable {
  project: string;
  resource_uri: string;
  digest: string;
  first_seen: Micros;
  last_seen: Micros;
}

/** From a time on, a tag pointed at a digest. */
export interface TagEventTable {
  id: string;
  time: Micros;
  repository: string;
  tag: string;
  digest: string;
  source: string;
  /** When it happened, as who told us says: for information only. */
  sender_time: Micros | null;
}

/** What was evaluated, once per content; `last_day` is the newest day that refers to it. */
export interface EvaluationTable {
  id: string;
  last_day: Micros;
  body: string;
}

/** Decisions in the batches in which they were committed, chained by hash. */
export interface DecisionBatchTable {
  sequence: number;
  previous_hash: string;
  hash: string;
  first_id: string;
  last_id: string;
  first_time: Micros;
  last_time: Micros;
  count: number;
  bytes: number;
  payload: string;
}

/** Where the chain starts after retention removed its head; one row. */
export interface DecisionCheckpointTable {
  id: number;
  sequence: number;
  hash: string;
  removed: number;
  time: Micros;
}

/** Work to be done later, at most once per (kind, unique key). */
export interface JobTable {
  id: string;
  kind: string;
  unique_key: string;
  body: string;
  run_at: Micros;
  lease_until: Micros | null;
  attempts: number;
  /** Of jobs of one kind the least is taken first. */
  priority: number;
  /** The registry that it calls; empty: none. */
  registry: string;
}

/** Events to be routed, written in the transaction of the change; see outbox-rows.ts. */
export interface OutboxTable {
  sequence: Generated<number>;
  id: string;
  time: Micros;
  project: string | null;
  topic: string;
  body: string;
}

/** Where a project's events go; `types` is `,type,type,`, and `body` holds secrets. */
export interface DestinationTable {
  id: string;
  project: string;
  name: string;
  types: string;
  body: string;
  create_time: Micros;
  /** Failed deliveries since the last one that succeeded. */
  failures: number;
  /** Nothing is sent before; 0: now. */
  paused_until: Micros;
  /** Events that found its backlog full. */
  dropped: number;
  delivered_time: Micros | null;
  problem: string | null;
}

/** Events on their way; `due_at` is null while an earlier one of its lane is on its way. */
export interface DeliveryTable {
  sequence: Generated<number>;
  destination: string;
  lane: string;
  event_id: string;
  time: Micros;
  due_at: Micros | null;
  attempts: number;
  body: string;
}

/** Events that were given up. */
export interface DeadLetterTable {
  sequence: Generated<number>;
  destination: string;
  lane: string;
  event_id: string;
  time: Micros;
  dead_time: Micros;
  attempts: number;
  problem: string;
  body: string;
}

/** What a project was last told of a sighted image's derived occurrences. */
export interface AnnouncementTable {
  project: string;
  resource_uri: string;
  digest: string;
  /** Advisory generation that it was told from. */
  generation: number;
  body: string;
}

/** Who changed what. */
export interface AuditTable {
  id: string;
  time: Micros;
  project: string | null;
  caller: string;
  action: string;
  resource: string;
  body: string;
}

/** Settings of the store itself, e.g. `schema_version`. */
export interface SettingTable {
  name: string;
  value: string;
}

/** All tables. */
export interface Schema extends VexTables, NotaryTables {
  project: ProjectTable;
  cluster: ClusterTable;
  policy_document: PolicyDocumentTable;
  note: NoteTable;
  occurrence: OccurrenceTable;
  attestor: AttestorTable;
  token: TokenTable;
  iam_policy: IamPolicyTable;
  layer_facts: LayerFactsTable;
  package: PackageTable;
  package_set: PackageSetTable;
  image: ImageTable;
  digest_link: DigestLinkTable;
  image_sighting: ImageSightingTable;
  tag_event: TagEventTable;
  advisory_family: AdvisoryFamilyTable;
  advisory_import: AdvisoryImportTable;
  advisory_source: AdvisorySourceTable;
  advisory: AdvisoryTable;
  advisory_package: AdvisoryPackageTable;
  advisory_change: AdvisoryChangeTable;
  advisory_feed: AdvisoryFeedTable;
  package_match: PackageMatchTable;
  exploit_feed: ExploitFeedTable;
  exploit_signal: ExploitSignalTable;
  evaluation: EvaluationTable;
  decision_batch: DecisionBatchTable;
  decision_checkpoint: DecisionCheckpointTable;
  job: JobTable;
  scan_request: ScanRequestTable;
  watch: WatchTable;
  outbox: OutboxTable;
  destination: DestinationTable;
  delivery: DeliveryTable;
  dead_letter: DeadLetterTable;
  announcement: AnnouncementTable;
  audit: AuditTable;
  setting: SettingTable;
}
