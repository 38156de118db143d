/**
 * Type errors: terms that can never be equal, operands of a wrong type, keys that cannot be there.
 * Types are inferred as OPA does, from the first rule that nothing else needs to the last; what is
 * not known is never an error.
 */
import type { CallLiteral, ComprehensionNode, Core, CoreRule, Literal } from '../core.ts';
import { PRINT } from '../lower-statement.ts';
import { termsOf } from '../literal-vars.ts';
import { RegoError } from '../../model/rego-error.ts';
import { checkRefTypes } from './check-ref-types.ts';
import { matchTerms, matchType } from './match-types.ts';
import {
  ANY,
  type RegoType,
  UNKNOWN,
  arrayType,
  formatType,
  hasUnknown,
  objectType,
  setType,
} from './rego-type.ts';
import { type Parameter, argumentText, signatureOf } from './signature.ts';
import { type TypeContext, typeOfTerm } from './type-of-term.ts';
import { TypeScope } from './type-scope.ts';
import { type TypeNode, forgetType, insertType, typeNode } from './type-tree.ts';

type Report = (error: RegoError) => void;

/** What is at hand while a body is checked. */
interface Checking extends TypeContext {
  readonly report: Report;
}

/** Checks rules, each behind those that it reads; answers the types of their places. */
export function checkTypes(rules: readonly CoreRule[], report: Report): TypeNode {
  const types = typeNode();
  for (const rule of rules) {
    for (const branch of rule.branches) {
      const checking = startChecking(types, report);
      const isSound = checkBody(checking, branch.body);
      if (isSound) insertType(types, rule.prefix, typeOfBranch(checking, rule, branch));
      else forgetType(types, rule.prefix);
    }
  }
  return types;
}

/** Checks the body of a query. */
export function checkQueryTypes(rules: TypeNode, body: readonly Literal[], report: Report): void {
  checkBody(startChecking(rules, report), body);
}

function startChecking(rules: TypeNode, report: Report): Checking {
  return { rules, scope: new TypeScope(), closures: new Map(), report };
}

function typeOfBranch(
  context: TypeContext,
  rule: CoreRule,
  { keys, value }: CoreRule['branches'][number],
): RegoType {
  const result = typeOfTerm(context, value);
  if (rule.arity !== undefined) {
    const args = rule.arguments.map((local) => known(context.scope.get(local)));
    return { kind: 'function', args, result: known(result) };
  }
  if (rule.isMember) return keys.length === 0 ? setType(known(result)) : ANY;
  return keys.reduceRight<RegoType>(
    (inner, key) => objectType([], { key: known(typeOfTerm(context, key)), value: inner }),
    known(result),
  );
}

function known(type: RegoType): RegoType {
  return type.kind === 'unknown' ? ANY : type;
}

/** Checks a body; tells whether it is right. */
function checkBody(checking: Checking, body: readonly Literal[]): boolean {
  return checkAll(body, (literal) => checkLiteral(checking, literal));
}

/** Checks all of a list, whatever one of them is. */
function checkAll<T>(list: readonly T[], check: (each: T) => boolean): boolean {
  let isSound = true;
  for (const each of list) isSound = check(each) && isSound;
  return isSound;
}

function checkLiteral(checking: Checking, literal: Literal): boolean {
  if (literal.kind === 'not') return checkBody(checking, [...literal.before, ...literal.body]);
  const isSound = checkParts(checking, termsOf(literal));
  if (literal.kind === 'every') {
    const inner = { ...checking, scope: new TypeScope(checking.scope) };
    for (const local of [literal.key, literal.value]) if (local) inner.scope.set(local, ANY);
    return checkEvery(inner, literal.body) && isSound;
  }
  const error = errorOf(checking, literal);
  if (error === undefined) return isSound;
  // Where a part was refused already, what follows from it is not told again.
  if (isSound || !error.hasUnknown) checking.report(error.error);
  return false;
}

