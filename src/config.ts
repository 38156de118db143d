/** Flags and variables of `assay serve` as one checked value. */
import { hostname } from 'node:os';
import type { OptionValues } from './cli/command.ts';
import { isOn, textOption, textOptions } from './cli/options.ts';
import { BASIC_ROLES, type BasicRole } from './domain/role.ts';
import { AssayError } from './domain/error.ts';
import { isLoopbackAddress } from './domain/loopback.ts';
import { parseClusterKey, parseProjectId } from './domain/resource-name.ts';
import { readAllowedPlaces } from './remote/destination-guard.ts';
import { ALLOW_REGISTRY } from './remote/inner-registry.ts';
import type { TlsFiles } from './server/tls-material.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Where a listener listens. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** What the server is started with. */
export interface ServeConfig {
  readonly http: Listen;
  readonly webhook: Listen;
  readonly grpc: Listen;
  /** Of the API, over HTTP and gRPC. */
  readonly httpTls?: TlsFiles;
  /** Absent: the server makes its own. */
  readonly webhookTls?: TlsFiles;
  /** Authority of the API servers' certificates; absent: none is asked for. */
  readonly webhookClientCa?: string;
  /** Names in the webhook's own certificate. */
  readonly webhookHosts: readonly string[];
  /** Further Host names of the API. */
  readonly hosts: readonly string[];
  readonly project: string;
  readonly cluster?: string;
  /** File with the system policy; absent: the built-in one. */
  readonly systemPolicy?: string;
  readonly anonymousRole?: BasicRole;
  readonly plainHttp: boolean;
  /** `HOST=URL` of registries that are read somewhere else. */
  readonly registryMirrors: readonly string[];
  /** `HOST=FILE` of authorities that are trusted for one registry alone. */
  readonly registryAuthorities: readonly string[];
  /** Docker's `config.json`, or a Kubernetes pull secret. */
  readonly registryAuth?: string;
  /** Folder of pull secrets by project and namespace. */
  readonly pullSecrets?: string;
  /** Hosts, addresses and ranges of our own network whose registries not only admins may use. */
  readonly allowedRegistries: readonly string[];
  /** Hosts, addresses and ranges of our own network that notifications may go to. */
  readonly allowedDestinations: readonly string[];
  /** File with the secret of GitHub's webhooks; absent: they are not believed. */
  readonly githubSecretFile?: string;
  /** How many scans run at once by themselves, and of one registry over all replicas. */
  readonly scans: { readonly workers: number; readonly perRegistry: number };
  readonly logLevel: string;
}

