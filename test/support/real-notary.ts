/**
 * A real notary server on loopback with its store in memory, and the real client with keys in a
 * folder of its own; both as scripts/unpack-debian.sh has them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram } from './assay-command.ts';

/** The server, and the client that publishes to it. */
export interface NotaryServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Keys of the client and files of the test. */
  readonly folder: string;
  /** Runs `notary ARGS`; rejects where it fails. */
  readonly notary: (...args: readonly string[]) => Promise<string>;
  /** A document as the server sends it. */
  readonly document: (gun: string, name: string) => Promise<Uint8Array>;
  readonly stop: () => Promise<void>;
}

const PASSPHRASES = ['ROOT', 'TARGETS', 'SNAPSHOT', 'DELEGATION'];

/** Starts a server; whoever starts it stops it. */
export async function startNotaryServer(programs: {
  readonly server: string;
  readonly client: string;
}): Promise<NotaryServer> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-notary-'));
  const port = await freePort();
  const config = {
    server: { http_addr: `127.0.0.1:${port}` },
    trust_service: { type: 'local' },
    logging: { level: 'error' },
    storage: { backend: 'memory' },
  };
  const file = join(folder, 'server.json');
  await writeFile(file, JSON.stringify(config));
  const child = spawn(programs.server, ['-config', file], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await answers(url);
  const passphrases = PASSPHRASES.map((name) => [`NOTARY_${name}_PASSPHRASE`, 'a long passphrase']);
  const env = { ...Object.fromEntries(passphrases), HOME: folder };
  return {
    url,
    folder,
    notary: async (...args) => {
      const where = ['-s', url, '-d', join(folder, 'trust')];
      // It asks before it rotates a root's key.
      const around = { env, input: 'yes\n' };
      const { code, stdout, stderr } = await runProgram(
        programs.client,
        [...where, ...args],
        around,
      );
      if (code !== 0) throw new Error(`notary ${args.join(' ')}: ${stdout} ${stderr}`);
      return stdout;
    },
    document: async (gun, name) => {
      const answer = await fetch(`${url}/v2/${gun}/_trust/tuf/${name}.json`);
      if (!answer.ok) throw new Error(`${name} of ${gun}: ${answer.status}`);
      return new Uint8Array(await answer.arrayBuffer());
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The server takes no port 0 that it would tell. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      await fetch(`${url}/v2/`);
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`the notary server at ${url} does not answer`);
}
