/** A cached verdict never outlives its facts, its evidence or its room. */
import { describe, expect, it } from 'vitest';
import { type StandingVerdict, createVerdictCache } from './verdict-cache.ts';

const verdict = {
  outcome: 'allow',
  allowed: true,
  breakGlass: false,
  dryRun: false,
  images: [],
  policies: [],
} as const;

function standing(id: string, validUntil = 100): StandingVerdict {
  return { evaluationId: id, evaluationJson: '{}', verdict, evaluateTime: 0, validUntil };
}

describe('createVerdictCache', () => {
  it('finds what it keeps, at the same revision and before its end', () => {
    const cache = createVerdictCache(10_000);
    cache.find('a', { revision: 1, now: 0 });
    cache.keep('a', 1, standing('A'));
    expect(cache.find('a', { revision: 1, now: 99 })?.evaluationId).toBe('A');
    expect(cache.find('a', { revision: 1, now: 100 })).toBeUndefined();
  });

  it('forgets all when the revision rises: a revoked key is never served from it', () => {
    const cache = createVerdictCache(10_000);
    cache.find('a', { revision: 1, now: 0 });
    cache.keep('a', 1, standing('A'));
    expect(cache.find('a', { revision: 2, now: 0 })).toBeUndefined();
  });

  it('does not keep what was evaluated before a change that has come since', () => {
    const cache = createVerdictCache(10_000);
    cache.find('a', { revision: 2, now: 0 });
    cache.keep('a', 1, standing('A'));
    expect(cache.find('a', { revision: 2, now: 0 })).toBeUndefined();
  });

  it('keeps no more than its capacity, whatever a pod’s author sends', () => {
    const cache = createVerdictCache(1000);
    cache.find('a', { revision: 1, now: 0 });
    for (let count = 0; count < 200; count += 1) cache.keep(`k${count}`, 1, standing(`${count}`));
    expect(cache.find('k0', { revision: 1, now: 0 })).toBeUndefined();
    expect(cache.find('k199', { revision: 1, now: 0 })?.evaluationId).toBe('199');
    cache.keep('x'.repeat(100), 1, standing('large'));
    expect(cache.find('x'.repeat(100), { revision: 1, now: 0 })).toBeUndefined();
  });
});
