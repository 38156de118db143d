/** How registries may be reached, as operators and commands say it: one value for all who read. */
import type { RegistryCredential } from './docker-config.ts';
import type { ProxyRule } from './proxy-rule.ts';
import type { RegistryNetwork } from './registry-network.ts';
import type { RemoteLimits } from './remote-limits.ts';

/** How registries may be reached; every field has a safe default. */
export interface RegistryAccess {
  /**
   * `true`: plain HTTP for every registry; `false`: for none. Otherwise for loopback only, and
   * there only while no `caFile` says that TLS is in use.
   */
  readonly plainHttp?: boolean;
  /** Registries that are read somewhere else, by the domain that references name. */
  readonly mirrors?: ReadonlyMap<string, URL>;
  /** `true`: no credentials are looked for or sent. */
  readonly anonymous?: boolean;
  /** Credentials that stand before those of the Docker config, by host and port. */
  readonly credentialOf?: (host: string) => RegistryCredential | undefined;
  /** Path of Docker's `config.json`; default: in `$DOCKER_CONFIG`, else in `~/.docker`. */
  readonly dockerConfig?: string;
  /** A PEM file of certificate authorities trusted besides the well-known ones. */
  readonly caFile?: string;
  /** PEM files of authorities by the host or `HOST:PORT` for which alone they are trusted. */
  readonly caFiles?: ReadonlyMap<string, string>;
  /** The proxies of the environment; absent: every connection is direct. */
  readonly proxies?: ProxyRule | undefined;
  /** What checks hosts, shared with who checked them before; default: one of the client's own. */
  readonly network?: RegistryNetwork;
  /** Caps that differ from the defaults. */
  readonly limits?: Partial<RemoteLimits>;
}
