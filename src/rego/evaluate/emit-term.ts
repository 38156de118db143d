/** Terms as closures that give a value, or undefined. Lookups with new variables become loops. */
import type { Core, ListNode, ObjectNode, TemplateNode } from '../compile/core.ts';
import { emitComprehension } from './emit-comprehension.ts';
import { emitRef } from './emit-ref.ts';
import type { Emitter } from './emitter.ts';
import { cursorAt, extentOf } from './data-cursor.ts';
import type { Eval } from './state.ts';
import { BYTES_PER_MEMBER } from '../model/meter.ts';
import { type Place, RegoError } from '../model/rego-error.ts';
import { RegoSet, type Value, formatValue, makeObject } from '../model/value.ts';

/** Emits a term; loops that it needs are added to the body before. */
export function emitTerm(emitter: Emitter, node: Core): Eval {
  return emitter.lifted.get(node) ?? emitNode(emitter, node);
}

function emitNode(emitter: Emitter, node: Core): Eval {
  switch (node.kind) {
    case 'const':
      return emitConstant(node.value);
    case 'local':
      return emitLocal(node.local.slot);
    case 'input':
    case 'data':
      return emitRoot(emitter, node.kind);
    case 'ref':
      return emitRef(emitter, node, emitTerm);
    case 'comprehension':
      return emitComprehension(emitter, node, emitTerm);
    case 'template':
      return emitTemplate(emitter, node);
    default:
      return node.kind === 'object' ? emitObject(emitter, node) : emitList(emitter, node);
  }
}

function emitConstant(value: Value): Eval {
  return () => value;
}

function emitLocal(slot: number): Eval {
  return (_, frame) => frame[slot] as Value | undefined;
}

function emitRoot({ policy: { root } }: Emitter, kind: 'input' | 'data'): Eval {
  if (kind === 'input') return (state) => state.input;
  return (state) => extentOf(state, cursorAt(state, root));
}

function emitList(emitter: Emitter, node: ListNode): Eval {
  const items = node.items.map((item) => emitTerm(emitter, item));
  const bytes = (items.length + 1) * BYTES_PER_MEMBER;
  const list: (...at: Parameters<Eval>) => Value[] | undefined = (state, frame) => {
    state.run.meter.allocate(bytes);
    const values: Value[] = [];
    for (const item of items) {
      const value = item(state, frame);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  };
  if (node.kind === 'array') return list;
  return (state, frame) => {
    const values = list(state, frame);
    return values && RegoSet.of(values);
  };
}

function emitObject(emitter: Emitter, node: ObjectNode): Eval {
  const entries = node.entries.map(
    ([key, value]) => [emitTerm(emitter, key), emitTerm(emitter, value)] as const,
  );
  const bytes = (entries.length + 1) * BYTES_PER_MEMBER * 2;
  return (state, frame) => {
    state.run.meter.allocate(bytes);
    const pairs: (readonly [Value, Value])[] = [];
    for (const [keyOf, valueOf] of entries) {
      const key = keyOf(state, frame);
      const value = valueOf(state, frame);
      if (key === undefined || value === undefined) return undefined;
      pairs.push([key, value]);
    }
    return makeObject(pairs);
  };
}

function emitTemplate(emitter: Emitter, node: TemplateNode): Eval {
  const parts = node.parts.map((part) =>
    typeof part === 'string' ? part : emitTerm(emitter, part),
  );
  const { at } = node;
  return (state, frame) => {
    let text = '';
    for (const part of parts) {
      text += typeof part === 'string' ? part : textOf(part(state, frame) as RegoSet, at);
    }
    state.run.meter.allocate(text.length * 2 + BYTES_PER_MEMBER, at);
    return text;
  };
}

function textOf(values: RegoSet, at: Place): string {
  if (values.size > 1) {
    const message = 'template-strings must not produce multiple outputs';
    throw new RegoError('eval_conflict_error', message, { at });
  }
  const [value] = values.values;
  return printed(value);
}

/** A value as `print` and templates show it: strings without quotes. */
export function printed(value: Value | undefined): string {
  if (value === undefined) return '<undefined>';
  return typeof value === 'string' ? value : formatValue(value);
}
