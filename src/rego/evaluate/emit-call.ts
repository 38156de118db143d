/** Calls as operations of a body: a test, or a loop for a builtin that has many answers. */
import type { CallLiteral, Core } from '../compile/core.ts';
import { emitMatch, liftTerms } from './emit-match.ts';
import { emitTerm, printed } from './emit-term.ts';
import { emitValues, type Emitter, newSlot, pushTest } from './emitter.ts';
import { callerOf } from './invoke.ts';
import { PRINT } from '../compile/lower-statement.ts';
import type { Eval, Match } from './state.ts';
import { type RegoSet, isArrayValue } from '../model/value.ts';

/** Adds a call to a body. */
export function emitCall(emitter: Emitter, literal: CallLiteral): void {
  const { callee, at } = literal;
  const args = literal.args.map((arg) => emitTerm(emitter, arg));
  if (callee.kind === 'builtin' && callee.builtin === PRINT) {
    emitPrint(emitter, literal, args);
    return;
  }
  const call = callerOf(callee, emitter.policy.functionAt);
  const operands = emitValues(args);
  const result: Eval = (state, frame) => {
    const values = operands(state, frame);
    return values && call(state, values, at);
  };
  if (callee.kind === 'builtin' && callee.builtin.isRelation) {
    emitRelation(emitter, literal, result);
    return;
  }
  emitResult(emitter, literal, result);
}

function emitResult(emitter: Emitter, literal: CallLiteral, result: Eval): void {
  const match = literal.out && emitOut(emitter, literal.out);
  if (match === undefined) {
    pushTest(emitter, literal.at, (state, frame) => {
      const value = result(state, frame);
      return value !== undefined && value !== false;
    });
    return;
  }
  pushTest(emitter, literal.at, (state, frame) => {
    const value = result(state, frame);
    return value !== undefined && match(value, state, frame);
  });
}

function emitOut(emitter: Emitter, out: Core): Match {
  liftTerms(emitter, out, emitTerm);
  return emitMatch(emitter, out, emitTerm);
}

/** A relation gives an array of answers, each of which is one solution. */
function emitRelation(emitter: Emitter, literal: CallLiteral, result: Eval): void {
  const { at } = literal;
  const slot = newSlot(emitter);
  const match = literal.out && emitOut(emitter, literal.out);
  emitter.ops.push({
    kind: 'loop',
    wrap: (next) => (state, frame) => {
      const answers = result(state, frame);
      if (!isArrayValue(answers)) return false;
      const { meter } = state.run;
      meter.enter(at);
      const isEnd = answers.some((answer) => {
        meter.spend(1, at);
        frame[slot] = answer;
        const holds = match ? match(answer, state, frame) : answer !== false;
        return holds && next(state, frame);
      });
      meter.leave();
      return isEnd;
    },
  });
}

/** Prints a line for each combination of what the operands give. */
function emitPrint(emitter: Emitter, literal: CallLiteral, args: readonly Eval[]): void {
  const { at } = literal;
  pushTest(emitter, at, (state, frame) => {
    let lines: readonly string[][] = [[]];
    for (const arg of args) {
      const texts = textsOf(arg(state, frame) as RegoSet);
      lines = lines.flatMap((line) => texts.map((text) => [...line, text]));
    }
    for (const line of lines) state.run.context.print(line.join(' '), at);
    return true;
  });
}

function textsOf(values: RegoSet): readonly string[] {
  return values.size === 0 ? [printed(undefined)] : values.values.map(printed);
}
