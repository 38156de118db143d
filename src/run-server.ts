/** `assay serve`: store, listeners and their certificates, from ready line to clean stop. */
import { existsSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import type { OptionValues } from './cli/command.ts';
import { type ServeConfig, readServeConfig } from './config.ts';
import { readDatabaseConfig } from './database-config.ts';
import type { Caller } from './domain/caller.ts';
import { AssayError } from './domain/error.ts';
import { readFeedSettings } from './feed-config.ts';
import { advisoryLanes } from './jobs/advisory-lanes.ts';
import { MATCHING_LANES } from './jobs/matching-lanes.ts';
import { NOTIFICATION_LANES } from './jobs/notification-lanes.ts';
import { scanLanes } from './jobs/scan-lanes.ts';
import { startJobs } from './jobs/run-jobs.ts';
import { type ScheduledTask, startSchedule } from './jobs/run-schedule.ts';
import { makeDeps, systemNow } from './make-deps.ts';
import { createIdSource } from './make-id.ts';
import { ADMIN_TOKEN_FILE } from './open-operations.ts';
import { openServerStore } from './open-server-store.ts';
import { authenticateBearer } from './operations/authenticate-bearer.ts';
import { checkMatches } from './operations/check-matches.ts';
import { checkExtractor } from './operations/reread-images.ts';
import { ensureProject } from './operations/create-project.ts';
import { createToken } from './operations/create-token.ts';
import type { Deps } from './operations/deps.ts';
import { installSystemPolicy } from './operations/install-system-policy.ts';
import { freeJobs } from './operations/job-lease.ts';
import { listTokens } from './operations/list-tokens.ts';
import { pruneDecisions } from './operations/prune-decisions.ts';
import { pruneNotifications } from './operations/prune-notifications.ts';
import { planRefresh } from './operations/refresh-advisories.ts';
import { pruneScanRequests } from './operations/prune-scan-requests.ts';
import { forgetAbandonedVex } from './operations/vex-statements.ts';
import { readSecretFile } from './operations/read-secret-file.ts';
import { readSystemPolicy } from './read-system-policy.ts';
import type { Authenticator } from './server/authenticate.ts';
import { buildGrpcListener, type GrpcListener, grpcPort } from './server/grpc-listener.ts';
import { buildHttpListener } from './server/http-listener.ts';
import {
  ownTlsFiles,
  readTlsFiles,
  watchTlsFiles,
  type TlsFiles,
  type TlsMaterial,
} from './server/tls-material.ts';
import { buildWebhookListener } from './server/webhook-listener.ts';
import { startListening, urlHost } from './start-listening.ts';
import { untilStopped } from './until-stopped.ts';
import { type WatchedIdentity, watchIdentity } from './watch-identity.ts';

const SYSTEM: Caller = { name: 'start', grants: [{ role: 'admin' }] };

const HOUR_MS = 3_600_000;
const FIRST_TASKS_AFTER = 60_000;
const JOBS_EVERY = 1000;

/** What the server does by itself, hour by hour and day by day. */
function dailyTasks(folder: string, config: ServeConfig): readonly ScheduledTask[] {
  const every = 24 * HOUR_MS;
  const renew = async (): Promise<void> => {
    if (config.webhookTls === undefined) await ownWebhookFiles(folder, config);
  };
  return [
    { name: 'prune-decisions', every, run: async (deps) => void (await pruneDecisions(deps)) },
    { name: 'prune-notifications', every: HOUR_MS, run: pruneNotifications },
    { name: 'prune-scan-requests', every, run: pruneScanRequests },
    { name: 'forget-abandoned-vex', every: HOUR_MS, run: forgetAbandonedVex },
    { name: 'renew-certificate', every, run: renew },
  ];
}

/** Runs the server until SIGTERM or SIGINT; resolves to the exit code. */
export async function runServer(folder: string, options: OptionValues): Promise<number> {
  const config = readServeConfig(options);
  const database = readDatabaseConfig(options);
  const log = pino({ level: config.logLevel }, pino.destination(2));
  const identity = await watchIdentity(options, { now: systemNow, log });
  const newId = createIdSource(Date.now);
  const stopping = new AbortController();
  const feeds = readFeedSettings(options, { data: folder, stopping: stopping.signal });
  const store = await openServerStore({ folder, database, newId, log });
  const deps = await makeDeps({
    store,
    newId,
    log,
    plainHttp: config.plainHttp,
    mirrors: config.registryMirrors,
    authorities: config.registryAuthorities,
    ...(config.registryAuth === undefined ? {} : { registryAuth: config.registryAuth }),
    pullSecrets: config.pullSecrets,
    allowedRegistries: config.allowedRegistries,
    allowedDestinations: config.allowedDestinations,
    feeds,
    progress: () => undefined,
  });
  try {
    const adminTokenFile = await prepare(deps, folder, config);
    const running = await listen(deps, folder, { ...config, identity });
    if (database === undefined) await freeJobs(deps);
    await checkMatches(deps);
    await checkExtractor(deps);
    await planRefresh(deps);
    const lanes = [
      ...MATCHING_LANES,
      ...NOTIFICATION_LANES,
      ...advisoryLanes(deps),
      ...scanLanes(config.scans),
    ];
    const stopJobs = startJobs(deps, lanes, JOBS_EVERY);
    const stopSchedule = startSchedule(deps, dailyTasks(folder, config), FIRST_TASKS_AFTER);
    await store.announce(reachable(running.http));
    const { close, ...addresses } = running;
    process.stdout.write(`${JSON.stringify({ event: 'ready', ...addresses, adminTokenFile })}\n`);
    await untilStopped();
    stopping.abort(new AssayError('aborted', 'the server stops'));
    await Promise.all([close(), stopJobs(), stopSchedule()]);
    return 0;
  } finally {
    await identity.close();
    await store.close();
  }
}

/**
 * The first start: a project to answer for and an admin's token, of which only the path is told;
 * of several replicas the first one has it.
 */
async function prepare(
  deps: Deps,
  folder: string,
  config: ServeConfig,
): Promise<string | undefined> {
  await ensureProject(deps, SYSTEM, config.project);
  const given = await readSystemPolicy(config.systemPolicy);
  await installSystemPolicy(deps, { caller: SYSTEM, given });
  const file = join(folder, ADMIN_TOKEN_FILE);
  const tokens = await listTokens(deps, { caller: SYSTEM });
  if (tokens.some(({ roles, project }) => roles.includes('admin') && project === undefined)) {
    return existsSync(file) ? file : undefined;
  }
  // The file comes first: a token whose secret was lost with a crash could never be used.
  const handOver = async (secret: string): Promise<void> => {
    await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  };
  await createToken(deps, { caller: SYSTEM, name: 'admin', roles: ['admin'], handOver });
  return file;
}

interface Running {
  readonly http: string;
  readonly webhook: string;
  /** `HOST:PORT`, as gRPC's clients take it. */
  readonly grpc: string;
  readonly ca?: string;
  readonly close: () => Promise<void>;
}

async function listen(
  deps: Deps,
  folder: string,
  config: ServeConfig & { readonly identity: WatchedIdentity },
): Promise<Running> {
  const authenticator: Authenticator = {
    findToken: (secret) => authenticateBearer(deps, config.identity.current(), secret),
    grants: () => config.identity.current().grants,
    openWebhook: config.webhookClientCa === undefined,
    ...(config.anonymousRole === undefined ? {} : { anonymousRole: config.anonymousRole }),
  };
  if (authenticator.openWebhook) {
    deps.log.warn(
      {},
      'the webhook asks for no client certificate: anybody on this machine may ask it',
    );
  }
  let ready = true;
  const http = await buildHttp(deps, config, { authenticator, ready: () => ready });
  const webhook = await buildWebhook(deps, folder, { config, authenticator });
  const grpc = await buildGrpc(deps, config, authenticator);
  const close = async (): Promise<void> => {
    ready = false;
    http.unwatch();
    webhook.unwatch();
    grpc.unwatch();
    await Promise.all([http.app.close(), webhook.app.close(), grpc.app.close()]);
  };
  try {
    await startListening(http.app, config.http);
    await startListening(webhook.app, config.webhook);
    await startListening(grpc.app, config.grpc);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    http: addressOf(http.app, config.httpTls === undefined ? 'http' : 'https', config.http.host),
    webhook: addressOf(webhook.app, 'https', config.webhook.host),
    grpc: `${urlHost(config.grpc.host)}:${grpcPort(grpc.app)}`,
    ...(webhook.caFile === undefined ? {} : { ca: webhook.caFile }),
    close,
  };
}

interface Listener {
  readonly app: FastifyInstance;
  readonly unwatch: () => void;
}

async function buildHttp(
  deps: Deps,
  config: ServeConfig,
  parts: { readonly authenticator: Authenticator; readonly ready: () => boolean },
): Promise<Listener> {
  const { hosts, httpTls, githubSecretFile: file } = config;
  const secret = file === undefined ? {} : { githubSecret: await readWebhookSecret(file) };
  const options = { ...parts, ...secret, hosts };
  if (httpTls === undefined)
    return { app: buildHttpListener(deps, options), unwatch: () => undefined };
  const app = buildHttpListener(deps, { ...options, tls: await readTlsFiles(httpTls) });
  return { app, unwatch: reload(deps, app, httpTls) };
}

const LEAST_SECRET = 16;

async function readWebhookSecret(file: string): Promise<string> {
  const secret = await readSecretFile(file);
  if (secret.length >= LEAST_SECRET) return secret;
  const message = `${file} has a secret of less than ${LEAST_SECRET} characters: it can be guessed`;
  throw new AssayError('invalid-argument', `${message}; make one: openssl rand -hex 32`);
}

/** gRPC has the certificate of the API. */
async function buildGrpc(
  deps: Deps,
  { httpTls }: ServeConfig,
  authenticator: Authenticator,
): Promise<{ readonly app: GrpcListener; readonly unwatch: () => void }> {
  if (httpTls === undefined) {
    return { app: buildGrpcListener(deps, { authenticator }), unwatch: () => undefined };
  }
  const app = buildGrpcListener(deps, { authenticator, tls: await readTlsFiles(httpTls) });
  return { app, unwatch: reload(deps, app, httpTls) };
}

async function buildWebhook(
  deps: Deps,
  folder: string,
  parts: { readonly config: ServeConfig; readonly authenticator: Authenticator },
): Promise<Listener & { readonly caFile?: string }> {
  const { config, authenticator } = parts;
  const { project, cluster, webhookTls, webhookClientCa: clientCa } = config;
  const build = (tls: TlsMaterial): FastifyInstance =>
    buildWebhookListener(deps, {
      tls,
      authenticator,
      project,
      ...(cluster === undefined ? {} : { cluster }),
    }) as unknown as FastifyInstance;
  const own: TlsFiles & { readonly caFile?: string } =
    webhookTls ?? (await ownWebhookFiles(folder, config));
  const { cert, key } = own;
  const files = { cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
  const app = build(await readTlsFiles(files));
  const unwatch = reload(deps, app, files);
  return { app, unwatch, ...(own.caFile === undefined ? {} : { caFile: own.caFile }) };
}

/**
 * Own certificate files; where they are renewed while we run they are read again like given ones.
 */
function ownWebhookFiles(
  folder: string,
  { webhookHosts }: ServeConfig,
): Promise<TlsFiles & { readonly caFile: string }> {
  return ownTlsFiles(join(folder, 'tls'), webhookHosts, Date.now());
}

/**
 * Takes changed certificate files into use for new connections; a broken file keeps the old one.
 */
function reload(deps: Deps, app: { readonly server: object }, files: TlsFiles): () => void {
  const server = app.server as { setSecureContext: (material: TlsMaterial) => void };
  return watchTlsFiles(files, {
    changed: (material) => {
      server.setSecureContext(material);
      deps.log.info({ cert: files.cert }, 'certificate files were read again');
    },
    failed: (error) =>
      deps.log.error({ err: error, cert: files.cert }, 'certificate files cannot be read'),
  });
}

function addressOf(app: FastifyInstance, scheme: string, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  return `${scheme}://${urlHost(host)}:${port}`;
}

/** An address for commands on this machine, also where every interface listens. */
function reachable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}
