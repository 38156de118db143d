/**
 * Pull secrets of Kubernetes namespaces, as a folder of mounted secrets: `PROJECT/NAMESPACE/` with
 * the file `.dockerconfigjson`. A namespace without one has opted out; what one has is for images
 * of its own requests and for nobody else's.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AssayError, isAssayError } from '../domain/error.ts';
import { findCredential, readDockerConfig, type RegistryCredential } from './docker-config.ts';

/** Whose requests they are for. */
export interface SecretPlace {
  readonly project: string;
  readonly namespace?: string | undefined;
}

/** A namespace's credentials. */
export interface PullSecret {
  /** Changes with the secret; tells nothing of it. */
  readonly version: string;
  /** Of a host and port, as a reference names them; undefined: the server's own are asked. */
  readonly credentialOf: (host: string) => RegistryCredential | undefined;
}

/** Names that are one plain step of a path; projects may have the domain of an organisation. */
const PROJECT = /^[a-z0-9](?:[a-z0-9.:-]{0,251}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads the secret of a namespace as it is now. Helpers that it names are never started: whoever
 * may write secrets in a namespace may not run programs here.
 */
export async function readPullSecret(
  folder: string,
  { project, namespace = '' }: SecretPlace,
): Promise<PullSecret | undefined> {
  if (!PROJECT.test(project) || !NAMESPACE.test(namespace)) return undefined;
  const config = await readIfThere(join(folder, project, namespace, '.dockerconfigjson'));
  if (config === undefined) return undefined;
  const auths = { auths: config['auths'] };
  const text = JSON.stringify([project, namespace, auths]);
  return {
    version: createHash('sha256').update(text).digest('hex'),
    credentialOf: (host) => {
      const found = findCredential(auths, host);
      return found.kind === 'none' ? undefined : found;
    },
  };
}

async function readIfThere(
  path: string,
): Promise<Awaited<ReturnType<typeof readDockerConfig>> | undefined> {
  try {
    return await readDockerConfig(path);
  } catch (error) {
    if (isAssayError(error, 'not-found')) return undefined;
    if (!isAssayError(error)) throw error;
    // Who deploys must not read where this server keeps its files.
    throw new AssayError(error.code, "the namespace's pull secret cannot be read; mend it", {
      cause: error,
    });
  }
}
