/** Reading a request body with a cap, without dropping a connection whose answer must be heard. */
import type { IncomingMessage } from 'node:http';

/** Stands for a body beyond the cap; its bytes were not kept. */
export const OVERSIZE = Symbol('oversize');

/** Beyond this many times the cap the connection is closed all the same. */
const PATIENCE = 16;

/**
 * Collects a body up to `cap` bytes; a larger one is read to its end, unkept, so that it hears us.
 */
export async function readBodyCapped(
  payload: IncomingMessage,
  cap: number,
): Promise<Buffer | typeof OVERSIZE> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= cap) chunks.push(chunk);
    else chunks.length = 0;
    if (size > cap * PATIENCE) break;
  }
  return size > cap ? OVERSIZE : Buffer.concat(chunks, size);
}
