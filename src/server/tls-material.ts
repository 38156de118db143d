/**
 * Where a listener's certificate comes from: the operator's files, read again when they change, or
 * an own authority in the data folder.
 */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import {
  type CertificatePair,
  makeAuthority,
  makeServerCertificate,
  servesHosts,
} from './make-certificates.ts';

/** Files of a listener's certificate, given by flags. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa?: string;
}

/** What `tls.createSecureContext` takes. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

/** How often the operator's files are looked at, in milliseconds. */
const WATCH_INTERVAL = 1000;
const MAX_PEM_BYTES = 1024 * 1024;

/** Reads the operator's certificate files; refuses missing, oversized and non-PEM ones by name. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsMaterial> {
  const [cert, key, ca] = await Promise.all([
    readPem(files.cert, 'CERTIFICATE'),
    readPem(files.key, 'PRIVATE KEY'),
    files.clientCa === undefined ? undefined : readPem(files.clientCa, 'CERTIFICATE'),
  ]);
  return ca === undefined ? { cert, key } : { cert, key, ca };
}

/** Calls `changed` with the new material after the files changed; returns how to stop. */
export function watchTlsFiles(
  files: TlsFiles,
  on: { changed: (material: TlsMaterial) => void; failed: (error: unknown) => void },
): () => void {
  let seen: string | undefined;
  const look = async (): Promise<void> => {
    const now = await fingerprint(files);
    if (seen !== undefined && now !== seen) on.changed(await readTlsFiles(files));
    seen = now;
  };
  const timer = setInterval(() => void look().catch(on.failed), WATCH_INTERVAL);
  timer.unref();
  void look().catch(on.failed);
  return () => clearInterval(timer);
}

/**
 * The files of the own certificate for these hosts in `folder` (`ca.pem`, `ca.key`, `server.pem`,
 * `server.key`), made or renewed where needed. `now` is in milliseconds.
 */
export async function ownTlsFiles(
  folder: string,
  hosts: readonly string[],
  now: number,
): Promise<TlsFiles & { readonly caFile: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority =
    (await readPair(folder, 'ca')) ?? (await writePair(folder, 'ca', await makeAuthority(now)));
  const kept = await readPair(folder, 'server');
  const usable = kept !== undefined && isPair(kept) && servesHosts(kept.certificate, hosts, now);
  if (!usable) {
    await writePair(folder, 'server', await makeServerCertificate(authority, hosts, now));
  }
  const file = (name: string): string => join(folder, name);
  return { cert: file('server.pem'), key: file('server.key'), caFile: file('ca.pem') };
}

async function readPem(path: string, label: string): Promise<string> {
  const size = await stat(path).then(
    (found) => found.size,
    (cause: unknown) => {
      throw new AssayError('invalid-argument', `cannot read ${path}: ${String(cause)}`, { cause });
    },
  );
  const text = size <= MAX_PEM_BYTES ? await readFile(path, 'utf8') : '';
  if (text.includes(`${label}-----`)) return text;
  throw new AssayError(
    'invalid-argument',
    `${path} holds no PEM block "${label}"; give a PEM file`,
  );
}

async function fingerprint(files: TlsFiles): Promise<string> {
  const paths = [files.cert, files.key, ...(files.clientCa === undefined ? [] : [files.clientCa])];
  const stats = await Promise.all(paths.map((path) => stat(path)));
  return stats.map((one) => `${one.ino}:${one.mtimeMs}:${one.size}`).join(' ');
}

async function readPair(folder: string, name: string): Promise<CertificatePair | undefined> {
  try {
    const certificate = await readFile(join(folder, `${name}.pem`), 'utf8');
    return { certificate, key: await readFile(join(folder, `${name}.key`), 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A renewal that died between its two files leaves a key and a certificate of different age. */
function isPair({ certificate, key }: CertificatePair): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

async function writePair(
  folder: string,
  name: string,
  pair: CertificatePair,
): Promise<CertificatePair> {
  await writeWhole(join(folder, `${name}.key`), pair.key, 0o600);
  await writeWhole(join(folder, `${name}.pem`), pair.certificate, 0o644);
  return pair;
}

/** A file that is there is whole, whatever died while it was written. */
async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await writeFile(`${path}.new`, text, { mode, flush: true });
  await rename(`${path}.new`, path);
}
