/**
 * Which rules of a policy decide, and what their answers mean: those that plain OPA, conftest and
 * Gatekeeper ask. `deny` and `violation` are sets of messages, `allow` is a boolean, `warn` only
 * warns, and `response` (also as a field of `main`) is the response of an AdmissionReview.
 */
import type { RegoEvidence, RegoPolicy } from '../domain/rego-policy.ts';
import {
  formatProblem,
  parseSources,
  type RegoAnswer,
  type RegoOutcome,
  type RegoSources,
} from '../rego/rego-job.ts';
import type { Module } from '../rego/syntax/syntax.ts';

/** A rule that is asked. */
export interface RegoQuestion {
  /** e.g. `data.main.deny`. */
  readonly name: string;
  readonly query: string;
  readonly rule: string;
}

type Findings = Pick<RegoEvidence, 'denials' | 'warnings'>;
/** What a rule's value means; undefined where the rule is undefined. */
type Meaning = (value: unknown, name: string) => Findings;

const NOTHING: Findings = { denials: [], warnings: [] };

const MEANINGS: Readonly<Record<string, Meaning>> = {
  deny: denialsOf,
  violation: denialsOf,
  warn: (value, name) => ({ denials: [], warnings: messagesOf(value, name) }),
  allow: (value, name) =>
    value === true ? NOTHING : denied(`${name}: is ${shown(value)}, wanted true`),
  response: responseOf,
  main: (value, name) => responseOf(fieldOf(value, 'response'), `${name}.response`),
};

/** The sources of a document for the engine. */
export function sourcesOf({ modules, regoVersion, data }: RegoPolicy): RegoSources {
  return {
    modules: Object.entries(modules).map(([file, text]) => ({ file, text })),
    version: regoVersion,
    ...(data && { data: JSON.stringify(data) }),
  };
}

/** The rules of a policy that decide; throws `RegoErrors` where it does not parse. */
export function regoQuestions(policy: RegoPolicy): readonly RegoQuestion[] {
  const modules = parseSources(sourcesOf(policy));
  const wanted = policy.package?.replace(/^data\./, '');
  const found = new Map<string, RegoQuestion>();
  for (const module of modules) {
    if (wanted !== undefined && module.package.join('.') !== wanted) continue;
    for (const rule of decidingRules(module)) {
      const path = [...module.package, rule];
      const name = ['data', ...path].join('.');
      const query = `data${path.map((part) => `[${JSON.stringify(part)}]`).join('')}`;
      found.set(name, { name, query, rule });
    }
  }
  return [...found.values()];
}

function decidingRules({ rules }: Module): string[] {
  return rules.flatMap(({ ref, args }) => {
    const head = ref.kind === 'var' ? ref : ref.head;
    const isAsked = !args && head.kind === 'var' && Object.hasOwn(MEANINGS, head.name);
    return isAsked ? [head.name] : [];
  });
}

/** What the answers to a policy's questions say. */
export function regoFindings(
  policy: string,
  questions: readonly RegoQuestion[],
  answer: RegoAnswer,
): RegoEvidence {
  const asked = askedNames(questions);
  const outcomes = answer.outcomes.map((outcome) =>
    'problems' in outcome ? outcome.problems : [],
  );
  const problems = [...answer.problems, ...outcomes.flat()];
  if (problems.length > 0) {
    const problem = problems.map(formatProblem).join('; ');
    return { policy, asked, ...NOTHING, problem: cut(problem, MAX_PROBLEM) };
  }
  const found = questions.map(({ name, rule }, index) => {
    const meaning = MEANINGS[rule] ?? denialsOf;
    return meaning(valueOf(answer.outcomes[index]), name);
  });
  return {
    policy,
    asked,
    denials: firstOf(found.flatMap(({ denials }) => denials)),
    warnings: firstOf(found.flatMap(({ warnings }) => warnings)),
  };
}

/** Messages that are kept of a policy, and characters of each: a decision keeps them for long. */
const MAX_MESSAGES = 50;
const MAX_MESSAGE = 1000;
const MAX_PROBLEM = 2000;
const MAX_NAME = 200;

/** The names of questions as evidence keeps them. */
export function askedNames(questions: readonly RegoQuestion[]): readonly string[] {
  return firstOf(questions.map(({ name }) => cut(name, MAX_NAME)));
}

function firstOf(messages: readonly string[]): readonly string[] {
  const kept = messages.slice(0, MAX_MESSAGES).map((one) => cut(one, MAX_MESSAGE));
  const more = messages.length - kept.length;
  return more > 0 ? [...kept, `and ${more} more`] : kept;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function valueOf(outcome: RegoOutcome | undefined): unknown {
  if (!outcome || 'problems' in outcome) return undefined;
  const value = outcome.solutions[0]?.expressions[0]?.value;
  return value === undefined ? undefined : (JSON.parse(value) as unknown);
}

function denialsOf(value: unknown, name: string): Findings {
  return { denials: messagesOf(value, name), warnings: [] };
}

function denied(message: string): Findings {
  return { denials: [message], warnings: [] };
}

/** A set of messages or of objects with `msg`; `true` says no more than its rule's name. */
function messagesOf(value: unknown, name: string): string[] {
  if (value === undefined || value === false || value === null) return [];
  if (Array.isArray(value)) return value.map((one: unknown) => `${name}: ${messageOf(one)}`);
  if (value === true) return [`${name}: is true`];
  return [`${name}: ${messageOf(value)}`];
}

function messageOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const message = fieldOf(value, 'msg') ?? fieldOf(value, 'message');
  return typeof message === 'string' ? message : shown(value);
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

function shown(value: unknown): string {
  return value === undefined ? 'undefined' : JSON.stringify(value).slice(0, 500);
}

/** Nothing but `allowed: true` lets a request in. */
function responseOf(value: unknown, name: string): Findings {
  if (fieldOf(value, 'allowed') === true) return NOTHING;
  const status = fieldOf(value, 'status');
  const why = fieldOf(status, 'message') ?? fieldOf(status, 'reason');
  return denied(
    `${name}: ${typeof why === 'string' ? why : `allowed is ${shown(fieldOf(value, 'allowed'))}`}`,
  );
}
