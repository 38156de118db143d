/**
 * One registry client for many questions: they share its connections, tokens and Docker config. It
 * is let go after a minute, so that credentials and authorities are read anew.
 */
import type { PullSecret } from './pull-secrets.ts';
import type { RegistryAccess } from './registry-access.ts';
import { type RegistryClient, openRegistryClient } from './registry-client.ts';

/** One client serves so long, in milliseconds. */
const CLIENT_LIFE = 60_000;

/**
 * Makes a way to the client of now. One that was let go stays open for `graceMs` milliseconds: the
 * questions under way must have ended by then.
 */
export function openSharedClient(access: RegistryAccess, graceMs: number): () => RegistryClient {
  let client: RegistryClient | undefined;
  const open = (): RegistryClient => {
    const made = openRegistryClient(access);
    const end = (): void => {
      client = undefined;
      setTimeout(() => void made.close(), graceMs).unref();
    };
    setTimeout(end, CLIENT_LIFE).unref();
    return made;
  };
  return () => (client ??= open());
}

/** Namespaces whose clients are held at most. */
const MAX_SECRETS = 100;

/** As {@link openSharedClient}, with a client of its own for each version of a pull secret. */
export function openClientsBySecret(
  access: RegistryAccess,
  graceMs: number,
): (secret?: PullSecret) => RegistryClient {
  const own = openSharedClient(access, graceMs);
  const bySecret = new Map<string, () => RegistryClient>();
  return (secret) => {
    if (secret === undefined) return own();
    const { version, credentialOf } = secret;
    const client = bySecret.get(version) ?? openSharedClient({ ...access, credentialOf }, graceMs);
    bySecret.delete(version);
    bySecret.set(version, client);
    const oldest = bySecret.size > MAX_SECRETS ? bySecret.keys().next() : undefined;
    if (oldest?.value !== undefined) bySecret.delete(oldest.value);
    return client();
  };
}
