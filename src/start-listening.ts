/** Opening a port: where it cannot be opened, the message names the address and the way out. */
import type { FastifyInstance } from 'fastify';
import type { Listen } from './config.ts';
import { AssayError } from './domain/error.ts';

/** Listens; throws `unavailable` where the address is taken, foreign or forbidden. */
export async function startListening(app: FastifyInstance, { host, port }: Listen): Promise<void> {
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
