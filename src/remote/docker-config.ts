/**
 * Credentials from Docker's configuration file. They are keyed by the exact host and port that a
 * reference names, because a look-alike key must never lend its password to another registry.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';

import { AssayError, isAssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { isJsonObject } from '../domain/json.ts';
import { readTextFile } from './read-text-file.ts';

/** What is known for one registry; a helper has yet to be asked. */
export type RegistryCredential =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'identity-token'; readonly token: string }
  | { readonly kind: 'helper'; readonly helper: string };

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const DOCKER_HUB_KEYS = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'];
const NONE: RegistryCredential = { kind: 'none' };

/** The file that Docker itself would read. */
export function dockerConfigPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
}

/** Reads the file; a missing one that nobody named counts as empty. Refuses all but an object. */
export async function readDockerConfig(path?: string): Promise<JsonObject> {
  const file = path ?? dockerConfigPath();
  let config: unknown;
  try {
    config = JSON.parse(await readTextFile(file, MAX_CONFIG_BYTES));
  } catch (error) {
    if (path === undefined && isAssayError(error, 'not-found')) return {};
    if (isAssayError(error)) throw error;
    // The parser's own message quotes the file, which holds passwords.
    throw new AssayError('invalid-argument', `Docker config ${file} is not valid JSON; mend it`);
  }
  if (isJsonObject(config)) return secretConfig(config, file);
  throw new AssayError('invalid-argument', `Docker config ${file} is not a JSON object; mend it`);
}

/**
 * A Kubernetes pull secret (`kubectl get secret NAME -o json`) carries the same file in base64;
 * anything else is the file itself.
 */
function secretConfig(config: JsonObject, file: string): JsonObject {
  const data = config['data'];
  if (config['kind'] !== 'Secret' || !isJsonObject(data)) return config;
  const packed = data['.dockerconfigjson'];
  try {
    const text = Buffer.from(typeof packed === 'string' ? packed : '', 'base64').toString('utf8');
    const inner: unknown = JSON.parse(text);
    if (isJsonObject(inner)) return inner;
  } catch {
    // As below; the parser's own message would quote a password.
  }
  const message = `pull secret ${file} has no .dockerconfigjson that is a JSON object; mend it`;
  throw new AssayError('invalid-argument', message);
}

/**
 * The credential for a reference's domain (`host` or `host:port`). Keys match by the whole host
 * and port; a scheme and a trailing `/v1` or `/v2` are set aside. Refuses an unreadable entry.
 */
export function findCredential(config: JsonObject, domain: string): RegistryCredential {
  const helper = entryFor(config['credHelpers'], domain);
  if (typeof helper === 'string') return { kind: 'helper', helper };
  const entry = entryFor(config['auths'], domain);
  if (!isJsonObject(entry)) return NONE;
  const credential = readEntry(entry, domain);
  const store = config['credsStore'];
  if (credential.kind !== 'none' || typeof store !== 'string' || store === '') return credential;
  return { kind: 'helper', helper: store };
}

function entryFor(table: unknown, domain: string): unknown {
  if (!isJsonObject(table)) return undefined;
  const wanted = domain.toLowerCase();
  const hub = wanted === 'docker.io';
  const exact = hub ? DOCKER_HUB_KEYS.find((key) => Object.hasOwn(table, key)) : wanted;
  if (exact !== undefined && Object.hasOwn(table, exact)) return table[exact];
  const key = hub ? undefined : Object.keys(table).find((name) => keyHost(name) === wanted);
  return key === undefined ? undefined : table[key];
}

function keyHost(key: string): string {
  return key
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/(?:v[12]\/?)?$/, '');
}

function readEntry(entry: JsonObject, domain: string): RegistryCredential {
  const token = entry['identitytoken'];
  if (typeof token === 'string' && token !== '') return { kind: 'identity-token', token };
  const { username, password, auth } = entry;
  if (typeof username === 'string' && typeof password === 'string' && username !== '') {
    return { kind: 'basic', username, password };
  }
  return typeof auth === 'string' && auth !== '' ? decodeAuth(auth, domain) : NONE;
}

function decodeAuth(auth: string, domain: string): RegistryCredential {
  const text = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = text.indexOf(':');
  if (colon > 0) {
    return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
  }
  throw new AssayError(
    'invalid-argument',
    `the "auth" of ${domain} in the Docker config is not base64 of USER:PASSWORD; log in again ` +
      `with: docker login ${domain}`,
  );
}
