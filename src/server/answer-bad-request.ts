/** Bytes that are no HTTP request reach no route; the API answers them in Google's shape too. */
import type { Socket } from 'node:net';
import { AssayError } from '../domain/error.ts';
import { errorToJson } from '../google/error-message.ts';

/** How long a client may go on sending before it is cut off, in milliseconds. */
const LINGER = 2000;

/** Answers a client error with Google's error and ends the connection. */
export function answerBadRequest(error: Error, socket: Socket): void {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ECONNRESET') socket.destroy();
  // Each further part of the same bytes comes here too; the first one was answered.
  if (!socket.writable || socket.destroyed) return;
  const { http, body } = errorToJson(toAssayError(code, error));
  const text = JSON.stringify(body);
  // What is still on its way must be read, else its arrival resets the connection.
  socket.resume();
  socket.end(
    `HTTP/1.1 ${http} Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
  setTimeout(() => socket.destroy(), LINGER).unref();
}

function toAssayError(code: string | undefined, cause: Error): AssayError {
  const message =
    code === 'HPE_HEADER_OVERFLOW'
      ? 'the path, query and headers of the request are too long together; ask for less at once'
      : `the request is not readable as HTTP/1.1: ${cause.message}`;
  return new AssayError('invalid-argument', message, { cause });
}
