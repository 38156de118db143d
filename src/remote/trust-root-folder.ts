/**
 * A folder that holds a trust root as a mirror published it, and what was seen of that mirror: the
 * newest root that is trusted and the versions below which nothing is taken any more.
 */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssayError, isAssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { readTextFile } from './read-text-file.ts';

/** What was seen of a mirror. */
export interface TrustRootState {
  readonly mirror: string;
  /** Digest of the root that all began with. */
  readonly anchor: string;
  /** The newest root, in base64. */
  readonly root: string;
  /** By role. */
  readonly versions: Readonly<Record<string, number>>;
}

const FILE = 'trusted_root.json';
const STATE = 'trust-root-state.json';
const MAX_STATE = 1024 * 1024;

/** Where the trust root of a folder lies. */
export function trustRootFile(folder: string): string {
  return join(folder, FILE);
}

/** What was seen before; absent: nothing was fetched into the folder yet. */
export async function readTrustRootState(folder: string): Promise<TrustRootState | undefined> {
  const path = join(folder, STATE);
  let text: string;
  try {
    text = await readTextFile(path, MAX_STATE);
  } catch (error) {
    if (isAssayError(error, 'not-found')) return undefined;
    throw error;
  }
  const state = parseState(text);
  if (state !== undefined) return state;
  // Without it an old state could be played back: it is not begun anew by itself.
  const wanted = 'restore it, or fetch into an empty folder';
  throw new AssayError(
    'failed-precondition',
    `${path} cannot be read as it was written; ${wanted}`,
  );
}

/** Keeps a trust root and what was seen with it; each file is whole or as before. */
export async function writeTrustRoot(
  folder: string,
  trustRoot: Uint8Array,
  state: TrustRootState,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = `${JSON.stringify({ schemaVersion: 1, ...state }, null, 2)}\n`;
  await replace(join(folder, FILE), trustRoot);
  await replace(join(folder, STATE), text);
}

async function replace(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

function parseState(text: string): TrustRootState | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(json) || json['schemaVersion'] !== 1) return undefined;
  const { mirror, anchor, root, versions } = json;
  if (typeof mirror !== 'string' || typeof anchor !== 'string') return undefined;
  if (typeof root !== 'string' || !isCounts(versions)) return undefined;
  return { mirror, anchor, root, versions };
}

function isCounts(value: unknown): value is Readonly<Record<string, number>> {
  return isJsonObject(value) && Object.values(value).every((one) => Number.isSafeInteger(one));
}
