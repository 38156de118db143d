/** Builds what operations are given: store, clock, ids, registry access, logger. */
import { randomBytes } from 'node:crypto';
import { terminalLines } from './domain/terminal-text.ts';
import type { Micros } from './domain/time.ts';
import type { Deps, Log } from './operations/deps.ts';
import type { FeedSettings } from './operations/feed-settings.ts';
import { createKeyCache } from './operations/key-cache.ts';
import { createProofMemory } from './operations/proof-memory.ts';
import type { RegoPool } from './operations/rego-pool.ts';
import { createTrustMemory, type TrustMemoryParts } from './operations/trust-memory.ts';
import { createVerdictCache } from './operations/verdict-cache.ts';
import type { CheckTrust } from './operations/trust-question.ts';
import type { TrustEffects } from './operations/verify-trust.ts';
import { readRegistryAccess } from './remote/read-registry-access.ts';
import type { RegistryAccess } from './remote/registry-access.ts';
import type { GuardedFetch } from './remote/guarded-fetch.ts';
import type { Store } from './store/store-contract.ts';
import { VERSION } from './version.ts';

/** Characters of standing verdicts: some 30,000 of usual size, 200 MB at the most. */
const STANDING_VERDICTS = 192 * 1024 * 1024;
/** How many checks of attestations are kept; each is about 1 KB. */
const STANDING_PROOFS = 50_000;
/** How many parsed keys are kept; each is about 20 KB. */
const PARSED_KEYS = 500;
/** Characters of what signatures in registries came to: some 20,000 images of usual size. */
const STANDING_TRUST = 16 * 1024 * 1024;
/** Processes that evaluate policies in Rego. */
const REGO_PROCESSES = 2;
/** An admission waits no longer than this for a registry's word on a tag, in milliseconds. */
const TAG_DEADLINE = 1500;

/** The system's clock, in microseconds. */
export function systemNow(): Micros {
  return Date.now() * 1000;
}

/** What differs between a server and a command. */
export interface DepsParts {
  readonly store: Store;
  readonly log: Log;
  readonly newId: () => string;
  readonly plainHttp: boolean;
  /** `HOST=URL` of registries that are read somewhere else. */
  readonly mirrors: readonly string[];
  /** `HOST=FILE` of authorities that are trusted for one registry alone. */
  readonly authorities?: readonly string[];
  /** Docker's `config.json`, or a Kubernetes pull secret; absent: where Docker itself looks. */
  readonly registryAuth?: string;
  /** Folder of pull secrets by project and namespace; absent: no namespace has any. */
  readonly pullSecrets?: string | undefined;
  /** For a server: `HOST[:PORT]` of registries in its own network that not only admins may use. */
  readonly allowedRegistries?: readonly string[];
  /** `HOST[:PORT]`, addresses or ranges of our own network that notifications may go to. */
  readonly allowedDestinations?: readonly string[];
  /** How advisories are fetched; absent: they are not. */
  readonly feeds?: FeedSettings;
  readonly progress: (text: string) => void;
}

/** Puts the parts together. Registry access is loaded when it is first needed. */
export async function makeDeps(given: DepsParts): Promise<Deps> {
  const {
    allowedRegistries: allowed,
    allowedDestinations,
    mirrors,
    authorities,
    registryAuth,
    pullSecrets,
    ...parts
  } = given;
  const { openImage } = await import('./remote/open-image.ts');
  const reached = { plainHttp: parts.plainHttp, mirrors, authorities, registryAuth };
  const access = readRegistryAccess(reached, process.env);
  const guard = allowed === undefined ? {} : { guardRegistry: guardOf(allowed, access) };
  const openNotary = notaryOpenerOf(access);
  const verify = trustVerifierOf({ ...guard, openNotary, store: parts.store }, access);
  return {
    ...parts,
    now: systemNow,
    randomBytes: (count) => randomBytes(count),
    engineVersion: VERSION,
    openImage: (image) => openImage(image, access),
    ...guard,
    resolveTag: resolverOf(access),
    listTags: listerOf(access),
    openNotary,
    outbound: outboundTo(allowedDestinations),
    verdicts: createVerdictCache(STANDING_VERDICTS),
    checkAttestation: createProofMemory(STANDING_PROOFS, createKeyCache(PARSED_KEYS)),
    checkTrust: withPullSecrets(
      createTrustMemory({ capacity: STANDING_TRUST, now: systemNow, verify }),
      pullSecrets,
    ),
    runRego: regoRunner(),
  };
}

