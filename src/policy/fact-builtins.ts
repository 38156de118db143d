/**
 * Builtins that tell what is known of an image, out of the table that is handed in with the
 * request. Where facts are wanted and not known, the evaluation ends: were the call undefined, a
 * rule that denies would let in what nobody has looked at.
 */
import type { Builtin, BuiltinContext } from '../rego/model/builtin.ts';
import { member } from '../rego/model/look-up.ts';
import { RegoError } from '../rego/model/rego-error.ts';
import type { Value } from '../rego/model/value.ts';
import { factsKey } from './facts-key.ts';

const STATE = 'assay.image_state';
const FACTS = 'assay.image_facts';

/** Steps of a call, for reading the reference. */
const STEPS = 20;
const MAX_SHOWN = 300;

/** The builtins that read the table. */
export const FACT_BUILTINS: readonly Builtin[] = [
  {
    name: STATE,
    args: ['any'],
    result: 'object',
    call: ([image], context) => member(handed(STATE, image, context), 'state'),
  },
  {
    name: FACTS,
    args: ['any'],
    result: 'object',
    call: ([image], context) => {
      const told = handed(FACTS, image, context);
      return member(told, 'facts') ?? notKnown(member(told, 'state'), context);
    },
  },
];

/** Whether a policy's text names one of them. */
export function namesFacts(texts: readonly string[]): boolean {
  return texts.some((text) => text.includes('image_facts') || text.includes('image_state'));
}

function handed(name: string, image: Value | undefined, context: BuiltinContext): Value {
  context.charge(STEPS);
  if (typeof image !== 'string') {
    throw failure(context, `${name}: operand 1 is no text; wanted the text of an image`);
  }
  const found = member(context.handed, factsKey(image));
  if (found !== undefined) return found;
  const shown = JSON.stringify(image.slice(0, MAX_SHOWN));
  throw failure(
    context,
    context.handed === undefined
      ? `${name}: no facts of images are known here (asked for ${shown}); in tests put them in ` +
          `its place: with ${name} as {…}; for eval give them: --facts FILE`
      : `${name}: nothing was looked up of ${shown}; only images that the request names are`,
  );
}

function notKnown(state: Value | undefined, context: BuiltinContext): never {
  const said = (key: string): string => {
    const value = member(state, key);
    return typeof value === 'string' ? value : '';
  };
  const image = said('image');
  const problems = member(state, 'problems');
  const why = Array.isArray(problems) ? problems.slice(0, 3).map(String) : [];
  const found = [`is ${said('status')}`, ...why].join(': ');
  throw failure(context, `${FACTS}: ${image} ${found}; ${whatToDo(state, said('reference'))}`);
}

function whatToDo(state: Value | undefined, reference: string): string {
  if (member(state, 'usable') === true && member(state, 'pinned') === false) {
    return `a tag may point at another image when it is pulled; deploy ${reference}`;
  }
  const scan = `assay scan ${reference === '' ? 'IMAGE' : reference}`;
  return `wanted COMPLETE and up to date: ${scan}; or have the policy ask ${STATE} first`;
}

function failure({ at }: BuiltinContext, message: string): RegoError {
  return new RegoError('eval_builtin_error', message, { at });
}
