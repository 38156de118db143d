/** Executes a template's tree over its data; each node costs a step, each byte printed a byte. */
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import type { Value } from '../model/value.ts';
import { valueAt } from '../model/value.ts';
import { templateFunctions } from './template-functions.ts';
import type { TemplateNode, TemplateOperand, TemplatePipeline } from './template-parser.ts';
import {
  NOTHING,
  isTrue,
  mapPairs,
  printValue,
  templateValue,
  typeNameOf,
} from './template-values.ts';
import type { TemplateValue } from './template-values.ts';

/** What is printed for a missing key. */
const MISSING = '<undefined>';

/** How a list of nodes ended: at its end, or by leaving the loop around it. */
type Ending = 'end' | 'break' | 'continue';
type Meters = Pick<BuiltinContext, 'charge' | 'allocate'>;
type Block = Extract<TemplateNode, { readonly kind: 'if' | 'with' | 'range' }>;

/** Prints a template over an object; throws a `BuiltinFailure` where Go stops with an error. */
export function renderTemplate(
  nodes: readonly TemplateNode[],
  data: TemplateValue,
  meters: Meters,
): string {
  const renderer = new TemplateRenderer(data, meters);
  renderer.list(nodes, data);
  return renderer.output();
}

class TemplateRenderer {
  readonly #meters: Meters;
  readonly #variables: { readonly name: string; value: TemplateValue }[];
  readonly #printed: string[] = [];

  constructor(data: TemplateValue, meters: Meters) {
    this.#meters = meters;
    this.#variables = [{ name: '$', value: data }];
  }

  output(): string {
    return this.#printed.join('');
  }

  list(nodes: readonly TemplateNode[], dot: TemplateValue): Ending {
    for (const node of nodes) {
      const ending = this.#node(node, dot);
      if (ending !== 'end') return ending;
    }
    return 'end';
  }

