/**
 * Terms: names get their meanings, constants are folded, and each call inside a term becomes a
 * literal before the statement, its result in a variable.
 */
import type { ComprehensionNode, Core, LocalNode } from './core.ts';
import { lowerCall } from './lower-call.ts';
import { assignTo, type Lowering, makeLocal } from './lowering.ts';
import type { Place } from '../model/rego-error.ts';
import type {
  Body,
  CallTerm,
  ComprehensionTerm,
  RefTerm,
  TemplateTerm,
  Term,
  TermStatement,
  VarTerm,
} from '../syntax/syntax.ts';
import { RegoSet, type Value, makeObject } from '../model/value.ts';

/** Lowers a term; calls inside it are written to the body before. */
export function lowerTerm(lowering: Lowering, term: Term): Core {
  switch (term.kind) {
    case 'scalar':
      return { kind: 'const', value: term.value };
    case 'var':
      return lowerVar(lowering, term);
    case 'ref':
      return lowerRef(lowering, term);
    case 'array':
      return listNode(
        'array',
        term.items.map((item) => lowerTerm(lowering, item)),
      );
    case 'set':
      return listNode(
        'set',
        term.items.map((item) => lowerTerm(lowering, item)),
      );
    case 'object':
      return objectNode(
        term.entries.map(([key, value]) => [lowerTerm(lowering, key), lowerTerm(lowering, value)]),
      );
    case 'comprehension':
      return lowerComprehension(lowering, term);
    case 'call':
      return lowerNestedCall(lowering, term);
    case 'template':
      return lowerTemplate(lowering, term);
  }
}

/** Lowers terms from left to right. */
export function lowerTerms(lowering: Lowering, terms: readonly Term[]): readonly Core[] {
  return terms.map((term) => lowerTerm(lowering, term));
}

function lowerVar(lowering: Lowering, term: VarTerm): Core {
  const declared = lowering.scope.find(term.name);
  if (declared !== undefined) return { kind: 'local', local: declared };
  if (term.name === 'input') return { kind: 'input' };
  if (term.name === 'data') return useOf(lowering, { kind: 'data' }, term.at);
  const path = lowering.names.globals.get(term.name);
  if (path === undefined) {
    return { kind: 'local', local: lowering.scope.see(term.name, term.at) };
  }
  return useOf(lowering, globalNode(path, term.at), term.at);
}

function globalNode([root, ...path]: readonly string[], at: Place): Core {
  const head: Core = { kind: root === 'input' ? 'input' : 'data' };
  if (path.length === 0) return head;
  return { kind: 'ref', head, path: path.map((value) => ({ kind: 'const', value })), at };
}

/** `head[path]`, with a ref in the head's place flattened. */
function lowerRef(lowering: Lowering, term: RefTerm): Core {
  const before = lowering.uses.length;
  const head = lowerTerm(lowering, term.head);
  if (term.head.kind === 'var') lowering.uses.length = before;
  const path = lowerTerms(lowering, term.path);
  if (head.kind !== 'ref')
    return useOf(lowering, { kind: 'ref', head, path, at: term.at }, term.at);
  const joined = { ...head, path: [...head.path, ...path], at: term.at };
  return useOf(lowering, joined, term.at);
}

/** Notes which place below `data` is read. */
function useOf<T extends Core>(lowering: Lowering, node: T, at: Place): T {
  if (node.kind === 'data') lowering.uses.push({ path: [], at });
  if (node.kind !== 'ref' || node.head.kind !== 'data') return node;
  const path = node.path.map((key) =>
    key.kind === 'const' && typeof key.value === 'string' ? key.value : undefined,
  );
  lowering.uses.push({ path, at });
  return node;
}

/** An array or set; a constant where all members are. */
export function listNode(kind: 'array' | 'set', items: readonly Core[]): Core {
  const values = constants(items);
  if (values === undefined) return { kind, items };
  return { kind: 'const', value: kind === 'array' ? values : RegoSet.of(values) };
}

