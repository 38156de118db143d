/**
 * Every builtin with operands of its types: it answers, or fails as a builtin fails, within the
 * budget that it charges and in bounded time.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  BuiltinFailure,
  type BuiltinContext,
  type OperandType,
} from '../../src/rego/model/builtin.ts';
import { allBuiltins } from '../../src/rego/builtins/all-builtins.ts';
import { Meter } from '../../src/rego/model/meter.ts';
import { RegoError } from '../../src/rego/model/rego-error.ts';
import { fromBigInt, fromDouble } from '../../src/rego/model/number.ts';
import {
  formatValue,
  makeObject,
  RegoSet,
  type TypeName,
  type Value,
} from '../../src/rego/model/value.ts';

/** One call may take so long, in milliseconds: the machine may be busy. */
const PATIENCE = 2000;
const AT = { file: 'f.rego', line: 1, column: 1 };
const WORDS =
  'a . / * ** [ ] { } ( ) | + ? \\ %s %999999d %[9]d {{ }} 1.2.3 10.0.0.0/8 ::/0 1Ki 2006-01-02 {"a":1} a.b.c'.split(
    ' ',
  );
const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...WORDS), { maxLength: 8 }).map((list) => list.join('')),
);
const numbers: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(fromBigInt),
  fc.double().map((double) => fromDouble(double) ?? 0),
);
const { any } = fc.letrec<{ any: Value }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.constantFrom<Value>(null, true, false),
    numbers,
    texts,
    fc.array(tie('any'), { maxLength: 4 }),
    fc.array(tie('any'), { maxLength: 4 }).map((list) => RegoSet.of(list)),
    fc.array(fc.tuple(fc.oneof(texts, tie('any')), tie('any')), { maxLength: 4 }).map(makeObject),
  ),
}));
const OF_TYPE: Readonly<Record<TypeName | 'any', fc.Arbitrary<Value>>> = {
  any,
  null: fc.constant(null),
  boolean: fc.boolean(),
  number: numbers,
  string: texts,
  array: fc.array(any, { maxLength: 5 }),
  set: fc.array(any, { maxLength: 5 }).map((list) => RegoSet.of(list)),
  object: fc.array(fc.tuple(texts, any), { maxLength: 5 }).map(makeObject),
};

function operand(type: OperandType): fc.Arbitrary<Value> {
  if (typeof type === 'string') return OF_TYPE[type];
  return fc.oneof(...type.map((one) => OF_TYPE[one]));
}

function newContext(): BuiltinContext {
  const meter = new Meter({ steps: 200_000, bytes: 4 * 1024 * 1024, depth: 100 });
  return {
    charge: (steps) => meter.spend(steps, AT),
    allocate: (bytes) => meter.allocate(bytes),
    nowNanos: 1_767_225_600_000_000_000n,
    randomBytes: (count) => new Uint8Array(count),
    memory: new Map(),
    runtime: {},
    handed: undefined,
    print: () => {},
    at: AT,
  };
}

const calls = fc
  .constantFrom(...allBuiltins.values())
  .chain((builtin) => fc.tuple(fc.constant(builtin.name), fc.tuple(...builtin.args.map(operand))));

it('answers or fails as a builtin does, in bounded time', () => {
  fc.assert(
    fc.property(calls, ([name, args]) => {
      const began = performance.now();
      try {
        const answer = allBuiltins.get(name)?.call(args, newContext());
        if (answer !== undefined) formatValue(answer);
      } catch (error) {
        if (!(error instanceof BuiltinFailure) && !(error instanceof RegoError)) throw error;
      }
      expect(performance.now() - began).toBeLessThan(PATIENCE);
    }),
  );
});
