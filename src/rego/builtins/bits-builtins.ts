/** Bits of whole numbers of any size, in two's complement. */
import { operandFailure } from '../model/builtin.ts';
import type { Builtin } from '../model/builtin.ts';
import { fromBigInt } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import type { Value } from '../model/value.ts';
import { MAX_BITS, limitedWhole, spendOnWholes } from './number-cost.ts';
import { integerOperand } from './operands.ts';

type Two = (a: bigint, b: bigint) => bigint;

/** A shift to the left that is longer ends the evaluation, one to the right leaves nothing. */
const MAX_SHIFT = BigInt(MAX_BITS) + 1n;

/** The builtins of `bits.`. */
export const bitsBuiltins: readonly Builtin[] = [
  two('bits.or', (a, b) => a | b),
  two('bits.and', (a, b) => a & b),
  two('bits.xor', (a, b) => a ^ b),
  two('bits.lsh', (a, b) => a << shiftOperand(b)),
  two('bits.rsh', (a, b) => a >> shiftOperand(b)),
  {
    name: 'bits.negate',
    args: ['number'],
    result: 'number',
    call: ([a]) => fromBigInt(~integerOperand(a as Value, 1)),
  },
];

function two(name: string, compute: Two): Builtin {
  return {
    name,
    args: ['number', 'number'],
    result: 'number',
    call: ([a, b], context) => {
      const [x, y] = [integerOperand(a as Value, 1), integerOperand(b as Value, 2)];
      spendOnWholes(a as RegoNumber, b as RegoNumber, context);
      return limitedWhole(compute(x, y), context);
    },
  };
}

function shiftOperand(by: bigint): bigint {
  if (by < 0n) {
    throw operandFailure(2, 'must be an unsigned integer number but got a negative integer');
  }
  return by > MAX_SHIFT ? MAX_SHIFT : by;
}
