/** Debian's docker-registry on a free loopback port, without a password. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A running stock registry. */
export interface StockRegistry {
  /** e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Where it tells of pushes. */
export interface NotifiedEndpoint {
  readonly url: string;
  readonly token: string;
}

/** Starts it on a fresh folder and waits until it answers. */
export async function startStockRegistry(
  program: string,
  notified?: NotifiedEndpoint,
): Promise<StockRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'stock-registry-'));
  const addr = `127.0.0.1:${await freePort()}`;
  const config = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr },
    log: { level: 'error' },
    ...(notified === undefined ? {} : { notifications: notificationsTo(notified) }),
  };
  writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const child = spawn(program, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  const url = `http://${addr}`;
  await untilAnswering(`${url}/v2/`);
  return {
    url,
    stop: async () => {
      if (child.kill()) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** As docs/how-to/scan-on-push.md has it, with retries that a test can wait for. */
function notificationsTo({ url, token }: NotifiedEndpoint): object {
  const headers = { Authorization: [`Bearer ${token}`] };
  const retry = { timeout: '2s', threshold: 3, backoff: '500ms' };
  return { endpoints: [{ name: 'assay', url, headers, ...retry }] };
}

async function untilAnswering(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (tries === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
