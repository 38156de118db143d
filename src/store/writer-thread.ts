/** The writer thread's entry: answers the requests of the thread that started it, in order. */
import { parentPort, workerData } from 'node:worker_threads';
import { AssayError } from '../domain/error.ts';
import { createWriterEngine } from './writer-engine.ts';
import type {
  CarriedError,
  WriterAnswer,
  WriterOptions,
  WriterRequest,
} from './writer-messages.ts';

const port = parentPort;
if (port === null) throw new Error('writer-thread is started by the store, not by hand');
// Sent by writer-port.ts of this very version, so its shape is known.
const engine = createWriterEngine(workerData as WriterOptions);

port.on('message', (request: WriterRequest) => {
  port.postMessage(answer(request));
  if (request.kind === 'close') port.close();
});

function answer(request: WriterRequest): WriterAnswer {
  try {
    return engine(request);
  } catch (error) {
    return { error: carried(error) };
  }
}

function carried(error: unknown): CarriedError {
  if (error instanceof AssayError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return { code: 'internal', message: `the writer failed: ${String(error)}`, details: {} };
}
