/**
 * Notation's trust store on disk: `x509/KIND/NAME/` with files of certificates. Symbolic links are
 * refused and folders below a store are not gone into, as the specification says.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, isAssayError } from '../domain/error.ts';
import type { TrustStoreName } from '../signing/notation-policy.ts';
import { type NotationTrustStores, readTrustStoreFile } from '../signing/notation-trust-store.ts';
import type { SigningCertificate } from '../signing/signing-certificate.ts';
import { fileProblem, readFileCapped } from './read-text-file.ts';

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_FILES = 1000;
const CERTIFICATE_FILE = /\.(?:pem|crt|cer)$/;

/**
 * Reads the named stores below a folder, which is Notation's `truststore` or the folder that has
 * it. Throws `not-found` for a store that is not there.
 */
export async function readNotationTrust(
  folder: string,
  names: readonly TrustStoreName[],
): Promise<NotationTrustStores> {
  const root = await findRoot(folder);
  const stores = names.map(async ({ kind, name }) => {
    const certificates = await readStore(join(root, kind, name));
    return [`${kind}:${name}`, certificates] as const;
  });
  return new Map(await Promise.all(stores));
}

async function findRoot(folder: string): Promise<string> {
  const places = [join(folder, 'x509'), join(folder, 'truststore', 'x509')];
  for (const place of places) {
    if (await isFolder(place)) return place;
  }
  throw new AssayError(
    'not-found',
    `${folder} has no folder x509; name Notation's truststore, which has x509/ca/NAME/ and so on`,
  );
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch {
    return false;
  }
}

async function readStore(folder: string): Promise<readonly SigningCertificate[]> {
  await refuseLink(folder);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileProblem(folder, error);
  });
  const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const named = files.filter((name) => CERTIFICATE_FILE.test(name)).sort();
  if (named.length > MAX_FILES) {
    throw new AssayError('too-large', `${folder} has ${named.length} files; at most ${MAX_FILES}`);
  }
  const certificates: SigningCertificate[] = [];
  for (const name of named) certificates.push(...(await readFile(join(folder, name))));
  return certificates;
}

async function readFile(path: string): Promise<readonly SigningCertificate[]> {
  await refuseLink(path);
  const bytes = await readFileCapped(path, MAX_FILE_BYTES);
  try {
    return readTrustStoreFile(bytes, path);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw new AssayError('invalid-argument', cause.message, { cause });
  }
}

async function refuseLink(path: string): Promise<void> {
  const found = await lstat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (!found.isSymbolicLink()) return;
  throw new AssayError(
    'invalid-argument',
    `${path} is a symbolic link, which a trust store may not have; copy what it points to`,
  );
}
