/** Flags and variables of `assay serve` as one checked value. */
import { hostname } from 'node:os';
import type { OptionValues } from './cli/command.ts';
import { isOn, textOption, textOptions } from './cli/options.ts';
import { ROLES, type Role } from './domain/caller.ts';
import { AssayError } from './domain/error.ts';
import { parseClusterKey, parseProjectId } from './domain/resource-name.ts';
import { isLoopback } from './server/authenticate.ts';
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
  readonly httpTls?: TlsFiles;
  readonly webhookTls?: TlsFiles;
  /** Names in the webhook's own certificate. */
  readonly webhookHosts: readonly string[];
  /** Further Host names of the API. */
  readonly hosts: readonly string[];
  readonly project: string;
  readonly cluster?: string;
  readonly anonymousRole?: Role;
  readonly plainHttp: boolean;
  readonly logLevel: string;
}

/** Reads and checks the options; refuses listeners beyond loopback that have no TLS or identity. */
export function readServeConfig(options: OptionValues): ServeConfig {
  const http = parseListen('http', textOption(options, 'http') ?? '127.0.0.1:8080');
  const webhook = parseListen('webhook', textOption(options, 'webhook') ?? '127.0.0.1:8443');
  const httpTls = tlsFiles(options, { cert: 'tlsCert', key: 'tlsKey' });
  const webhookTls = tlsFiles(options, {
    cert: 'webhookCert',
    key: 'webhookKey',
    clientCa: 'webhookClientCa',
  });
  refuseOpenListeners({ http, webhook }, httpTls, webhookTls);
  const cluster = textOption(options, 'cluster');
  if (cluster !== undefined) parseClusterKey(cluster);
  const role = ROLES.find((one) => one === textOption(options, 'anonymousRole'));
  return {
    http,
    webhook,
    ...(httpTls === undefined ? {} : { httpTls }),
    ...(webhookTls === undefined ? {} : { webhookTls }),
    webhookHosts: [
      'localhost',
      '127.0.0.1',
      '::1',
      hostname(),
      ...textOptions(options, 'webhookHost'),
    ],
    hosts: textOptions(options, 'host'),
    project: parseProjectId(textOption(options, 'project') ?? 'default'),
    ...(cluster === undefined ? {} : { cluster }),
    ...(role === undefined ? {} : { anonymousRole: role }),
    plainHttp: isOn(options, 'plainHttp'),
    logLevel: readLogLevel(textOption(options, 'logLevel') ?? 'info'),
  };
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

function tlsFiles(
  options: OptionValues,
  names: { readonly cert: string; readonly key: string; readonly clientCa?: string },
): TlsFiles | undefined {
  const [cert, key] = [textOption(options, names.cert), textOption(options, names.key)];
  const clientCa = names.clientCa === undefined ? undefined : textOption(options, names.clientCa);
  if (cert === undefined && key === undefined && clientCa === undefined) return undefined;
  if (cert !== undefined && key !== undefined)
    return { cert, key, ...(clientCa === undefined ? {} : { clientCa }) };
  throw new AssayError(
    'invalid-argument',
    'a listener with TLS flags needs both its certificate and its key file',
  );
}

function refuseOpenListeners(
  listeners: { readonly http: Listen; readonly webhook: Listen },
  httpTls: TlsFiles | undefined,
  webhookTls: TlsFiles | undefined,
): void {
  if (!isLocal(listeners.http) && httpTls === undefined) {
    throw new AssayError(
      'invalid-argument',
      '--http beyond loopback needs --tls-cert and --tls-key: tokens would travel in the clear',
    );
  }
  if (!isLocal(listeners.webhook) && webhookTls?.clientCa === undefined) {
    throw new AssayError(
      'invalid-argument',
      '--webhook beyond loopback needs --webhook-cert, --webhook-key and --webhook-client-ca',
    );
  }
}

function isLocal({ host }: Listen): boolean {
  return host === 'localhost' || isLoopback(host);
}
