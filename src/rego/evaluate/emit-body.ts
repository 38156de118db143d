/** Bodies: each literal adds its operations; the last of them runs what a solution is for. */
import type { Core, EveryLiteral, Literal, NotLiteral, UnifyLiteral } from '../compile/core.ts';
import { emitCall } from './emit-call.ts';
import { emitMatch, isGround, liftTerms } from './emit-match.ts';
import { emitTerm } from './emit-term.ts';
import { emitWith } from './emit-with.ts';
import { type Emitter, chainOps, innerEmitter, nested, newSlot, pushTest } from './emitter.ts';
import { pairsOf } from '../compile/literal-vars.ts';
import { loopOver } from './loop-over.ts';
import type { Place } from '../model/rego-error.ts';
import type { RunBody } from './state.ts';

/** Emits a body that is in order; `final` emits what each solution runs. */
export function emitBody(
  emitter: Emitter,
  literals: readonly Literal[],
  final: (inner: Emitter) => RunBody,
): RunBody {
  for (const literal of literals) emitLiteral(emitter, literal);
  const last = final(emitter);
  return chainOps(emitter.ops, last);
}

function emitLiteral(emitter: Emitter, literal: Literal): void {
  if (literal.with.length === 0) {
    emitPlain(emitter, literal);
    return;
  }
  emitWith(emitter, literal.with, () => emitPlain(emitter, literal));
}

function emitPlain(emitter: Emitter, literal: Literal): void {
  switch (literal.kind) {
    case 'unify':
      emitUnify(emitter, literal);
      return;
    case 'truth': {
      const value = emitTerm(emitter, literal.term);
      pushTest(emitter, literal.at, (state, frame) => {
        const found = value(state, frame);
        return found !== undefined && found !== false;
      });
      return;
    }
    case 'call':
      emitCall(emitter, literal);
      return;
    case 'not':
      emitNot(emitter, literal);
      return;
    case 'every':
      emitEvery(emitter, literal);
  }
}

function emitUnify(emitter: Emitter, { left, right, at }: UnifyLiteral): void {
  liftTerms(emitter, left, emitTerm);
  liftTerms(emitter, right, emitTerm);
  let pairs: (readonly [Core, Core])[] = [[left, right]];
  while (pairs.length > 0) {
    const later = pairs.filter((pair) => !emitPair(emitter, pair, at));
    if (later.length < pairs.length) {
      pairs = later;
      continue;
    }
    const parts = later.map((pair) => pairsOf(...pair));
    if (parts.some((each) => each.length === 0)) pushTest(emitter, at, () => false);
    pairs = parts.flat();
  }
}

/** Emits `a = b` where one of them has no new variable; else tells that it could not. */
function emitPair(emitter: Emitter, [left, right]: readonly [Core, Core], at: Place): boolean {
  const [known, pattern] = isGround(emitter, right) ? [right, left] : [left, right];
  if (!isGround(emitter, known)) return false;
  const value = emitTerm(emitter, known);
  const match = emitMatch(emitter, pattern, emitTerm);
  pushTest(emitter, at, (state, frame) => {
    const found = value(state, frame);
    return found !== undefined && match(found, state, frame);
  });
  return true;
}

function emitNot(emitter: Emitter, literal: NotLiteral): void {
  for (const each of literal.before) emitLiteral(emitter, each);
  const inner = emitBody(innerEmitter(emitter), literal.body, () => () => true);
  const run = nested(inner, literal.at);
  pushTest(emitter, literal.at, (state, frame) => !run(state, frame));
}

function emitEvery(emitter: Emitter, literal: EveryLiteral): void {
  const { at } = literal;
  const domain = emitTerm(emitter, literal.domain);
  const slots = {
    key: literal.key?.slot ?? newSlot(emitter),
    value: literal.value.slot,
  };
  const inner = innerEmitter(emitter);
  inner.bound.add(literal.value);
  if (literal.key) inner.bound.add(literal.key);
  const holds = emitBody(inner, literal.body, () => () => true);
  const fails = loopOver({ from: domain, slots, at }, (state, frame) => !holds(state, frame));
  pushTest(emitter, at, (state, frame) => {
    const value = domain(state, frame);
    return typeof value === 'object' && value !== null && !fails(state, frame);
  });
}
