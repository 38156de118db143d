/**
 * Patterns: what of a term has a value is compared, and its new variables get theirs. What must be
 * looked up in a pattern is found before the match begins.
 */
import type { Core, ListNode, ObjectNode } from '../compile/core.ts';
import type { Emitter } from './emitter.ts';
import type { Eval, Match } from './state.ts';
import {
  type Value,
  equalValues,
  isArrayValue,
  isObjectValue,
  sizeOf,
  valueAt,
} from '../model/value.ts';

type EmitTerm = (emitter: Emitter, node: Core) => Eval;

/** Emits, before a match, all that a pattern looks up. */
export function liftTerms(emitter: Emitter, node: Core, emitTerm: EmitTerm): void {
  switch (node.kind) {
    case 'array':
      for (const item of node.items) liftTerms(emitter, item, emitTerm);
      return;
    case 'object':
      for (const item of node.entries.flat()) liftTerms(emitter, item, emitTerm);
      return;
    case 'const':
    case 'local':
      return;
    default:
      if (!emitter.lifted.has(node)) emitter.lifted.set(node, emitTerm(emitter, node));
  }
}

/** Tells whether a term has no new variable. */
export function isGround(emitter: Emitter, node: Core): boolean {
  switch (node.kind) {
    case 'local':
      return emitter.bound.has(node.local);
    case 'array':
    case 'set':
      return node.items.every((item) => isGround(emitter, item));
    case 'object':
      return node.entries.every(
        ([key, value]) => isGround(emitter, key) && isGround(emitter, value),
      );
    default:
      return true;
  }
}

/** Tells whether a value can be taken apart by a term: not where new variables are in a set. */
export function isPattern(emitter: Emitter, node: Core): boolean {
  switch (node.kind) {
    case 'array':
      return node.items.every((item) => isPattern(emitter, item));
    case 'object':
      return node.entries.every(
        ([key, value]) => isGround(emitter, key) && isPattern(emitter, value),
      );
    case 'set':
      return isGround(emitter, node);
    default:
      return true;
  }
}

/** Emits a pattern; its new variables have values from here on. */
export function emitMatch(emitter: Emitter, node: Core, emitTerm: EmitTerm): Match {
  if (node.kind === 'local' && !emitter.bound.has(node.local)) {
    const { slot } = node.local;
    emitter.bound.add(node.local);
    return (value, _, frame) => {
      frame[slot] = value;
      return true;
    };
  }
  if (node.kind === 'const') return matchConstant(node.value);
  if (node.kind === 'array') return matchArray(emitter, node, emitTerm);
  if (node.kind === 'object') return matchObject(emitter, node, emitTerm);
  const wanted = emitTerm(emitter, node);
  return (value, state, frame) => {
    const other = wanted(state, frame);
    return other !== undefined && equalValues(value, other);
  };
}

function matchConstant(constant: Value): Match {
  if (typeof constant === 'object') return (value) => equalValues(value, constant);
  return (value) => value === constant;
}

function matchArray(emitter: Emitter, node: ListNode, emitTerm: EmitTerm): Match {
  const items = node.items.map((item) => emitMatch(emitter, item, emitTerm));
  return (value, state, frame) => {
    if (!isArrayValue(value) || value.length !== items.length) return false;
    for (const [index, item] of items.entries()) {
      if (!item(value[index] as Value, state, frame)) return false;
    }
    return true;
  };
}

function matchObject(emitter: Emitter, node: ObjectNode, emitTerm: EmitTerm): Match {
  const entries = node.entries.map(([key, value]) => ({
    key: emitTerm(emitter, key),
    match: emitMatch(emitter, value, emitTerm),
  }));
  return (value, state, frame) => {
    if (!isObjectValue(value) || sizeOf(value) !== entries.length) return false;
    for (const { key, match } of entries) {
      const name = key(state, frame);
      const item = name === undefined ? undefined : valueAt(value, name);
      if (item === undefined || !match(item, state, frame)) return false;
    }
    return true;
  };
}