/** In `every`, OPA looks at refs and closures only. */
function checkEvery(checking: Checking, body: readonly Literal[]): boolean {
  return checkAll(body, (literal) => {
    const isSound = checkParts(checking, termsOf(literal));
    if (literal.kind === 'every') return checkEvery(checking, literal.body) && isSound;
    return isSound;
  });
}

/** Checks the closures and refs of terms. */
function checkParts(checking: Checking, nodes: readonly Core[]): boolean {
  return checkAll(nodes, (node) => checkNode(checking, node));
}

function checkNode(checking: Checking, node: Core): boolean {
  switch (node.kind) {
    case 'comprehension':
      return checkComprehension(checking, node);
    case 'template':
      return checkParts(
        checking,
        node.parts.filter((part) => typeof part !== 'string'),
      );
    case 'array':
    case 'set':
      return checkParts(checking, node.items);
    case 'object':
      return checkParts(checking, node.entries.flat());
    case 'ref': {
      const isSound = checkParts(checking, [node.head, ...node.path]);
      const error = checkRefTypes(checking, node);
      if (error) checking.report(error);
      return isSound && error === undefined;
    }
    default:
      return true;
  }
}

function checkComprehension(checking: Checking, node: ComprehensionNode): boolean {
  const inner = { ...checking, scope: new TypeScope(checking.scope) };
  const isSound = checkBody(inner, node.body);
  checking.closures.set(node, isSound ? typeOfComprehension(inner, node) : UNKNOWN);
  return isSound;
}

function typeOfComprehension(context: TypeContext, node: ComprehensionNode): RegoType {
  const value = known(typeOfTerm(context, node.value));
  if (node.of === 'array') return arrayType([], value);
  if (node.of === 'set') return setType(value);
  const key = node.key ? known(typeOfTerm(context, node.key)) : ANY;
  return objectType([], { key, value });
}

/** An error, and whether something unknown has a part in it. */
interface FoundError {
  readonly error: RegoError;
  readonly hasUnknown: boolean;
}

function errorOf(checking: Checking, literal: Literal): FoundError | undefined {
  if (literal.kind === 'call') return errorOfCall(checking, literal);
  if (literal.kind !== 'unify') return undefined;
  const { left, right, at } = literal;
  if (matchTerms(checking, left, right)) return undefined;
  const [a, b] = [typeOfTerm(checking, left), typeOfTerm(checking, right)];
  const message = `match error\n\tleft  : ${formatType(a)}\n\tright : ${formatType(b)}`;
  const error = new RegoError('rego_type_error', message, { at });
  return { error, hasUnknown: hasUnknown(a) || hasUnknown(b) };
}

function errorOfCall(checking: Checking, literal: CallLiteral): FoundError | undefined {
  const { args, out, at } = literal;
  const parameters = parametersOf(checking, literal);
  const nodes = out ? [...args, out] : args;
  const fits = nodes.every((node, index) =>
    matchType(checking, node, parameters[index]?.type ?? UNKNOWN),
  );
  if (fits) return undefined;
  const have = nodes.map((node) => typeOfTerm(checking, node));
  const message = argumentText(nameOf(literal), 'invalid argument(s)', { have, want: parameters });
  const error = new RegoError('rego_type_error', message, { at });
  return { error, hasUnknown: have.some(hasUnknown) };
}

/** The operands and the result of what is called; none where nothing is known of them. */
function parametersOf({ rules }: TypeContext, { callee }: CallLiteral): readonly Parameter[] {
  if (callee.kind === 'builtin') {
    if (callee.builtin === PRINT) return [];
    const { args, result } = signatureOf(callee.builtin);
    return [...args, result];
  }
  let node: TypeNode | undefined = rules;
  for (const key of callee.path) node = node?.children.get(key);
  const type = node?.type;
  if (type?.kind !== 'function') return [];
  return [...type.args, type.result].map((each) => ({ name: '', type: each }));
}

function nameOf({ callee }: CallLiteral): string {
  return callee.kind === 'builtin' ? callee.builtin.name : ['data', ...callee.path].join('.');
}
