/** Asking policies in Rego about a request: in another thread, within a deadline, never in vain. */
import type { JsonObject } from '../domain/json.ts';
import type { RegoDocument, RegoEvidence } from '../domain/rego-policy.ts';
import type { Micros } from '../domain/time.ts';
import { isAssayError } from '../domain/error.ts';
import { regoName } from '../policy/judge-rego.ts';
import { regoInput } from '../policy/rego-input.ts';
import {
  regoFindings,
  type RegoQuestion,
  regoQuestions,
  sourcesOf,
} from '../policy/rego-questions.ts';
import { allBuiltins } from '../rego/builtins/all-builtins.ts';
import type { RunRego } from './rego-pool.ts';

/** What an evaluation is given beside the policy. */
export interface RegoEffects {
  readonly runRego: RunRego;
  readonly now: () => Micros;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** A deploy waits for it: milliseconds for one policy. */
const DEADLINE_MS = 2000;

const questionsOf = new WeakMap<RegoDocument, readonly RegoQuestion[]>();

/** Asks each policy; one that cannot be evaluated says so in its evidence. */
export async function askRego(
  effects: RegoEffects,
  documents: readonly RegoDocument[],
  review: JsonObject,
): Promise<readonly RegoEvidence[]> {
  const inputOf = ({ parsed }: RegoDocument) => JSON.stringify(regoInput(review, parsed));
  return Promise.all(documents.map((one) => askOne(effects, one, inputOf(one))));
}

async function askOne(
  { runRego, now, randomBytes }: RegoEffects,
  document: RegoDocument,
  input: string,
): Promise<RegoEvidence> {
  const policy = regoName(document);
  const questions = questionsOf.get(document) ?? regoQuestions(document.parsed);
  questionsOf.set(document, questions);
  const job = {
    sources: sourcesOf(document.parsed),
    queries: questions.map(({ query }) => query),
    input,
    nowNanos: BigInt(now()) * 1000n,
    seed: randomBytes(32),
  };
  try {
    return regoFindings(policy, questions, await runRego(job, DEADLINE_MS));
  } catch (error) {
    if (!isAssayError(error)) throw error;
    const asked = questions.map(({ name }) => name);
    return { policy, asked, denials: [], warnings: [], problem: error.message };
  }
}

const CHANGING = [...allBuiltins.values()].filter((one) => one.isNondeterministic);

/** Whether a policy may answer otherwise a moment later: it names the clock or chance. */
export function mayChange({ parsed }: RegoDocument): boolean {
  const texts = Object.values(parsed.modules);
  return CHANGING.some(({ name }) => texts.some((text) => text.includes(name)));
}
