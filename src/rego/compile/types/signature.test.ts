/** The table of signatures is what it prints, and says of each builtin how many operands it has. */
import { describe, expect, it } from 'vitest';
import { allBuiltins } from '../../builtins/all-builtins.ts';
import { SIGNATURES } from '../../model/builtin-signatures.ts';
import { formatParameter, signatureOf } from './signature.ts';

describe('signatureOf', () => {
  const rows = [...allBuiltins.values()].filter(({ name }) => Object.hasOwn(SIGNATURES, name));

  it.each(rows)('$name is printed as its row says', (builtin) => {
    const { args, result } = signatureOf(builtin);
    expect([...args, result].map(formatParameter)).toEqual(SIGNATURES[builtin.name]);
    expect(args).toHaveLength(builtin.args.length);
  });

  it('is made of the builtin itself where OPA has none', () => {
    const call = (): undefined => undefined;
    const own = {
      name: 'own.f',
      args: ['string', ['array', 'set']],
      result: 'object',
      call,
    } as const;
    const { args, result } = signatureOf(own);
    expect([...args, result].map(formatParameter)).toEqual([
      'string',
      'any<array[any], set[any]>',
      'object[any: any]',
    ]);
  });
});
