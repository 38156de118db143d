/** The reading thread's entry: each time that it is asked it answers with the next batch. */
import { parentPort, workerData } from 'node:worker_threads';
import { isAssayError } from '../domain/error.ts';
import type { CarriedError } from '../store/writer-messages.ts';
import type { ReadAnswer } from './export-reader.ts';
import { readBatches } from './family-reading.ts';
import { FORM_READINGS, type FormExport, isAdvisoryForm } from './form-readings.ts';

const port = parentPort;
if (port === null) throw new Error('export-thread is started by export-reader, not by hand');
// Sent by export-reader.ts of this very version, so its shape is known.
const answers = readAll(workerData as readonly FormExport[]);

port.on('message', () => {
  answers.next().then(
    ({ value }) => port.postMessage(value),
    (error: unknown) => port.postMessage({ error: carried(error) }),
  );
});

async function* readAll(exports: readonly FormExport[]): AsyncGenerator<ReadAnswer, void, void> {
  for (const found of exports) {
    if (!isAdvisoryForm(found.form)) continue;
    for await (const batch of readBatches(found, FORM_READINGS[found.form])) yield { batch };
    yield { endOf: found.path };
  }
}

function carried(error: unknown): CarriedError {
  if (isAssayError(error)) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return { code: 'internal', message: `reading failed: ${String(error)}`, details: {} };
}
