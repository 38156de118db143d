/**
 * How a command reaches the operations: through a server that it names or that holds its data
 * folder, else on the data folder itself.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationsClient, Reach } from './cli/command.ts';
import type { Caller } from './domain/caller.ts';
import { AssayError } from './domain/error.ts';
import { commandLog, makeDeps, systemNow } from './make-deps.ts';
import { createIdSource } from './make-id.ts';
import { isOperationName, runOperation } from './operations/catalog.ts';
import type { FeedSettings } from './operations/feed-settings.ts';
import { readTextFile } from './remote/read-text-file.ts';
import { databaseFile } from './store/migrate-store.ts';
import { openStore } from './store/open-store.ts';
import { findLiveServer } from './store/serve-lock.ts';

/** Who reads and writes a data folder by a command owns its files: it may do all. */
const LOCAL_CALLER: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
const MAX_TOKEN_BYTES = 8192;

/** Opens the operations for one command. */
export async function openOperationsClient(
  reach: Reach & { readonly data: string },
): Promise<OperationsClient> {
  if (reach.server !== undefined) return openRemote(reach.server, reach.tokenFile);
  const holder = existsSync(reach.data) ? findLiveServer(reach.data) : undefined;
  // The server of a folder without a store has a database of its own: only it can be asked.
  const readable = reach.readOnly === true && existsSync(databaseFile(reach.data));
  if (holder === undefined || readable) return openLocal(reach);
  if (holder.http === '') {
    throw new AssayError(
      'unavailable',
      `the server that holds ${reach.data} is still starting; try again`,
    );
  }
  return openRemote(holder.http, reach.tokenFile ?? join(reach.data, ADMIN_TOKEN_FILE));
}

/** The admin token's file in a data folder. */
export const ADMIN_TOKEN_FILE = 'admin-token';

async function openRemote(url: string, tokenFile: string | undefined): Promise<OperationsClient> {
  const token =
    tokenFile === undefined ? undefined : (await readTextFile(tokenFile, MAX_TOKEN_BYTES)).trim();
  // Loaded here because a command on a data folder needs no HTTP client, and it loads slowly.
  const { remoteOperations } = await import('./cli/remote-operations.ts');
  return remoteOperations({ url, token });
}

async function openLocal(reach: Reach & { readonly data: string }): Promise<OperationsClient> {
  const newId = createIdSource(Date.now);
  const mode = reach.readOnly === true ? 'read' : 'command';
  const store = await openStore({
    folder: reach.data,
    mode,
    now: systemNow,
    newId,
    writer: 'inline',
  });
  const deps = await makeDeps({
    store,
    newId,
    log: commandLog((text) => void process.stderr.write(text)),
    plainHttp: reach.plainHttp === true,
    mirrors: reach.mirrors ?? [],
    authorities: reach.authorities ?? [],
    ...(reach.registryAuth === undefined ? {} : { registryAuth: reach.registryAuth }),
    ...(await feedsOf(reach)),
    progress: reach.progress ?? (() => undefined),
  });
  return {
    call: async (name, input) => {
      if (!isOperationName(name)) throw new AssayError('internal', `no operation ${name}`);
      return runOperation(deps, name, { ...input, caller: LOCAL_CALLER });
    },
    close: () => store.close(),
  };
}

/** Read only for a command that fetches advisories; it ends with its process. */
async function feedsOf({
  feeds,
  data,
}: Reach & { readonly data: string }): Promise<{ feeds?: FeedSettings }> {
  if (feeds === undefined) return {};
  const { readFeedSettings } = await import('./feed-config.ts');
  return { feeds: readFeedSettings(feeds, { data, stopping: new AbortController().signal }) };
}
