/**
 * The `input` of a policy in Rego. OPA's webhook, conftest and Gatekeeper each give another one,
 * and a policy that was written for another reads members that are not there: no rule of it ever
 * holds and everything is let in. So the form is said, and what reads nothing of it is refused.
 */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { RegoInput, RegoPolicy } from '../domain/rego-policy.ts';
import { inputReads } from '../rego/lint/input-reads.ts';
import type { RegoWarning } from '../rego/lint/lint-policy.ts';
import type { Module, Rule } from '../rego/syntax/syntax.ts';

interface Form {
  /** What is said of it in messages. */
  readonly words: string;
  /** Whether a member that is read says that the policy was written for this form. */
  readonly has: (member: string) => boolean;
  /** Where the object that is judged is found in it. */
  readonly object: string;
  readonly make: (review: JsonObject, policy: Pick<RegoPolicy, 'parameters'>) => JsonObject;
}

const FORMS: Readonly<Record<RegoInput, Form>> = {
  'admission-review': {
    words: 'an AdmissionReview',
    has: (member) => member === 'request',
    object: 'input.request.object',
    make: (review) => review,
  },
  object: {
    words: 'the object itself',
    has: (member) => !['request', 'review', 'parameters'].includes(member),
    object: 'input',
    make: (review) => memberOf(memberOf(review, 'request'), 'object'),
  },
  gatekeeper: {
    words: 'a review with the parameters of a constraint',
    has: (member) => member === 'review',
    object: 'input.review.object',
    make: (review, { parameters = {} }) => ({ review: memberOf(review, 'request'), parameters }),
  },
};

const DENYING = ['deny', 'violation', 'warn'];
/** Members by which objects of Kubernetes are recognised, before others are asked. */
const OF_OBJECTS = ['kind', 'metadata', 'spec', 'apiVersion'];

/** What a policy is given of an AdmissionReview. */
export function regoInput(review: JsonObject, policy: RegoPolicy): JsonObject {
  return FORMS[policy.input ?? 'admission-review'].make(review, policy);
}

/** Why a policy can see nothing of its input; undefined where it may. */
export function blindness(
  modules: readonly Module[],
  input: RegoInput = 'admission-review',
): RegoWarning | undefined {
  const { members, isWhole } = inputReads(modules);
  const form = FORMS[input];
  const [read] = members;
  if (read === undefined || isWhole || [...members.keys()].some(form.has)) return undefined;
  const names = [...members.keys()].map((name) => `input.${name}`);
  const other = formOf([...members.keys()]);
  const says = other === undefined ? '' : `, or say "input: ${other}" in a "kind: RegoPolicy"`;
  return {
    at: read[1],
    message: `reads ${names.join(', ')}, but its input is ${form.words}: no such rule holds`,
    hint: `read ${form.object}${says}`,
  };
}

/**
 * Warns of modules that deny, and look for the parts of an object of Kubernetes where an
 * AdmissionReview has none: they were written for conftest or Gatekeeper.
 */
export function blindToReviews(modules: readonly Module[]): readonly RegoWarning[] {
  const denies = modules.some(({ rules }) =>
    rules.some(({ ref }) => DENYING.includes(headOf(ref))),
  );
  const blind = denies ? blindness(modules) : undefined;
  const form = formOf([...inputReads(modules).members.keys()]);
  return blind === undefined || form === undefined ? [] : [blind];
}

function headOf(ref: Rule['ref']): string {
  const head = ref.kind === 'var' ? ref : ref.head;
  return head.kind === 'var' ? head.name : '';
}

/** The form that a policy was likely written for. */
function formOf(members: readonly string[]): RegoInput | undefined {
  if (members.includes('request')) return 'admission-review';
  if (members.includes('review')) return 'gatekeeper';
  return members.some((member) => OF_OBJECTS.includes(member)) ? 'object' : undefined;
}

function memberOf(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isJsonObject(value) ? value : {};
}
