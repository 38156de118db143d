/** Looking a host up by the system's resolver. */
import { lookup } from 'node:dns/promises';

/** The addresses of a host in the resolver's order; none where it does not resolve. */
export async function resolveHost(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}
