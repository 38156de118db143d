/** What a pod's author writes is kept with every answer, so it is bounded. */
import { describe, expect, it } from 'vitest';
import { readPolicyAnnotations } from './policy-annotations.ts';

const KEY = 'x.image-policy.k8s.io/ticket';

describe('readPolicyAnnotations', () => {
  it('cuts a long value and says how long it was', () => {
    const read = readPolicyAnnotations({ [KEY]: 'a'.repeat(5000) }, 'annotations');
    expect(read[KEY]).toBe(`${'a'.repeat(1024)}… (5000 characters)`);
  });

  it('refuses a flood of annotations that would fill cache and disk', () => {
    const many = Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`${KEY}-${i}`, 'a'.repeat(1000)]),
    );
    expect(() => readPolicyAnnotations(many, 'annotations')).toThrow('at most 16384 characters');
  });

  it('keeps a short value as it is, and nothing of other domains', () => {
    const given = { [KEY]: '1234', 'example.com/a': 'b'.repeat(5000) };
    expect(readPolicyAnnotations(given, 'annotations')).toEqual({ [KEY]: '1234' });
  });
});
