/** The inflating thread's entry: answers the requests of the thread that started it, in order. */
import { parentPort } from 'node:worker_threads';
import type { InflateAnswer, InflateRequest } from './inflate-beside.ts';
import { inflatePiece } from './inflate-piece.ts';

const port = parentPort;
if (port === null) throw new Error('inflate-thread is started by inflate-beside, not by hand');

port.on('message', (request: InflateRequest) => {
  const answer = inflateAll(request);
  port.postMessage(answer, 'bytes' in answer ? [answer.bytes.buffer] : []);
});

/** One buffer for all of them, which changes hands without a copy. */
function inflateAll({ stored, pieces }: InflateRequest): InflateAnswer {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.uncompressedSize, 0));
  let from = 0;
  let at = 0;
  try {
    for (const piece of pieces) {
      bytes.set(inflatePiece(piece, stored.subarray(from, from + piece.compressedSize)), at);
      from += piece.compressedSize;
      at += piece.uncompressedSize;
    }
    return { bytes };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
