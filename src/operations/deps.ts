/** What operations are given: effects by name, built once by `main.ts`, faked in tests. */
import type { ImageReference } from '../domain/image-reference.ts';
import type { Digest } from '../domain/digest.ts';
import type { Micros } from '../domain/time.ts';
import type { GuardedFetch } from '../remote/guarded-fetch.ts';
import type { ImageSource } from '../remote/image-source.ts';
import type { NotaryClient } from '../remote/notary-client.ts';
import type { Store } from '../store/store-contract.ts';
import type { FeedSettings } from './feed-settings.ts';
import type { CheckAttestation } from './proof-memory.ts';
import type { CheckTrust } from './trust-question.ts';
import type { RunRego } from './rego-pool.ts';
import type { VerdictCache } from './verdict-cache.ts';

/** Writes structured log lines; never given a secret. */
export interface Log {
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
}

/** How hosts are called that somebody configured. */
export interface Outbound extends Pick<GuardedFetch, 'send'> {
  /** Refuses a host that may not be called; absent: only who calls it in fact can tell. */
  readonly check?: GuardedFetch['check'];
}

/** The effects that operations may have. */
export interface Deps {
  readonly store: Store;
  readonly now: () => Micros;
  /** UUIDv7. */
  readonly newId: () => string;
  /** Random bytes for secrets. */
  readonly randomBytes: (count: number) => Uint8Array;
  readonly log: Log;
  /** Version of the product, kept with every decision. */
  readonly engineVersion: string;
  /** Opens `REFERENCE`, `oci:…`, `docker-archive:…` or `dir:…`. */
  readonly openImage: (image: string) => ImageSource;
  /** Refuses a registry that only admins may make us call; absent: everybody may. */
  readonly guardRegistry?: (reference: ImageReference) => Promise<void>;
  /** Asks a registry which digest a tag has now, within a short deadline. */
  readonly resolveTag: (reference: ImageReference) => Promise<Digest>;
  /** Lists a page of a repository's tags, in their order. */
  readonly listTags: (
    repository: ImageReference,
    page: { readonly limit: number; readonly after?: string | undefined },
  ) => Promise<{ readonly tags: readonly string[]; readonly more: boolean }>;
  /** Reads the metadata of a Notary v1 server, `https://HOST[:PORT]`; refuses other addresses. */
  readonly openNotary: (
    server: string,
  ) => Promise<{ readonly client: NotaryClient; readonly host: string }>;
  /** Calls destinations of notifications, where their hosts may be called. */
  readonly outbound: Outbound;
  /** How advisories are fetched; absent: they are not. */
  readonly feeds?: FeedSettings;
  readonly verdicts: VerdictCache;
  /** Checks an attestation, or remembers what came of it. */
  readonly checkAttestation: CheckAttestation;
  /** Asks registries and notary servers about an image's signatures, or remembers the answer. */
  readonly checkTrust: CheckTrust;
  /** Evaluates policies in Rego beside the event loop. */
  readonly runRego: RunRego;
  /** Tells a person how far a long operation is. */
  readonly progress: (text: string) => void;
}
