/** Effects for tests of operations: a real store in a folder of its own, a clock that is told. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDigest } from '../../src/domain/digest.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { type Micros, parseTime } from '../../src/domain/time.ts';
import { createIdSource } from '../../src/make-id.ts';
import type { Deps } from '../../src/operations/deps.ts';
import type { ImageSource } from '../../src/remote/image-source.ts';
import { openStore } from '../../src/store/open-store.ts';

/** What time it is in these tests, where none is told. */
export const NOW: Micros = parseTime('2026-11-20T12:00:00Z');

/** Effects, the folder that is theirs, and how to give it back. */
export interface FakeDeps {
  readonly deps: Deps;
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/** Opens a store in a new folder; operations get it with what is told. */
export async function openFakeDeps(told: Partial<Deps> = {}): Promise<FakeDeps> {
  const folder = mkdtempSync(join(tmpdir(), 'assay-operation-'));
  const now = told.now ?? ((): Micros => NOW);
  const newId = createIdSource(() => Math.floor(now() / 1000));
  const data = join(folder, 'data');
  const store = await openStore({ folder: data, mode: 'command', now, newId, writer: 'inline' });
  const silent = (): void => undefined;
  const log = { info: silent, warn: silent, error: silent };
  const deps = { store, now, newId, log, progress: silent, ...told } as unknown as Deps;
  const close = async (): Promise<void> => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { deps, folder, close };
}

/** An image in memory over layers of plain tar. */
export function memoryImage(layers: readonly Uint8Array[]): ImageSource {
  const blobs = new Map<Digest, Uint8Array>();
  const add = (bytes: Uint8Array, mediaType: string): object => {
    const digest = parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
    blobs.set(digest, bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
  const oci = 'application/vnd.oci.image';
  const pointers = layers.map((layer) => add(layer, `${oci}.layer.v1.tar`));
  const rootfs = { type: 'layers', diff_ids: pointers.map((one) => Reflect.get(one, 'digest')) };
  const config = add(json({ os: 'linux', architecture: 'amd64', rootfs }), `${oci}.config.v1+json`);
  const mediaType = `${oci}.manifest.v1+json`;
  const bytes = json({ schemaVersion: 2, mediaType, config, layers: pointers });
  const digest = Reflect.get(add(bytes, mediaType), 'digest') as Digest;
  return {
    reference: 'registry.example/app:1',
    manifest: () => Promise.resolve({ bytes, mediaType, digest }),
    blob: async function* blob(wanted) {
      yield blobs.get(wanted.digest) ?? Buffer.alloc(0);
    },
    readBlob: (wanted) => Promise.resolve(blobs.get(wanted.digest) ?? Buffer.alloc(0)),
    close: () => Promise.resolve(),
  };
}
