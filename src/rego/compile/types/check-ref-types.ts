/** Refs into what is known: a key that cannot be there is an error, told as OPA tells it. */
import type { Core, RefNode } from '../core.ts';
import { RegoError } from '../../model/rego-error.ts';
import { compareValues, formatValue } from '../../model/value.ts';
import type { Value } from '../../model/value.ts';
import { matchType } from './match-types.ts';
import { type RegoType, STRING, formatType } from './rego-type.ts';
import { keysOfType, selectType, valuesOfType } from './select-type.ts';
import { type TypeContext, childAt, typeOfTerm } from './type-of-term.ts';
import type { TypeNode } from './type-tree.ts';

/** The error of a ref, if it has one; variables in it get their types. */
export function checkRefTypes(context: TypeContext, ref: RefNode): RegoError | undefined {
  if (ref.head.kind !== 'data')
    return checkPath(context, ref, { type: typeOfTerm(context, ref.head), index: 0 });
  let node = context.rules;
  for (const [index, key] of ref.path.entries()) {
    const problem = checkPlace(context, { ref, index, node });
    if (problem !== undefined) return problem;
    const child = key.kind === 'const' ? childAt(node, key.value) : undefined;
    if (child === undefined) return undefined;
    if (child.type?.kind === 'function') return unsupportedRef(ref, index + 1, child.type);
    if (child.type) return checkPath(context, ref, { type: child.type, index: index + 1 });
    node = child;
  }
  return undefined;
}

/** A key within packages: names only. */
function checkPlace(
  context: TypeContext,
  { ref, index, node }: { readonly ref: RefNode; readonly index: number; readonly node: TypeNode },
): RegoError | undefined {
  const key = ref.path[index] as Core;
  if (key.kind === 'const' && (index > 1 || typeof key.value === 'string')) return undefined;
  if (key.kind !== 'const' && key.kind !== 'local') return undefined;
  const have = typeOfTerm(context, key);
  if (matchType(context, key, STRING)) return undefined;
  const oneOf = [...node.children.keys()].sort((a, b) => compareValues(a, b));
  return invalidRef(ref, { index, have, want: STRING, oneOf });
}

/** The rest of a path, from a value of a type on. */
function checkPath(
  context: TypeContext,
  ref: RefNode,
  start: { readonly type: RegoType; readonly index: number },
): RegoError | undefined {
  let { type } = start;
  for (const [offset, key] of ref.path.slice(start.index).entries()) {
    const index = start.index + offset;
    const keys = keysOfType(type);
    if (keys === undefined) return unsupportedRef(ref, index, type);
    const next = key.kind === 'const' ? selectType(type, key.value) : valuesOfType(type);
    const have = key.kind === 'const' ? undefined : typeOfTerm(context, key);
    const fits = key.kind === 'const' ? next !== undefined : matchType(context, key, keys);
    if (!fits || next === undefined) {
      return invalidRef(ref, { index, have, want: keys, oneOf: fixedKeys(type) });
    }
    type = next;
  }
  return undefined;
}

function fixedKeys(type: RegoType): readonly Value[] {
  if (type.kind === 'object') return type.fixed.map(({ key }) => key);
  if (type.kind !== 'any') return [];
  const keys = type.of.flatMap(fixedKeys).sort(compareValues);
  return keys.filter((key, index) => {
    const before = keys[index - 1];
    return before === undefined || compareValues(before, key) !== 0;
  });
}

function undefinedRef(ref: RefNode, lines: readonly string[]): RegoError {
  const text = textOfRef(ref, ref.path.length);
  const message = [`undefined ref: ${text}`, text, ...lines].join('\n\t');
  return new RegoError('rego_type_error', message, { at: ref.at });
}

/** What stands before a key has no keys. */
function unsupportedRef(ref: RefNode, index: number, have: RegoType): RegoError {
  const marks = '^'.repeat(textOfRef(ref, index).length);
  return undefinedRef(ref, [marks, `have: ${formatType(have)}`]);
}

/** What is said of a key that cannot be there. */
interface WrongKey {
  readonly index: number;
  /** Its type, where it is no constant. */
  readonly have: RegoType | undefined;
  readonly want: RegoType;
  readonly oneOf: readonly Value[];
}

/** Most keys that a message names. */
const MAX_NAMED = 20;

function invalidRef(ref: RefNode, { index, have, want, oneOf }: WrongKey): RegoError {
  const pad = ' '.repeat(textOfRef(ref, index).length + 1);
  const key = ref.path[index] as Core;
  const found = have ? `have (type): ${formatType(have)}` : `have: ${textOfKey(key)}`;
  const named = oneOf.slice(0, MAX_NAMED).map((each) => formatValue(each));
  const more = oneOf.length > MAX_NAMED ? ' …' : '';
  const wanted =
    oneOf.length > 0
      ? `want (one of): [${named.join(' ')}${more}]`
      : `want (type): ${formatType(want)}`;
  return undefinedRef(ref, [`${pad}^`, `${pad}${found}`, `${pad}${wanted}`]);
}

/** A ref up to a key, as it would be written. */
function textOfRef({ head, path }: RefNode, length: number): string {
  return textOfKey(head) + path.slice(0, length).map(textOfPart).join('');
}

function textOfPart(key: Core): string {
  const name = key.kind === 'const' && typeof key.value === 'string' ? key.value : '';
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `[${textOfKey(key)}]`;
}

function textOfKey(key: Core): string {
  if (key.kind === 'const') return formatValue(key.value);
  if (key.kind === 'ref') return textOfRef(key, key.path.length);
  if (key.kind !== 'local') return key.kind;
  const { name, slot } = key.local;
  if (name.startsWith('$')) return '_';
  return name === '' ? `__local${slot}__` : name;
}
