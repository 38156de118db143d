/**
 * Builtins of our own, `assay.`: image references and patterns as every other policy here reads
 * them, so that no rule in Rego has to take names apart with `startswith` and `split`.
 */
import { isAssayError } from '../domain/error.ts';
import { formatImageReference, parseImageReference } from '../domain/image-reference.ts';
import { checkNamePattern, matchesNamePattern } from '../domain/name-pattern.ts';
import { type Builtin, BuiltinFailure } from '../rego/model/builtin.ts';
import { allBuiltins } from '../rego/builtins/all-builtins.ts';
import { plainObject, type Value } from '../rego/model/value.ts';
import { FACT_BUILTINS } from './fact-builtins.ts';

const ASSAY_BUILTINS: readonly Builtin[] = [
  {
    name: 'assay.parse_image',
    args: ['string'],
    result: 'object',
    call: ([text]) => unlessWrong(() => parsed(text as string)),
  },
  {
    name: 'assay.image_matches',
    args: ['string', 'string'],
    result: 'boolean',
    call: ([pattern, text]) => unlessWrong(() => matches(pattern as string, text as string)),
  },
];

/** All builtins of Rego with ours beside them: what policies are compiled with. */
export const POLICY_BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ...allBuiltins,
  ...[...ASSAY_BUILTINS, ...FACT_BUILTINS].map((builtin) => [builtin.name, builtin] as const),
]);

/** The parts of a reference: `name` is registry and repository; tag and digest where it has any. */
function parsed(text: string): Value {
  const reference = parseImageReference(text);
  const { name, tag, digest } = reference;
  const [registry = '', ...path] = name.split('/');
  const parts = {
    registry,
    repository: path.join('/'),
    name,
    reference: formatImageReference(reference),
  };
  return plainObject([
    ...Object.entries(parts),
    ...(tag === undefined ? [] : [['tag', tag] as const]),
    ...(digest === undefined ? [] : [['digest', digest] as const]),
  ]);
}

function matches(pattern: string, text: string): boolean {
  checkNamePattern(pattern);
  return matchesNamePattern(pattern, parseImageReference(text));
}

function unlessWrong<T extends Value>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isAssayError(error)) throw new BuiltinFailure(error.message);
    throw error;
  }
}
