/** `with`: what it replaces, and by what. */
import type { Builtin } from '../model/builtin.ts';
import type { WithNode, WithTarget, WithValue } from './core.ts';
import { arityOf, findCallee } from './lower-call.ts';
import { lowerTerm, settled } from './lower-term.ts';
import { complain, type Lowering, pathKey } from './lowering.ts';
import type { Place } from '../model/rego-error.ts';
import type { RefTerm, Term, VarTerm, WithModifier } from '../syntax/syntax.ts';
import { calleeName } from './core.ts';

/** Lowers modifiers; their values are read before the statement, outside of its replacements. */
export function lowerWith(
  lowering: Lowering,
  modifiers: readonly WithModifier[],
): readonly WithNode[] {
  lowering.with = [];
  return modifiers.flatMap((modifier) => {
    const target = findTarget(lowering, modifier.target);
    if (target === undefined) return [];
    const value = lowerValue(lowering, modifier, target);
    return [{ target, value, at: modifier.at }];
  });
}

function findTarget(lowering: Lowering, term: RefTerm | VarTerm): WithTarget | undefined {
  const path = namesOf(lowering, term);
  const [root = '', ...rest] = path ?? [];
  if (root === 'input') return { kind: 'input', path: rest };
  if (root === 'data') return dataTarget(lowering, rest, term.at);
  return builtinTarget(lowering, path?.join('.') ?? '', term.at);
}

function builtinTarget(lowering: Lowering, name: string, at: Place): WithTarget | undefined {
  const builtin = lowering.functions.builtins.get(name);
  const problem = builtinProblem(name, builtin);
  if (problem !== undefined) {
    const message = `with keyword replacing built-in function: ${problem}`;
    complain(lowering, 'rego_compile_error', { message, at, stage: 'with' });
  } else if (builtin === undefined) {
    const message = 'with keyword target must reference existing input, data, or a function';
    complain(lowering, 'rego_type_error', { message, at, stage: 'with' });
  }
  return builtin && { kind: 'function', name };
}

/** What the evaluation knows nothing of, because the compiler has its own for it. */
const IRREPLACEABLE: ReadonlySet<string> = new Set([
  'eq',
  'rego.metadata.chain',
  'rego.metadata.rule',
]);

function builtinProblem(name: string, builtin: Builtin | undefined): string | undefined {
  if (IRREPLACEABLE.has(name)) return `replacement of "${name}" invalid`;
  if (name.startsWith('internal.')) return `replacement of internal function "${name}" invalid`;
  if (builtin?.isRelation) return 'target must not be a relation';
  return name === 'print' ? 'target must not be a void function' : undefined;
}

/** A place in `data`; within the value of a rule there is none. */
function dataTarget(lowering: Lowering, path: readonly string[], at: Place): WithTarget {
  const callee = findCallee(lowering, ['data', ...path]);
  if (callee !== undefined) return { kind: 'function', name: calleeName(callee) };
  if (path.some((_, end) => lowering.functions.places.has(pathKey(path.slice(0, end))))) {
    const message = 'with keyword cannot partially replace virtual document(s)';
    complain(lowering, 'rego_compile_error', { message, at, stage: 'with' });
  }
  return { kind: 'data', path };
}

/** The names of a target, imports and rules resolved; undefined where one is no constant. */
function namesOf(lowering: Lowering, term: Term): readonly string[] | undefined {
  if (term.kind === 'var') return lowering.names.globals.get(term.name) ?? [term.name];
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined;
  const path: string[] = [...(lowering.names.globals.get(term.head.name) ?? [term.head.name])];
  for (const key of term.path) {
    if (key.kind !== 'scalar' || typeof key.value !== 'string') return undefined;
    path.push(key.value);
  }
  return path;
}

function lowerValue(lowering: Lowering, modifier: WithModifier, target: WithTarget): WithValue {
  const names = target.kind === 'function' ? namesOf(lowering, modifier.value) : undefined;
  const callee = names && !isVariable(lowering, modifier.value) && findCallee(lowering, names);
  if (callee) {
    if (callee.kind === 'function') {
      lowering.uses.push({ path: callee.path, at: modifier.at });
    }
    checkArity(lowering, modifier, target);
    return { kind: 'callee', callee };
  }
  const term = settled(lowering, lowerTerm(lowering, modifier.value), modifier.at);
  return { kind: 'term', term };
}

function isVariable(lowering: Lowering, term: Term): boolean {
  return term.kind === 'var' && lowering.scope.find(term.name) !== undefined;
}

/** A function stands for one with as many arguments only. */
function checkArity(lowering: Lowering, modifier: WithModifier, target: WithTarget): void {
  if (target.kind !== 'function') return;
  const names = namesOf(lowering, modifier.value) ?? [];
  const [by, of] = [findCallee(lowering, names), findCallee(lowering, target.name.split('.'))];
  if (by === undefined || of === undefined) return;
  const [got, wanted] = [arityOf(lowering, by), arityOf(lowering, of)];
  if (got === wanted) return;
  const message = `${target.name}: arity mismatch\n\thave: ${got}\n\twant: ${wanted}`;
  complain(lowering, 'rego_type_error', { message, at: modifier.at, stage: 'types' });
}
