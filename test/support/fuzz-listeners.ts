/**
 * The API in this process for fuzzing: real store, real operations, REST without a socket and gRPC
 * over loopback; and a measure of the heap, so that a leak shows.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../src/domain/caller.ts';
import { makeDeps } from '../../src/make-deps.ts';
import { createIdSource } from '../../src/make-id.ts';
import { createProject } from '../../src/operations/create-project.ts';
import type { Deps } from '../../src/operations/deps.ts';
import type { Authenticator } from '../../src/server/authenticate.ts';
import { buildGrpcListener, type GrpcListener } from '../../src/server/grpc-listener.ts';
import { buildHttpListener } from '../../src/server/http-listener.ts';
import { openStore } from '../../src/store/open-store.ts';

/** Listeners over one store with the project `fuzz`. */
export interface FuzzListeners {
  readonly deps: Deps;
  readonly http: FastifyInstance;
  readonly grpc: GrpcListener;
  /** What was logged as an error: nothing, if all is well. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

const ADMIN: Caller = { name: 'fuzz', grants: [{ role: 'admin' }] };

/** The token that the listeners know. */
export const FUZZ_TOKEN = 'fuzz';

/** Opens the listeners on a fresh data folder. */
export async function openFuzzListeners(): Promise<FuzzListeners> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-fuzz-'));
  const newId = createIdSource(Date.now);
  const now = (): number => Date.now() * 1000;
  const store = await openStore({ folder, mode: 'command', now, newId, writer: 'inline' });
  const errors: string[] = [];
  const silent = (): void => undefined;
  const error = (fields: object, message: string): void => {
    const { err } = fields as { err?: Error };
    if (errors.length < 10) errors.push(`${message}: ${err?.stack ?? ''}`);
  };
  const log = { info: silent, warn: silent, error };
  const parts = { plainHttp: false, mirrors: [], progress: silent };
  const deps = await makeDeps({ ...parts, store, log, newId, allowedRegistries: [] });
  await createProject(deps, { caller: ADMIN, project: 'fuzz' });
  const authenticator: Authenticator = {
    findToken: async (secret) => (secret === FUZZ_TOKEN ? ADMIN : undefined),
    grants: () => [],
    openWebhook: false,
  };
  const http = buildHttpListener(deps, { authenticator, hosts: [], ready: () => true });
  const grpc = buildGrpcListener(deps, { authenticator });
  await grpc.listen({ host: '127.0.0.1', port: 0 });
  const close = async (): Promise<void> => {
    await Promise.all([http.close(), grpc.close()]);
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { deps, http, grpc, errors, close };
}

/** Bytes of the heap that are in use once nothing is left to collect. */
export function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
