/** What the verbs of our small registry are given. It knows no callers: loopback is its fence. */
import { registryError } from '../domain/registry-error.ts';
import type { BlobFolder } from '../store/blob-folder.ts';
import type { Log } from './deps.ts';

/** The effects that the registry's operations may have. */
export interface RegistryDeps {
  readonly folder: BlobFolder;
  readonly log: Log;
}

/** Throws `UNSUPPORTED` where the registry only reads. */
export function refuseReadOnly({ folder }: RegistryDeps): void {
  if (!folder.readOnly) return;
  throw registryError(
    'UNSUPPORTED',
    'this registry was started with --read-only; start it without to push or delete',
  );
}
