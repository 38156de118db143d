/** `assay registry serve` within a test's own process, on a free loopback port and a fresh folder. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdSource } from '../../src/make-id.ts';
import type { Log } from '../../src/operations/deps.ts';
import { buildRegistryListener } from '../../src/server/registry-listener.ts';
import { closeBlobFolder, openBlobFolder } from '../../src/store/blob-folder.ts';

/** A running registry of ours. */
export interface OwnRegistry {
  /** e.g. `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Host and port, as references write them. */
  readonly host: string;
  /** What it keeps its content in. */
  readonly folder: string;
  /** Path and query of each request, in order. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

const SILENT: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Starts it; whoever starts it stops it, and its folder goes with it. */
export async function startOwnRegistry(): Promise<OwnRegistry> {
  const folder = await openBlobFolder({
    folder: await mkdtemp(join(tmpdir(), 'own-registry-')),
    now: () => 0,
    newId: createIdSource(Date.now),
  });
  const deps = { folder, log: SILENT, summaries: new Map() };
  const app = buildRegistryListener(deps, { hosts: [] });
  const asked: string[] = [];
  app.addHook('onRequest', async ({ method, url }) => void asked.push(`${method} ${url}`));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const host = `127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    folder: folder.root,
    asked,
    stop: async () => {
      app.server.closeAllConnections();
      await app.close();
      await closeBlobFolder(folder);
      await rm(folder.root, { recursive: true, force: true });
    },
  };
}
