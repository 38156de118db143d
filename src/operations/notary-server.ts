/** Calling a notary server for somebody: who may have which server called. */
import { type Caller, isAllowed } from '../domain/caller.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { NotaryClient } from '../remote/notary-client.ts';
import type { Deps } from './deps.ts';

/** Which server is to be called, and for whom. */
export interface NotaryCall {
  /** Absent: nobody asks but a policy, which has no rights of its own. */
  readonly caller?: Caller;
  /** `https://HOST[:PORT]`. */
  readonly server: string;
}

/**
 * Works with a client of a server, under the guard of registries: the network is this server's, so
 * only admins may have it call into its own.
 */
export async function withNotary<T>(
  deps: Pick<Deps, 'openNotary' | 'guardRegistry'>,
  { caller, server }: NotaryCall,
  work: (client: NotaryClient) => Promise<T>,
): Promise<T> {
  const { client, host } = await deps.openNotary(server);
  try {
    const anywhere = caller !== undefined && isAllowed(caller, 'assay.images.scanInner', undefined);
    if (!anywhere) await deps.guardRegistry?.(parseImageReference(`${host}/notary`));
    return await work(client);
  } finally {
    await client.close();
  }
}

/** A repository as metadata name it: with its registry, without tag and digest. */
export function gunOf(image: string): string {
  return parseImageReference(image).name;
}
