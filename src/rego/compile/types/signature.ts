/** What a builtin takes and gives, in OPA's types and with OPA's names of its operands. */
import type { Builtin, OperandType } from '../../model/builtin.ts';
import { SIGNATURES } from '../../model/builtin-signatures.ts';
import { type RegoType, anyOf, formatType } from './rego-type.ts';
import { parseType } from './type-notation.ts';

/** An operand or a result. */
export interface Parameter {
  /** Empty where it has none. */
  readonly name: string;
  readonly type: RegoType;
}

/** What a function takes and gives. */
export interface Signature {
  readonly args: readonly Parameter[];
  readonly result: Parameter;
}

const known = new Map<Builtin, Signature>();

/** The signature of a builtin: OPA's, or what its own row says where OPA has no such builtin. */
export function signatureOf(builtin: Builtin): Signature {
  const found = known.get(builtin);
  if (found) return found;
  const made = makeSignature(builtin);
  known.set(builtin, made);
  return made;
}

function makeSignature(builtin: Builtin): Signature {
  const texts = SIGNATURES[builtin.name];
  const all = texts?.map(readParameter) ?? [...builtin.args, builtin.result].map(plainParameter);
  return { args: all.slice(0, -1), result: all.at(-1) as Parameter };
}

function readParameter(text: string): Parameter {
  const [, name = '', type = text] = /^([\w ]+): (.*)$/.exec(text) ?? [];
  return { name, type: parseType(type) };
}

const PLAIN: Readonly<Record<string, string>> = {
  array: 'array[any]',
  object: 'object[any: any]',
  set: 'set[any]',
};

function plainParameter(type: OperandType): Parameter {
  const names = typeof type === 'string' ? [type] : type;
  return { name: '', type: anyOf(names.map((name) => parseType(PLAIN[name] ?? name))) };
}

/** Prints a parameter as OPA does: `collection: set[any]`. */
export function formatParameter({ name, type }: Parameter): string {
  return name === '' ? formatType(type) : `${name}: ${formatType(type)}`;
}

/** What is said of operands: those that there are, and those that are wanted. */
export function argumentText(
  name: string,
  problem: string,
  types: { readonly have: readonly RegoType[]; readonly want: readonly Parameter[] },
): string {
  const have = types.have.map(formatType).join(', ');
  const want = types.want.map(formatParameter).join(', ');
  return `${name}: ${problem}\n\thave: (${have})\n\twant: (${want})`;
}
