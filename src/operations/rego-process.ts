/**
 * The process that evaluates policies: a job comes in, its answer goes out. It has no environment
 * and writes nothing; when whoever started it is gone, it ends.
 */
import { POLICY_BUILTINS } from '../policy/assay-builtins.ts';
import { type RegoAnswer, type RegoJob, runRegoJob } from '../rego/rego-job.ts';

/** What the process says: that it is loaded, an answer, or what broke: a defect of ours. */
export type ProcessMessage =
  | { readonly isReady: true }
  | { readonly answer: RegoAnswer }
  | { readonly defect: string };

process.on('message', (job: RegoJob) => process.send?.(answerOf(job)));
process.on('disconnect', () => process.exit(0));
process.send?.({ isReady: true } satisfies ProcessMessage);

function answerOf(job: RegoJob): ProcessMessage {
  try {
    return { answer: runRegoJob(job, POLICY_BUILTINS) };
  } catch (error) {
    return { defect: (error as Error).stack ?? String(error) };
  }
}
