/** Bits of whole numbers of any size, in two's complement. */
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin } from '../builtin.ts';
import { fromBigInt } from '../number.ts';
import type { Value } from '../value.ts';
import { integerOperand } from './operands.ts';

type Two = (a: bigint, b: bigint) => bigint;

/** A shift to the left makes a number longer: by so many bits at most. */
const MAX_SHIFT = 65_536n;

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
    call: ([a, b]) =>
      fromBigInt(compute(integerOperand(a as Value, 1), integerOperand(b as Value, 2))),
  };
}

function shiftOperand(by: bigint): bigint {
  if (by < 0n) {
    throw operandFailure(2, 'must be an unsigned integer number but got a negative integer');
  }
  if (by > MAX_SHIFT) throw new BuiltinFailure(`shift by more than ${MAX_SHIFT} bits`);
  return by;
}
