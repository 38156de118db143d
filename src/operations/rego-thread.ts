/** The thread that evaluates policies: a job comes in, its answer goes out. */
import { parentPort } from 'node:worker_threads';
import { POLICY_BUILTINS } from '../policy/assay-builtins.ts';
import { type RegoAnswer, type RegoJob, runRegoJob } from '../rego/rego-job.ts';

/** What the thread sends back: the answer, or what broke, which is a defect of ours. */
export type ThreadAnswer = { readonly answer: RegoAnswer } | { readonly defect: string };

parentPort?.on('message', (job: RegoJob) => {
  parentPort?.postMessage(answerOf(job));
});

function answerOf(job: RegoJob): ThreadAnswer {
  try {
    return { answer: runRegoJob(job, POLICY_BUILTINS) };
  } catch (error) {
    return { defect: (error as Error).stack ?? String(error) };
  }
}
