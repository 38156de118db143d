/** Names of predicates, and the payload of cosign as we write it. */
import { describe, expect, it } from 'vitest';
import { parseDigest } from '../domain/digest.ts';
import { predicateTypeOf } from './in-toto-statement.ts';
import { createSimpleSigning, parseSimpleSigning } from './simple-signing.ts';

describe('predicateTypeOf', () => {
  it.each([
    ['slsaprovenance', 'https://slsa.dev/provenance/v0.2'],
    ['slsaprovenance1', 'https://slsa.dev/provenance/v1'],
    ['https://shop.example/tests/v1', 'https://shop.example/tests/v1'],
  ])('reads %s', (name, wanted) => {
    expect(predicateTypeOf(name)).toBe(wanted);
  });

  it.each(['', 'toString', 'slsa', 'https://', `https://x/${'y'.repeat(300)}`])(
    'refuses %j',
    (name) => {
      expect(() => predicateTypeOf(name)).toThrow(/is no URI/);
    },
  );
});

describe('createSimpleSigning', () => {
  it('writes what is read', () => {
    const digest = parseDigest(`sha256:${'a'.repeat(64)}`);
    const image = { name: 'registry.example/shop/app', digest };
    const { json, ...read } = parseSimpleSigning(createSimpleSigning(image, { env: 'prod' }));
    expect(read).toEqual({ digest, reference: image.name, optional: { env: 'prod' } });
    expect(json['critical']).toBeDefined();
  });
});
