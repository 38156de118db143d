/** Reading a request body with a cap, without dropping a connection whose answer must be heard. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { AssayError } from '../domain/error.ts';

/** Stands for a body beyond the cap; its bytes were not kept. */
export const OVERSIZE = Symbol('oversize');

/** A body has this long to arrive, in milliseconds: below the 30 s that an API server waits. */
export const BODY_PATIENCE = 20_000;

const EMPTY = Buffer.alloc(0);

/** How long and how far a body is read. */
export interface BodyPatience {
  /** For the whole body, in milliseconds. */
  readonly patience?: number;
  /** Bytes that are read of a body beyond the cap before it is given up; absent: all. */
  readonly readOn?: number;
}

/**
 * Collects a body up to `cap` bytes. A larger one is read on, unkept, because who still sends hears
 * no answer; beyond `readOn`, or at once where its told length is, it is left unread: the
 * connection must be closed with the answer. One that stalls for longer than `patience` in all or
 * is cut off throws.
 */
export function readBodyCapped(
  payload: Readable,
  cap: number,
  { patience = BODY_PATIENCE, readOn = Infinity }: BodyPatience = {},
): Promise<Buffer | typeof OVERSIZE> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (toldLength(payload) > readOn) return Promise.resolve(OVERSIZE);
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
      if (size <= readOn) return;
      clearTimeout(timer);
      payload.pause();
      resolve(OVERSIZE);
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

/** What the head of a request says of its body's length; 0 where it says nothing. */
function toldLength(payload: Readable & { readonly headers?: IncomingHttpHeaders }): number {
  return Number(payload.headers?.['content-length'] ?? 0);
}
