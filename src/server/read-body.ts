/** Reading a request body with a cap, without dropping a connection whose answer must be heard. */
import type { Readable } from 'node:stream';
import { AssayError } from '../domain/error.ts';

/** Stands for a body beyond the cap; its bytes were not kept. */
export const OVERSIZE = Symbol('oversize');

/** A body has this long to arrive, in milliseconds: below the 30 s that an API server waits. */
export const BODY_PATIENCE = 20_000;

const EMPTY = Buffer.alloc(0);

/**
 * Collects a body up to `cap` bytes; a larger one is read to its end, unkept, so that its sender
 * hears the answer. One that stalls for longer than `patience` (milliseconds, in all) or is cut off
 * throws.
 */
export function readBodyCapped(
  payload: Readable,
  cap: number,
  patience: number = BODY_PATIENCE,
): Promise<Buffer | typeof OVERSIZE> {
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const problem = `the request's body did not end within ${patience} ms; ${size} bytes came`;
      reject(new AssayError('too-large', problem));
    }, patience);
    const cutOff = (): void => {
      clearTimeout(timer);
      // Every body closes; an error is only made for one that did not end before.
      if (payload.readableEnded) return;
      const problem = `the request was cut off after ${size} bytes of its body`;
      reject(new AssayError('invalid-argument', problem));
    };
    payload.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= cap) chunks.push(chunk);
      else chunks.length = 0;
    });
    payload.on('end', () => {
      clearTimeout(timer);
      const [first = EMPTY, ...more] = chunks;
      const body = more.length === 0 ? first : Buffer.concat(chunks, size);
      resolve(size > cap ? OVERSIZE : body);
    });
    payload.on('error', cutOff);
    payload.on('close', cutOff);
  });
}
