/** Patterns that declare variables: left of `:=`, behind `some`, in a function's head. */
import type { Core } from './core.ts';
import { lowerTerm, listNode, objectNode } from './lower-term.ts';
import { complain, type Lowering } from './lowering.ts';
import { nameOfTerm } from '../syntax/parse-term.ts';
import type { Place } from '../model/rego-error.ts';
import type { Sort } from './rego-scope.ts';
import type { Term, VarTerm } from '../syntax/syntax.ts';

const PROBLEMS: Readonly<Record<Sort, (name: string) => string>> = {
  seen: (name) => `var ${name} referenced above`,
  assigned: (name) => `var ${name} assigned above`,
  declared: (name) => `var ${name} declared above`,
  argument: (name) => `arg ${name} redeclared`,
};

/** Lowers a pattern all of whose variables are new. */
export function declarePattern(lowering: Lowering, term: Term, sort: Sort): Core {
  switch (term.kind) {
    case 'var':
      return declareVar(lowering, term, sort);
    case 'array':
      return listNode(
        'array',
        term.items.map((item) => declarePattern(lowering, item, sort)),
      );
    case 'object':
      return objectNode(
        term.entries.map(([key, value]) => [
          sort === 'declared' ? declarePattern(lowering, key, sort) : lowerTerm(lowering, key),
          declarePattern(lowering, value, sort),
        ]),
      );
    default:
      return declareOther(lowering, term, sort);
  }
}

function declareOther(lowering: Lowering, term: Term, sort: Sort): Core {
  if (sort === 'assigned') {
    complain(lowering, 'rego_compile_error', {
      message: `cannot assign to ${nameOfTerm(term)}`,
      at: term.at,
    });
  }
  return lowerTerm(lowering, term);
}

/** Declares one variable; `_` is a new one each time. */
export function declareVar(lowering: Lowering, term: VarTerm, sort: Sort): Core {
  const { name, at } = term;
  if (name === 'input' || name === 'data') refuseShadow(lowering, { name, sort, at });
  const local = lowering.scope.declare(name, sort, at);
  if (typeof local !== 'string') return { kind: 'local', local };
  complain(lowering, 'rego_compile_error', { message: PROBLEMS[local](name), at });
  return { kind: 'local', local: lowering.scope.make(name, at, true) };
}

function refuseShadow(
  lowering: Lowering,
  what: { readonly name: string; readonly sort: Sort; readonly at: Place },
): void {
  const noun = what.sort === 'argument' ? 'args' : 'variables';
  const message = `${noun} must not shadow ${what.name} (use a different variable name)`;
  complain(lowering, 'rego_compile_error', { message, at: what.at, stage: 'names' });
}
