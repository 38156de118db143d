/** Opening a port: where it cannot be opened, the message names the address and the way out. */
import type { Listen } from './config.ts';
import { AssayError } from './domain/error.ts';

/** What can be told to listen. */
interface Listener {
  readonly listen: (at: Listen) => PromiseLike<unknown>;
}

/** Listens; throws `unavailable` where the address is taken, foreign or forbidden. */
export async function startListening(app: Listener, { host, port }: Listen): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot listen on ${urlHost(host)}:${port} (${reason}); name a free port, or 0`;
    throw new AssayError('unavailable', message, { cause });
  }
}

/** A host as it stands in a URL: IPv6 in brackets. */
export function urlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
