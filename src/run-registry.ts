/** `assay registry serve DIR`: a folder and its listener, from ready line to clean stop. */
import { rename, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { OptionValues } from './cli/command.ts';
import { isOn, textOption, textOptions } from './cli/options.ts';
import { type Listen, isLocal, parseListen } from './config.ts';
import { AssayError } from './domain/error.ts';
import { commandLog, systemNow } from './make-deps.ts';
import { createIdSource } from './make-id.ts';
import { readSecretFile } from './operations/read-secret-file.ts';
import type { PushNotifier } from './remote/push-notifier.ts';
import type { RegistryDeps } from './operations/registry-deps.ts';
import { parseHostNames } from './server/proxy-target.ts';
import { buildRegistryListener } from './server/registry-listener.ts';
import type { TlsMaterial } from './server/tls-material.ts';
import { startListening, urlHost } from './start-listening.ts';
import { untilStopped } from './until-stopped.ts';
import { closeBlobFolder, openBlobFolder } from './store/blob-folder.ts';

/** Requests under way have so long to end when the registry is stopped, in milliseconds. */
const GRACE = 5000;

interface RegistryConfig {
  readonly listen: Listen;
  readonly readOnly: boolean;
  readonly upstream?: string;
  /** The server that is told of pushes, and the file with its token. */
  readonly notify?: { readonly url: string; readonly tokenFile: string };
  /** Names of `--host`. */
  readonly hosts: readonly string[];
  /** Where the authority's certificate is written. */
  readonly proxyCa?: string;
}

/** Serves the folder until SIGTERM or SIGINT; resolves to the exit code. */
export async function runRegistry(folder: string, options: OptionValues): Promise<number> {
  const config = readConfig(options);
  const stopped = untilStopped();
  const deps = await openRegistry(folder, config);
  try {
    const app = buildRegistryListener(deps, {
      hosts: [urlHost(config.listen.host), ...config.hosts],
      ...(config.proxyCa === undefined ? {} : { tls: await makeTls(config.hosts, config.proxyCa) }),
    });
    try {
      await startListening(app, config.listen);
      process.stdout.write(`${JSON.stringify(readyEvent(app, config))}\n`);
      await stopped;
      return 0;
    } finally {
      await close(app);
    }
  } finally {
    deps.notifier?.close();
    await closeBlobFolder(deps.folder);
    await deps.upstream?.close();
  }
}

function readConfig(options: OptionValues): RegistryConfig {
  const hosts = parseHostNames(textOptions(options, 'host'));
  const proxyCa = textOption(options, 'proxyCa');
  if (proxyCa !== undefined && hosts.length === 0) {
    const message = '--proxy-ca needs a --host: only named hosts are answered over TLS';
    throw new AssayError('invalid-argument', message);
  }
  const upstream = textOption(options, 'upstream');
  return {
    listen: readListen(options),
    readOnly: isOn(options, 'readOnly'),
    hosts,
    ...(upstream === undefined ? {} : { upstream }),
    ...readNotify(options),
    ...(proxyCa === undefined ? {} : { proxyCa }),
  };
}

function readNotify(options: OptionValues): Pick<RegistryConfig, 'notify'> {
  const [url, tokenFile] = [textOption(options, 'notify'), textOption(options, 'notifyTokenFile')];
  if (url === undefined && tokenFile === undefined) return {};
  if (url !== undefined && tokenFile !== undefined) return { notify: { url, tokenFile } };
  throw new AssayError('invalid-argument', '--notify and --notify-token-file need each other');
}

function readListen(options: OptionValues): Listen {
  const listen = parseListen('listen', textOption(options, 'listen') ?? '127.0.0.1:5000');
  if (isLocal(listen)) return listen;
  throw new AssayError(
    'invalid-argument',
    `--listen ${listen.host} is beyond loopback, where the registry is not served: it ` +
      `has neither ` +
      'TLS nor logins; listen on 127.0.0.1 and put a proxy that has them in front',
  );
}

async function openRegistry(folder: string, config: RegistryConfig): Promise<RegistryDeps> {
  const { upstream, readOnly, notify } = config;
  const notifier = notify && (await openNotifier(notify));
  const opened =
    upstream === undefined
      ? undefined
      : (await import('./remote/upstream-registry.ts')).openUpstreamRegistry(upstream);
  return {
    folder: await openBlobFolder({
      folder,
      readOnly,
      now: systemNow,
      newId: createIdSource(Date.now),
    }),
    summaries: new Map(),
    log: commandLog((text) => void process.stderr.write(text)),
    ...(opened === undefined ? {} : { upstream: opened }),
    ...(notifier === undefined ? {} : { notifier }),
  };
}

async function openNotifier(notify: NonNullable<RegistryConfig['notify']>): Promise<PushNotifier> {
  const { openPushNotifier } = await import('./remote/push-notifier.ts');
  return openPushNotifier({
    url: notify.url,
    token: await readSecretFile(notify.tokenFile),
    newId: createIdSource(Date.now),
    now: systemNow,
    warn: commandLog((text) => void process.stderr.write(text)).warn,
  });
}

/**
 * A certificate for the names by an authority of this run. Its key is kept nowhere: who trusts the
 * file trusts nobody else by it.
 */
async function makeTls(hosts: readonly string[], file: string): Promise<TlsMaterial> {
  const { makeAuthority, makeServerCertificate } = await import('./server/make-certificates.ts');
  const now = Date.now();
  const authority = await makeAuthority(now, 'Assay registry authority');
  const { certificate: cert, key } = await makeServerCertificate(authority, hosts, now);
  await writeFile(`${file}.new`, authority.certificate, { mode: 0o644 });
  await rename(`${file}.new`, file);
  return { cert, key };
}

function readyEvent(app: FastifyInstance, { listen, proxyCa }: RegistryConfig): object {
  const { port } = app.server.address() as AddressInfo;
  const http = `http://${urlHost(listen.host)}:${port}`;
  return { event: 'ready', http, ...(proxyCa === undefined ? {} : { ca: proxyCa }) };
}

/** Waits a little for requests under way, then cuts them off: what is half-written is dropped. */
async function close(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), GRACE);
  await app.close();
  clearTimeout(cut);
}
