/** Reaching registries for a command that needs neither a server nor a data folder. */
import { readRegistryAccess, type RegistryOptions } from '../remote/read-registry-access.ts';
import { openRegistryClient, type RegistryClient } from '../remote/registry-client.ts';

/** How registries are reached: what options say, and the environment for its proxies. */
export interface RegistryReach extends RegistryOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Opens a client as the options have it; whoever opens it closes it. */
export function reachRegistry({ env = {}, ...options }: RegistryReach): RegistryClient {
  return openRegistryClient(readRegistryAccess(options, env));
}
