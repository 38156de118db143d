/** Which texts a term may be, as far as they are written in its module: for checks of literals. */
import type { Module, Rule, Statement, Term } from '../syntax/syntax.ts';
import { statementsOfRule } from '../syntax/syntax-terms.ts';

/** Terms by the names that stand for them. */
export type Known = ReadonlyMap<string, Term>;

/** The rules of a module that are a value and nothing else: `allowed := {"a", "b"}`. */
export function constantsOf({ rules }: Module): Known {
  const constants = rules.filter(isConstant);
  return new Map(constants.map(({ ref, value }) => [ref.kind === 'var' ? ref.name : '', value]));
}

function isConstant({ kind, ref, args, body, isDefault, otherwise }: Rule): boolean {
  const [first] = body;
  const isTrue = first?.kind === 'term' && first.term.kind === 'scalar';
  const isPlain = kind === 'value' && ref.kind === 'var' && !args && !isDefault;
  return isPlain && isTrue && body.length === 1 && otherwise.length === 0;
}

/** What a rule's variables stand for beside constants: `some x in allowed`, `x := allowed[_]`. */
export function variablesOf(rule: Rule, constants: Known): Known {
  return new Map([...constants, ...statementsOfRule(rule).flatMap(boundBy)]);
}

function boundBy(statement: Statement): readonly (readonly [string, Term])[] {
  if (statement.kind === 'some-in') {
    const { value, domain } = statement;
    return value.kind === 'var' ? [[value.name, domain]] : [];
  }
  if (statement.kind !== 'term' || statement.term.kind !== 'call') return [];
  const [left, right] = statement.term.args;
  const isBound = ['assign', 'eq'].includes(statement.term.operator.join('.'));
  return isBound && left?.kind === 'var' && right ? [[left.name, right]] : [];
}

const MAX_STEPS = 5;

/** The texts that a term, or a member of it, may be. */
export function textsOf(term: Term, known: Known, steps = MAX_STEPS): readonly string[] {
  if (steps === 0) return [];
  if (term.kind === 'scalar') return typeof term.value === 'string' ? [term.value] : [];
  const within = term.kind === 'array' || term.kind === 'set' ? term.items : named(term, known);
  return within.flatMap((one) => textsOf(one, known, steps - 1));
}

/** What a variable, or a member of one, stands for. */
function named(term: Term, known: Known): readonly Term[] {
  const head = term.kind === 'ref' && term.path.length === 1 ? term.head : term;
  const found = head.kind === 'var' ? known.get(head.name) : undefined;
  return found ? [found] : [];
}
