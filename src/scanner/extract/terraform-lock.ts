/** Terraform's `.terraform.lock.hcl`: a block for each provider that was chosen. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** Reads the providers by their full addresses, e.g. `registry.terraform.io/hashicorp/aws`. */
export function readTerraformLock(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  let name: string | undefined;
  let version: string | undefined;
  const take = (): void => {
    if (name !== undefined) list.add(name, version);
    name = undefined;
    version = undefined;
  };
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const provider = /^\s{0,64}provider\s{1,64}"([^"\\]{1,512})"\s{0,64}\{/.exec(text)?.[1];
    if (provider !== undefined) {
      take();
      name = provider;
    }
    version ??= /^\s{0,64}version\s{0,64}=\s{0,64}"([^"\\]{1,256})"/.exec(text)?.[1];
  }
  take();
  return list.database();
}
