/**
 * The registry that ours reads through to. It is asked without credentials: whoever reaches our
 * registry would otherwise read with its operator's.
 */
import type { Digest } from '../domain/digest.ts';
import { type Tag, isTag } from '../domain/repository-path.ts';
import { parseManifest } from '../image/manifest.ts';
import { parseRegistryUrl } from './registry-address.ts';
import type { OpenedBlob, ReferrersPage, RegistryClient } from './registry-client.ts';
import { openRegistryClient } from './registry-client.ts';

/** A manifest that has the digest. */
export interface UpstreamManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

/** Reads of one registry; what comes is checked, what is missing is `not-found`. */
export interface UpstreamRegistry {
  /** Host and port. */
  readonly host: string;
  /** A manifest or index by tag or digest; refuses what is neither. */
  manifest(path: string, target: string): Promise<UpstreamManifest>;
  /** A blob, whose bytes fail before their last ones where they are not the digest's. */
  openBlob(path: string, digest: Digest): Promise<OpenedBlob>;
  /** A page of tags; `more` where others follow. */
  tags(
    path: string,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<{ readonly tags: readonly Tag[]; readonly more: boolean }>;
  /** A page of what is attached to a digest; `not-found` where it keeps no such lists. */
  referrers(path: string, digest: Digest, next?: string): Promise<ReferrersPage>;
  close(): Promise<void>;
}

/** Opens the registry of `--upstream`. Refuses a path, a user, and http beyond loopback. */
export function openUpstreamRegistry(address: string): UpstreamRegistry {
  const url = parseRegistryUrl('upstream', address);
  const plainHttp = url.protocol === 'http:';
  return upstreamOf(url.host, openRegistryClient({ plainHttp, anonymous: true }));
}

function upstreamOf(host: string, client: RegistryClient): UpstreamRegistry {
  const at = (path: string) => ({ domain: host, path });
  return {
    host,
    async manifest(path, target) {
      const { bytes, mediaType, digest } = await client.manifest({ repository: at(path), target });
      return { bytes, digest, mediaType: parseManifest(bytes, mediaType).mediaType };
    },
    openBlob: (path, digest) => client.openBlob(at(path), digest),
    async tags(path, page) {
      const { tags, more } = await client.tags({ repository: at(path), ...page });
      return { tags: tags.filter(isTag), more };
    },
    referrers: (path, digest, next) => client.referrers({ repository: at(path), digest, next }),
    close: () => client.close(),
  };
}
