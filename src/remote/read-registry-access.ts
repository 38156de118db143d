/** How registries are reached, from the options and variables that operators give. */
import { readProxyRule } from './proxy-rule.ts';
import type { RegistryAccess } from './registry-access.ts';
import { parseAuthorityFiles, parseMirrors } from './registry-address.ts';
import { openRegistryNetwork } from './registry-network.ts';

/** The options as they were given. */
export interface RegistryOptions {
  readonly plainHttp?: boolean;
  /** `HOST=URL` of registries that are read somewhere else. */
  readonly mirrors?: readonly string[] | undefined;
  /** `HOST=FILE` of authorities that are trusted for one registry alone. */
  readonly authorities?: readonly string[] | undefined;
  /** Docker's `config.json`, or a Kubernetes pull secret; absent: where Docker itself looks. */
  readonly registryAuth?: string | undefined;
}

/** Reads the options; proxies come from the variables. */
export function readRegistryAccess(
  { plainHttp = false, mirrors = [], authorities = [], registryAuth }: RegistryOptions,
  env: NodeJS.ProcessEnv,
): RegistryAccess {
  const proxies = readProxyRule(env);
  return {
    ...(plainHttp ? { plainHttp } : {}),
    ...(mirrors.length === 0 ? {} : { mirrors: parseMirrors(mirrors) }),
    ...(authorities.length === 0 ? {} : { caFiles: parseAuthorityFiles(authorities) }),
    ...(registryAuth === undefined ? {} : { dockerConfig: registryAuth }),
    ...(proxies && { proxies }),
    network: openRegistryNetwork(),
  };
}