/** An object; a constant where all keys and values are. */
export function objectNode(entries: readonly (readonly [Core, Core])[]): Core {
  const keys = constants(entries.map(([key]) => key));
  const values = keys && constants(entries.map(([, value]) => value));
  if (keys === undefined || values === undefined) return { kind: 'object', entries };
  const pairs = keys.map((key, index) => [key, values[index] as Value] as const);
  return { kind: 'const', value: makeObject(pairs) };
}

function constants(nodes: readonly Core[]): readonly Value[] | undefined {
  const values: Value[] = [];
  for (const node of nodes) {
    if (node.kind !== 'const') return undefined;
    values.push(node.value);
  }
  return values;
}

function lowerComprehension(lowering: Lowering, term: ComprehensionTerm): ComprehensionNode {
  let key: Core | undefined;
  let value: Core | undefined;
  const body = lowering.body(lowering, term.body, (inner) => {
    if (term.key) key = settled(inner, lowerTerm(inner, term.key), term.at);
    value = settled(inner, lowerTerm(inner, term.value), term.at);
  });
  const node = {
    kind: 'comprehension',
    of: term.of,
    value: value as Core,
    body,
    at: term.at,
  } as const;
  return key === undefined ? node : { ...node, key };
}

/** What a head reads must have a value by then: what is looked up is so in the body. */
export function settled(lowering: Lowering, node: Core, at: Place): Core {
  return isSettled(node) ? node : assignTo(lowering, node, at);
}

function isSettled(node: Core): boolean {
  switch (node.kind) {
    case 'const':
    case 'local':
      return true;
    case 'array':
    case 'set':
      return node.items.every(isSettled);
    case 'object':
      return node.entries.every(([key, value]) => isSettled(key) && isSettled(value));
    default:
      return false;
  }
}

function lowerTemplate(lowering: Lowering, term: TemplateTerm): Core {
  const parts = term.parts.map((part) =>
    typeof part === 'string' ? part : lowerPart(lowering, part),
  );
  if (parts.every((part) => typeof part === 'string')) {
    return { kind: 'const', value: parts.join('') };
  }
  return { kind: 'template', parts, at: term.at };
}

function lowerPart(lowering: Lowering, part: TermStatement): ComprehensionNode {
  return collect(lowering, part.term, part);
}

const PART = '$part';

/** `{x | x = term with …}`: what a term gives, and nothing where it is undefined. */
export function collect(
  lowering: Lowering,
  term: Term,
  part?: Pick<TermStatement, 'with'>,
): ComprehensionNode {
  const name = `${PART}${lowering.scope.frameSize}`;
  const variable: VarTerm = { kind: 'var', name, at: term.at };
  const call: CallTerm = {
    kind: 'call',
    operator: ['assign'],
    args: [variable, term],
    at: term.at,
  };
  const body: Body = [
    { kind: 'term', term: call, negated: false, with: part?.with ?? [], at: term.at },
  ];
  const of = 'set';
  return lowerComprehension(lowering, {
    kind: 'comprehension',
    of,
    value: variable,
    body,
    at: term.at,
  });
}

/** Tells whether a comprehension was made by `collect`, by its value. */
export function isCollected(value: Core): boolean {
  return value.kind === 'local' && value.local.name.startsWith(PART);
}

function lowerNestedCall(lowering: Lowering, term: CallTerm): Core {
  const constant = metadataOf(lowering, term);
  if (constant !== undefined) return { kind: 'const', value: constant };
  const args = lowerTerms(lowering, term.args);
  const out: LocalNode = { kind: 'local', local: makeLocal(lowering, term.at) };
  const literal = lowerCall(lowering, term, { args, out });
  if (literal !== undefined) lowering.out.push(literal);
  return out;
}

/** `rego.metadata.rule()` and `rego.metadata.chain()` are known at compile time. */
function metadataOf(lowering: Lowering, term: CallTerm): Value | undefined {
  const name = term.operator.join('.');
  if (name === 'rego.metadata.rule') return lowering.metadata.rule;
  return name === 'rego.metadata.chain' ? lowering.metadata.chain : undefined;
}
