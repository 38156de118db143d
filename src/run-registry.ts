/** `assay registry serve DIR`: a folder and its listener, from ready line to clean stop. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { OptionValues } from './cli/command.ts';
import { isOn, textOption } from './cli/options.ts';
import { type Listen, isLocal, parseListen } from './config.ts';
import { AssayError } from './domain/error.ts';
import { commandLog, systemNow } from './make-deps.ts';
import { createIdSource } from './make-id.ts';
import { buildRegistryListener } from './server/registry-listener.ts';
import { startListening, urlHost } from './start-listening.ts';
import { untilStopped } from './until-stopped.ts';
import { closeBlobFolder, openBlobFolder } from './store/blob-folder.ts';

/** Requests under way have so long to end when the registry is stopped, in milliseconds. */
const GRACE = 5000;

/** Serves the folder until SIGTERM or SIGINT; resolves to the exit code. */
export async function runRegistry(folder: string, options: OptionValues): Promise<number> {
  const listen = readListen(options);
  const stopped = untilStopped();
  const blobs = await openBlobFolder({
    folder,
    readOnly: isOn(options, 'readOnly'),
    now: systemNow,
    newId: createIdSource(Date.now),
  });
  const log = commandLog((text) => void process.stderr.write(text));
  const app = buildRegistryListener({ folder: blobs, log }, { hosts: [urlHost(listen.host)] });
  try {
    await startListening(app, listen);
    const { port } = app.server.address() as AddressInfo;
    const http = `http://${urlHost(listen.host)}:${port}`;
    process.stdout.write(`${JSON.stringify({ event: 'ready', http })}\n`);
    await stopped;
    return 0;
  } finally {
    await close(app);
    await closeBlobFolder(blobs);
  }
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

/** Waits a little for requests under way, then cuts them off: what is half-written is dropped. */
async function close(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), GRACE);
  await app.close();
  clearTimeout(cut);
}