  #node(node: TemplateNode, dot: TemplateValue): Ending {
    this.#meters.charge(1);
    switch (node.kind) {
      case 'text':
        this.#print(node.text);
        return 'end';
      case 'print':
        this.#printPipeline(node.pipeline, dot);
        return 'end';
      case 'break':
      case 'continue':
        return node.kind;
      default:
        return this.#block(node, dot);
    }
  }

  #print(text: string): void {
    this.#meters.allocate(text.length);
    this.#printed.push(text);
  }

  #printPipeline(pipeline: TemplatePipeline, dot: TemplateValue): void {
    const value = this.#pipeline(pipeline, dot);
    if (pipeline.variables.length > 0) {
      this.#bind(pipeline, value);
      return;
    }
    this.#print(value.type === 'none' ? MISSING : printValue(value));
  }

  #block(node: Block, dot: TemplateValue): Ending {
    const known = this.#variables.length;
    const value = this.#pipeline(node.pipeline, dot);
    const ending =
      node.kind === 'range' ? this.#range(node, value, dot) : this.#branch(node, value, dot);
    this.#variables.length = known;
    return ending;
  }

  #branch(node: Block, value: TemplateValue, dot: TemplateValue): Ending {
    if (node.pipeline.variables.length > 0) this.#bind(node.pipeline, value);
    if (!isTrue(value)) return this.list(node.otherwise, dot);
    return this.list(node.body, node.kind === 'with' ? value : dot);
  }

  #range(node: Block, value: TemplateValue, dot: TemplateValue): Ending {
    const known = this.#variables.length;
    let isEmpty = true;
    for (const [key, member] of membersOf(value)) {
      isEmpty = false;
      this.#meters.charge(1);
      this.#bindMember(node.pipeline, key, member);
      const ending = this.list(node.body, member);
      this.#variables.length = known;
      if (ending === 'break') break;
    }
    return isEmpty ? this.list(node.otherwise, dot) : 'end';
  }

  /** One variable of a `range` is the member, the first of two its key. */
  #bindMember(pipeline: TemplatePipeline, key: TemplateValue, member: TemplateValue): void {
    const { variables, isAssignment } = pipeline;
    const values = variables.length === 2 ? [key, member] : [member];
    variables.forEach((name, at) => this.#set(name, values[at] as TemplateValue, isAssignment));
  }

  #bind({ variables, isAssignment }: TemplatePipeline, value: TemplateValue): void {
    variables.forEach((name) => this.#set(name, value, isAssignment));
  }

  #set(name: string, value: TemplateValue, isAssignment: boolean): void {
    const found = isAssignment && this.#variables.findLast((one) => one.name === name);
    if (found) found.value = value;
    else this.#variables.push({ name, value });
  }

  #pipeline({ commands }: TemplatePipeline, dot: TemplateValue): TemplateValue {
    let value: TemplateValue | undefined;
    for (const command of commands) value = this.#command(command, dot, value);
    return value ?? NOTHING;
  }

  #command(
    [first, ...rest]: readonly TemplateOperand[],
    dot: TemplateValue,
    piped: TemplateValue | undefined,
  ): TemplateValue {
    this.#meters.charge(1);
    if (first?.kind === 'function') return this.#call(first.name, { rest, dot, piped });
    if (rest.length > 0 || piped) throw failure("can't give argument to non-function");
    if (first?.kind === 'nil') throw failure('nil is not a command');
    return this.#operand(first as TemplateOperand, dot);
  }

  #call(name: string, { rest, dot, piped }: Operands): TemplateValue {
    if (name === 'and' || name === 'or') return this.#logic(name, { rest, dot, piped });
    const values = rest.map((operand) => this.#operand(operand, dot));
    if (piped) values.push(piped);
    const { wants, call } = templateFunctions.get(name)!;
    const [least, most] = wants;
    if (values.length < least || values.length > most) throw wrongCount(name, least, values.length);
    const result = call(values, this.#meters);
    if (result.type === 'string') this.#meters.allocate(result.value.length);
    return result;
  }

  /** The first operand that decides, or the last. */
  #logic(name: 'and' | 'or', { rest, dot, piped }: Operands): TemplateValue {
    if (rest.length === 0 && !piped) throw wrongCount(name, 1, 0);
    let value = NOTHING;
    for (const operand of rest) {
      value = this.#operand(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped ?? value;
  }

  #operand(operand: TemplateOperand, dot: TemplateValue): TemplateValue {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'nil':
        return NOTHING;
      case 'function':
        return this.#call(operand.name, { rest: [], dot, piped: undefined });
      case 'dot':
        return operand.path.reduce(fieldOf, dot);
      case 'variable': {
        const found = this.#variables.findLast(({ name }) => name === operand.name);
        return operand.path.reduce(fieldOf, found?.value ?? NOTHING);
      }
      case 'nested':
        return operand.path.reduce(fieldOf, this.#pipeline(operand.of, dot));
    }
  }
}

interface Operands {
  readonly rest: readonly TemplateOperand[];
  readonly dot: TemplateValue;
  readonly piped: TemplateValue | undefined;
}

function fieldOf(value: TemplateValue, name: string): TemplateValue {
  if (value.type === 'none') return NOTHING;
  if (value.type === 'map') return templateValue(valueAt(value.object, name));
  throw failure(`can't evaluate field ${name} in type ${typeNameOf(value)}`);
}

function* membersOf(value: TemplateValue): Iterable<readonly [TemplateValue, TemplateValue]> {
  if (value.type === 'none') return;
  if (value.type === 'array') {
    for (const [at, member] of value.items.entries()) yield [integer(at), templateValue(member)];
  } else if (value.type === 'map') {
    for (const [key, member] of mapPairs(value.object)) yield pairOf(key, member);
  } else if (value.type === 'int') {
    for (let at = 0; at < value.value; at += 1) yield [integer(at), integer(at)];
  } else throw failure(`range can't iterate over ${printValue(value)}`);
}

function pairOf(key: string, member: Value): readonly [TemplateValue, TemplateValue] {
  return [{ type: 'string', value: key }, templateValue(member)];
}

function integer(value: number): TemplateValue {
  return { type: 'int', value: BigInt(value) };
}

function wrongCount(name: string, least: number, got: number): BuiltinFailure {
  return failure(`wrong number of args for ${name}: want at least ${least} got ${got}`);
}

function failure(problem: string): BuiltinFailure {
  return new BuiltinFailure(`template: template: ${problem}`);
}
