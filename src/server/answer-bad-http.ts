/**
 * Bytes that are no HTTP request, or one that never ends, reach no route. A webhook's client is
 * still told "no" in the form that it reads, and is given the time to hear it.
 */
import type { Socket } from 'node:net';
import { formatImageReview } from '../kubernetes/image-review.ts';

/** How long a client may go on sending before it is cut off, in milliseconds. */
const LINGER = 2000;

/** Answers a client error with an ImageReview that denies, unrecorded, and ends the connection. */
export function answerBadHttp(error: Error, socket: Socket): void {
  const isGone = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  if (isGone) socket.destroy();
  // Each further part of the same bytes comes here too; the first one was answered.
  if (isGone || !socket.writable) return;
  const reason = `Denied: the request is not readable as HTTP/1.1: ${error.message}`;
  const body = JSON.stringify(
    formatImageReview({ allowed: false, reason, auditAnnotations: { outcome: 'deny' } }),
  );
  // What is still on its way must be read, else its arrival resets the connection.
  socket.resume();
  socket.end(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), LINGER).unref();
}
