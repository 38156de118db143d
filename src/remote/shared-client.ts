/**
 * One registry client for many questions: they share its connections, tokens and Docker config. It
 * is let go after a minute, so that credentials and authorities are read anew.
 */
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
