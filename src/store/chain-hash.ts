/** The hash that chains batches of decisions: where it is written and where it is checked. */
import { hash } from 'node:crypto';

/** The hash that a batch adds to the chain: SHA-256 over the previous one and the payload. */
export function chainHash(previous: string, payload: string): string {
  return hash('sha256', `${previous}\n${payload}`);
}