/** Reads and checks the options; refuses listeners beyond loopback that have no TLS or identity. */
export function readServeConfig(options: OptionValues): ServeConfig {
  const http = parseListen('http', textOption(options, 'http') ?? '127.0.0.1:8080');
  const webhook = parseListen('webhook', textOption(options, 'webhook') ?? '127.0.0.1:8443');
  const grpc = parseListen('grpc', textOption(options, 'grpc') ?? '127.0.0.1:9090');
  const httpTls = httpTlsFiles(options);
  const webhookTls = tlsFiles(options, 'webhookCert', 'webhookKey');
  const webhookClientCa = textOption(options, 'webhookClientCa');
  refuseOpenListeners({ http, webhook, grpc }, httpTls, webhookClientCa);
  const cluster = textOption(options, 'cluster');
  if (cluster !== undefined) parseClusterKey(cluster);
  const systemPolicy = textOption(options, 'systemPolicy');
  const role = BASIC_ROLES.find((one) => one === textOption(options, 'anonymousRole'));
  if (role !== undefined) refuseAnonymous({ http, grpc });
  return {
    http,
    webhook,
    grpc,
    ...given({ httpTls, webhookTls, webhookClientCa, cluster, systemPolicy, anonymousRole: role }),
    ...given({ githubSecretFile: textOption(options, 'githubWebhookSecretFile') }),
    webhookHosts: [
      'localhost',
      '127.0.0.1',
      '::1',
      hostname(),
      ...textOptions(options, 'webhookHost'),
    ],
    hosts: textOptions(options, 'host'),
    project: parseProjectId(textOption(options, 'project') ?? 'default'),
    plainHttp: isOn(options, 'plainHttp'),
    registryMirrors: textOptions(options, 'registryMirror'),
    registryAuthorities: textOptions(options, 'registryCa'),
    ...given({ registryAuth: textOption(options, 'registryAuth') }),
    ...given({ pullSecrets: textOption(options, 'pullSecrets') }),
    allowedRegistries: readPlaces(ALLOW_REGISTRY, textOptions(options, 'allowRegistry')),
    allowedDestinations: readPlaces(
      '--allow-destination',
      textOptions(options, 'allowDestination'),
    ),
    scans: {
      workers: readWidth(options, 'scanWorkers'),
      perRegistry: readWidth(options, 'scansPerRegistry'),
    },
    logLevel: readLogLevel(textOption(options, 'logLevel') ?? 'info'),
  };
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  // Only absent fields were left out.
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** Wrong entries are refused at the start, not with the first call. */
function readPlaces(flag: string, allowed: readonly string[]): readonly string[] {
  readAllowedPlaces({ allowed, flag });
  return allowed;
}

const MAX_WIDTH = 64;

function readWidth(options: OptionValues, name: 'scanWorkers' | 'scansPerRegistry'): number {
  const text = textOption(options, name) ?? '2';
  const least = name === 'scanWorkers' ? 0 : 1;
  const width = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (width >= least && width <= MAX_WIDTH) return width;
  const flag = name === 'scanWorkers' ? '--scan-workers' : '--scans-per-registry';
  const message = `${flag} is ${JSON.stringify(text)}; give a whole number up to ${MAX_WIDTH}`;
  throw new AssayError('invalid-argument', message);
}

function readLogLevel(text: string): string {
  if (LOG_LEVELS.includes(text)) return text;
  throw new AssayError(
    'invalid-argument',
    `--log-level is ${JSON.stringify(text)}; give one of ${LOG_LEVELS.join(', ')}`,
  );
}

/** Reads `HOST:PORT`; IPv6 hosts stand in brackets. */
export function parseListen(flag: string, text: string): Listen {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] !== undefined && port <= 65_535) {
    return { host: match[1].replace(/^\[|\]$/g, ''), port };
  }
  throw new AssayError(
    'invalid-argument',
    `--${flag} is ${JSON.stringify(text)}; give HOST:PORT, e.g. 127.0.0.1:8080`,
  );
}

/** The API's certificate files, with the authority of its clients' where one is given. */
function httpTlsFiles(options: OptionValues): TlsFiles | undefined {
  const files = tlsFiles(options, 'tlsCert', 'tlsKey');
  const clientCa = textOption(options, 'clientCa');
  if (clientCa === undefined) return files;
  if (files !== undefined) return { ...files, clientCa };
  throw new AssayError(
    'invalid-argument',
    '--client-ca needs --tls-cert and --tls-key: certificates of clients are shown over TLS only',
  );
}

function tlsFiles(options: OptionValues, certName: string, keyName: string): TlsFiles | undefined {
  const [cert, key] = [textOption(options, certName), textOption(options, keyName)];
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new AssayError(
    'invalid-argument',
    'a listener with TLS flags needs both its certificate and its key file',
  );
}

function refuseOpenListeners(
  listeners: { readonly http: Listen; readonly webhook: Listen; readonly grpc: Listen },
  httpTls: TlsFiles | undefined,
  webhookClientCa: string | undefined,
): void {
  for (const flag of ['http', 'grpc'] as const) {
    if (isLocal(listeners[flag]) || httpTls !== undefined) continue;
    const why = 'tokens would travel in the clear';
    const message = `--${flag} beyond loopback needs --tls-cert and --tls-key: ${why}`;
    throw new AssayError('invalid-argument', message);
  }
  if (!isLocal(listeners.webhook) && webhookClientCa === undefined) {
    throw new AssayError(
      'invalid-argument',
      '--webhook beyond loopback needs --webhook-client-ca: anybody could ask it otherwise',
    );
  }
}

/** Beyond loopback a proxy on this machine would lend the role to everybody. */
function refuseAnonymous(listeners: Readonly<Record<'http' | 'grpc', Listen>>): void {
  for (const [flag, listen] of Object.entries(listeners)) {
    if (isLocal(listen)) continue;
    const message = `--anonymous-role needs --${flag} on loopback`;
    throw new AssayError('invalid-argument', message);
  }
}

/** Tells whether a listener is reached from this machine only. */
export function isLocal({ host }: Listen): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}
