/** Asking policies in Rego about a request: in another process, within a deadline, never mute. */
import { isAssayError } from '../domain/error.ts';
import type { FactsTable } from '../domain/image-facts.ts';
import type { JsonObject } from '../domain/json.ts';
import type { RegoDocument, RegoEvidence } from '../domain/rego-policy.ts';
import type { Micros } from '../domain/time.ts';
import { namesFacts } from '../policy/fact-builtins.ts';
import { regoName } from '../policy/judge-rego.ts';
import { regoInput } from '../policy/rego-input.ts';
import {
  askedNames,
  regoFindings,
  type RegoQuestion,
  regoQuestions,
  sourcesOf,
} from '../policy/rego-questions.ts';
import { allBuiltins } from '../rego/builtins/all-builtins.ts';
import {
  formatProblem,
  problemsOf,
  type RegoJob,
  type RegoProblem,
  type RegoSources,
} from '../rego/rego-job.ts';
import { RegoError, RegoErrors } from '../rego/model/rego-error.ts';
import type { RunRego } from './rego-pool.ts';

/** What an evaluation is given beside the policy. */
export interface RegoEffects {
  readonly runRego: RunRego;
  readonly now: () => Micros;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** What policies are shown. */
export interface ShownReview {
  readonly review: JsonObject;
  /** What is known of its images; absent: no policy asks. */
  readonly facts?: FactsTable | undefined;
}

/** A deploy waits for it: milliseconds for one policy. */
export const DEADLINE_MS = 2000;

/** Characters of what all rules of a policy answer: it is read where requests are served. */
const MAX_ANSWER = 1 << 20;

/** What of a document is the same for every request. */
interface Prepared {
  readonly sources: RegoSources;
  readonly questions: readonly RegoQuestion[];
  readonly problems: readonly RegoProblem[];
  readonly asksFacts: boolean;
  readonly mayChange: boolean;
}

const prepared = new WeakMap<RegoDocument, Prepared>();

/** Asks each policy; one that cannot be evaluated says so in its evidence. */
export async function askRego(
  effects: RegoEffects,
  documents: readonly RegoDocument[],
  { review, facts }: ShownReview,
): Promise<readonly RegoEvidence[]> {
  const handed = facts && JSON.stringify(facts);
  const textOf = createTexts();
  return Promise.all(
    documents.map(async (document) => {
      const input = textOf(regoInput(review, document.parsed));
      if (facts === undefined || !asksFacts(document)) return askOne(effects, document, { input });
      const evidence = await askOne(effects, document, { input, ...(handed && { handed }) });
      return { ...evidence, facts: toldOf(facts) };
    }),
  );
}

/** Policies are mostly shown the very same object, which may be large: its text is made once. */
function createTexts(): (shown: JsonObject) => string {
  const texts = new Map<JsonObject, string>();
  return (shown) => {
    const text = texts.get(shown) ?? JSON.stringify(shown);
    texts.set(shown, text);
    return text;
  };
}

async function askOne(
  { runRego, now, randomBytes }: RegoEffects,
  document: RegoDocument,
  shown: Pick<RegoJob, 'input' | 'handed'>,
): Promise<RegoEvidence> {
  const policy = regoName(document);
  const { sources, questions, problems } = prepare(document);
  const asked = askedNames(questions);
  const unanswered = { policy, asked, denials: [], warnings: [] };
  if (problems.length > 0)
    return { ...unanswered, problem: problems.map(formatProblem).join('; ') };
  const job = {
    ...shown,
    sources,
    queries: questions.map(({ query }) => query),
    nowNanos: BigInt(now()) * 1000n,
    seed: randomBytes(32),
    maxAnswer: MAX_ANSWER,
  };
  try {
    return regoFindings(policy, questions, await runRego(job, DEADLINE_MS, document.project));
  } catch (error) {
    if (!isAssayError(error)) throw error;
    return { ...unanswered, problem: error.message };
  }
}

/** A document that was kept by an earlier version may be one that this one refuses. */
function prepare(document: RegoDocument): Prepared {
  const known = prepared.get(document);
  if (known) return known;
  const sources = sourcesOf(document.parsed);
  const texts = sources.modules.map(({ text }) => text);
  const fresh: Prepared = {
    sources,
    ...questionsOf(document),
    asksFacts: namesFacts(texts),
    mayChange: CHANGING.some((name) => texts.some((text) => name.test(text))),
  };
  prepared.set(document, fresh);
  return fresh;
}

function questionsOf({ parsed }: RegoDocument): Pick<Prepared, 'questions' | 'problems'> {
  try {
    return { questions: regoQuestions(parsed), problems: [] };
  } catch (error) {
    if (!(error instanceof RegoErrors || error instanceof RegoError)) throw error;
    return { questions: [], problems: problemsOf(error) };
  }
}

/** What of the facts a decision keeps: enough to tell what was known, not what was found. */
function toldOf(facts: FactsTable): NonNullable<RegoEvidence['facts']> {
  return Object.values(facts).map(({ state: { image, status, digest, scanned } }) => ({
    image,
    status,
    ...(digest !== undefined && { digest }),
    ...(scanned !== undefined && { scanned }),
  }));
}

/** Whether a policy asks what is known of images. */
export function asksFacts(document: RegoDocument): boolean {
  return prepare(document).asksFacts;
}

/** The last parts of their names: `time["now_ns"]` is a way to write one, too. */
const CHANGING = [...allBuiltins.values()]
  .filter((one) => one.isNondeterministic)
  .map(({ name }) => new RegExp(`\\b${name.slice(name.lastIndexOf('.') + 1)}\\b`));

/** Whether a policy may answer otherwise a moment later: it names the clock or chance. */
export function mayChange(document: RegoDocument): boolean {
  return prepare(document).mayChange;
}