/** The engine is loaded, and its processes started, by the first policy that is asked. */
function regoRunner(): Deps['runRego'] {
  let pool: Promise<RegoPool> | undefined;
  return async (job, deadlineMs, owner) => {
    pool ??= import('./operations/rego-pool.ts').then(({ createRegoPool }) =>
      createRegoPool(REGO_PROCESSES),
    );
    return (await pool).run(job, deadlineMs, owner);
  };
}

/** What was checked is what is dialled: guard and clients look hosts up in one place. */
function guardOf(
  allowed: readonly string[],
  { network, mirrors }: RegistryAccess,
): NonNullable<Deps['guardRegistry']> {
  return async (reference) => {
    const { refuseInnerRegistry } = await import('./remote/inner-registry.ts');
    return refuseInnerRegistry(reference, { allowed, ...network, ...(mirrors && { mirrors }) });
  };
}

/** The network's modules are loaded with the first call. */
function outboundTo(allowed: readonly string[] | undefined): Deps['outbound'] {
  let opened: Promise<GuardedFetch> | undefined;
  const open = (): Promise<GuardedFetch> => {
    opened ??= import('./remote/guarded-fetch.ts').then(({ openGuardedFetch }) =>
      openGuardedFetch({ allowed: allowed ?? [], flag: '--allow-destination' }),
    );
    return opened;
  };
  return {
    send: async (request) => (await open()).send(request),
    ...(allowed === undefined ? {} : { check: async (url) => (await open()).check(url) }),
  };
}

/** All look-ups share connections and tokens; the modules are loaded with the first one. */
function resolverOf(access: RegistryAccess): Deps['resolveTag'] {
  let resolver: Promise<Deps['resolveTag']> | undefined;
  return async (reference) => {
    resolver ??= import('./remote/resolve-tag.ts').then(({ openTagResolver }) =>
      openTagResolver({ ...access, deadlineMs: TAG_DEADLINE }),
    );
    return (await resolver)(reference);
  };
}

function notaryOpenerOf(access: RegistryAccess): Deps['openNotary'] {
  return async (server) => {
    const notary = await import('./remote/notary-client.ts');
    const url = notary.parseNotaryServer(server, access.plainHttp === true);
    return { client: notary.openNotaryClient(url, access), host: url.host };
  };
}

/** Verifiers and their libraries are loaded with the first question. */
function trustVerifierOf(
  effects: Pick<TrustEffects, 'openNotary' | 'guardRegistry' | 'store'>,
  access: RegistryAccess,
): TrustMemoryParts['verify'] {
  let opened: Promise<TrustMemoryParts['verify']> | undefined;
  const open = async (): Promise<TrustMemoryParts['verify']> => {
    const { TRUST_MS, verifyTrust } = await import('./operations/verify-trust.ts');
    const { openClientsBySecret } = await import('./remote/shared-client.ts');
    const client = openClientsBySecret(access, TRUST_MS);
    return (question) => verifyTrust({ ...effects, now: systemNow, client }, question);
  };
  return async (question) => (await (opened ??= open()))(question);
}

/** A secret is read with every question, so that a new one counts at once. */
function withPullSecrets(check: CheckTrust, folder: string | undefined): CheckTrust {
  if (folder === undefined) return check;
  return async (question, signal) => {
    const { readPullSecret } = await import('./remote/pull-secrets.ts');
    return check({ ...question, secret: await readPullSecret(folder, question) }, signal);
  };
}

function listerOf(access: RegistryAccess): Deps['listTags'] {
  return async ({ domain, path }, page) => {
    const { openRegistryClient } = await import('./remote/registry-client.ts');
    const client = openRegistryClient(access);
    try {
      return await client.tags({ repository: { domain, path }, ...page });
    } finally {
      await client.close();
    }
  };
}

/** A log for commands: warnings and errors go to stderr as text, nothing else is said. */
export function commandLog(write: (text: string) => void): Log {
  const say = (fields: object, message: string): void => {
    const error = (fields as { err?: unknown }).err;
    const why = error instanceof Error ? `: ${error.message}` : '';
    write(`assay: ${terminalLines(message + why)}\n`);
  };
  return { info: () => undefined, warn: say, error: say };
}
