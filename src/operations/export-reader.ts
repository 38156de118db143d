/**
 * Reading what an import takes: in a thread of its own, which inflates, parses and prepares while
 * this one writes and answers others; or here, where it is too little to start a thread for. The
 * thread reads some batches ahead, so that it works on while a family is published.
 */
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { AssayError } from '../domain/error.ts';
import type { PreparedAdvisory } from '../store/prepared-advisory.ts';
import type { CarriedError } from '../store/writer-messages.ts';
import { readBatches } from './family-reading.ts';
import { FORM_READINGS, type FormExport, isAdvisoryForm } from './form-readings.ts';

/** Batches of advisories; the exports must be asked for in the order in which they were given. */
export interface ExportReader {
  readonly read: (found: FormExport) => AsyncIterable<readonly PreparedAdvisory[]>;
  readonly end: () => Promise<void>;
}

/** What the thread answers when it is asked for more. */
export type ReadAnswer =
  | { readonly batch: readonly PreparedAdvisory[] }
  | { readonly endOf: string }
  | { readonly error: CarriedError };

/** Less than this is read before a thread would have started. */
const WORTH_A_THREAD = 512 * 1024;

/** Batches that are asked for before they are needed. */
const AHEAD = 4;

/** What is read is soon done with: a small room gives inflated bytes back early. */
const YOUNG_MB = 24;

/** Starts to read the exports. */
export async function openExportReader(exports: readonly FormExport[]): Promise<ExportReader> {
  const own = exports.filter(({ form }) => isAdvisoryForm(form));
  return (await areLarge(own)) ? readBeside(own) : { read: readHere, end: async () => undefined };
}

async function areLarge(exports: readonly FormExport[]): Promise<boolean> {
  let bytes = 0;
  for (const file of exports.flatMap(({ files }) => files)) {
    // One that is gone meanwhile is told when it is read.
    bytes += (await stat(file).catch(() => undefined))?.size ?? 0;
    if (bytes >= WORTH_A_THREAD) return true;
  }
  return false;
}

async function* readHere(found: FormExport): AsyncGenerator<readonly PreparedAdvisory[]> {
  if (isAdvisoryForm(found.form)) yield* readBatches(found, FORM_READINGS[found.form]);
}

interface Waiting {
  readonly resolve: (answer: ReadAnswer) => void;
  readonly reject: (error: unknown) => void;
}

function readBeside(exports: readonly FormExport[]): ExportReader {
  // Flags such as --input-type are for the process' own entry, not for the thread's file.
  const settings = { workerData: exports, name: 'export-reader', execArgv: [] };
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(threadFile(), { ...settings, resourceLimits });
  const waiting: Waiting[] = [];
  let failure: AssayError | undefined;
  const fail = (cause: unknown): void => {
    failure ??= new AssayError('internal', 'the reading thread ended', { cause });
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('message', (answer: ReadAnswer) => waiting.shift()?.resolve(answer));
  worker.on('error', fail);
  worker.on('exit', () => fail(undefined));
  const ask = (): Promise<ReadAnswer> => {
    const answer = new Promise<ReadAnswer>((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting.push({ resolve, reject });
      worker.postMessage('next');
    });
    // The error is met where it is awaited; nobody may come so far.
    answer.catch(() => undefined);
    return answer;
  };
  const coming = Array.from({ length: AHEAD }, ask);
  const next = (): Promise<ReadAnswer> | undefined => {
    coming.push(ask());
    return coming.shift();
  };
  return {
    read: (found) => untilEnd(found, next),
    end: async () => void (await worker.terminate()),
  };
}

async function* untilEnd(
  { path }: FormExport,
  next: () => Promise<ReadAnswer> | undefined,
): AsyncGenerator<readonly PreparedAdvisory[]> {
  for (;;) {
    const answer = await next();
    if (answer !== undefined && 'batch' in answer) yield answer.batch;
    else if (answer !== undefined && 'error' in answer) throw revived(answer.error);
    else if (answer?.endOf === path) return;
    else throw new AssayError('internal', `${path} was asked for out of order`);
  }
}

function revived({ code, message, details }: CarriedError): AssayError {
  return new AssayError(code, message, { details });
}

/** Beside the sources as TypeScript, beside the build as JavaScript. */
function threadFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./export-thread.${extension}`, import.meta.url);
}
