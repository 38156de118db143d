/** Asking registries and notary servers from a command, which keeps nothing for the next one. */
import type { Micros } from '../domain/time.ts';
import { openNotaryClient, parseNotaryServer } from '../remote/notary-client.ts';
import type { RegistryAccess } from '../remote/registry-access.ts';
import { openRegistryClient } from '../remote/registry-client.ts';
import type { CheckTrust } from './trust-question.ts';
import { verifyTrust } from './verify-trust.ts';

/** Opens a client, which must be closed; a notary's roots have to stand in the policy. */
export function openTrust(
  now: () => Micros,
  access: RegistryAccess,
): { readonly checkTrust: CheckTrust; readonly close: () => Promise<void> } {
  const registry = openRegistryClient(access);
  const openNotary = async (server: string) => {
    const url = parseNotaryServer(server, access.plainHttp === true);
    return { client: openNotaryClient(url, access), host: url.host };
  };
  const effects = { now, client: () => registry, openNotary };
  return {
    checkTrust: (question) => verifyTrust(effects, question),
    close: () => registry.close(),
  };
}
