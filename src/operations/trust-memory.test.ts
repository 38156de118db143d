/** One verification for one digest, kept as long as its evidence and no longer. */
import { describe, expect, it } from 'vitest';
import type { CosignAuthority, NotaryAuthority } from '../domain/image-trust-policy.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { createTrustMemory } from './trust-memory.ts';
import type { CheckTrust, StandingTrust, TrustQuestion } from './trust-question.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const KEY: CosignAuthority = { kind: 'cosign', keys: [{ text: 'k' }], identities: [] };
const NOTARY: NotaryAuthority = { kind: 'notary', server: 'https://n.example', signers: [] };

interface Memory {
  readonly check: CheckTrust;
  readonly asked: TrustQuestion[];
  time: number;
}

function memory(capacity = 1_000_000, answer: Partial<StandingTrust> = {}): Memory {
  const asked: TrustQuestion[] = [];
  const made: Memory = {
    asked,
    time: 1000,
    check: createTrustMemory({
      capacity,
      now: () => made.time,
      verify: async (question) => {
        asked.push(question);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { answers: [], validUntil: made.time + 10, ...answer };
      },
    }),
  };
  return made;
}

function question(
  parts: Partial<TrustQuestion> = {},
  image = `r.example/app@${DIGEST}`,
): TrustQuestion {
  return { project: 'p', reference: parseImageReference(image), authorities: [KEY], ...parts };
}

describe('what was verified', () => {
  it('is verified once for a thousand who ask at once', async () => {
    const { check, asked } = memory();
    await Promise.all(Array.from({ length: 1000 }, () => check(question())));
    expect(asked).toHaveLength(1);
  });

  it('stands until its evidence ends, and not a moment longer', async () => {
    const one = memory();
    await one.check(question());
    one.time = 1009;
    await one.check(question());
    expect(one.asked).toHaveLength(1);
    one.time = 1010;
    await one.check(question());
    expect(one.asked).toHaveLength(2);
  });

  it.each<[string, TrustQuestion, number]>([
    ['the same by another tag', question({}, `r.example/app:2@${DIGEST}`), 1],
    ['the same authority read anew', question({ authorities: [{ ...KEY }] }), 1],
    ['another digest', question({}, `r.example/app@sha256:${'b'.repeat(64)}`), 2],
    ['another repository', question({}, `r.example/other@${DIGEST}`), 2],
    ['another project', question({ project: 'q' }), 2],
    ['another key', question({ authorities: [{ ...KEY, keys: [{ text: 'l' }] }] }), 2],
  ])('answers for %s (%#)', async (_name, other, verifications) => {
    const { check, asked } = memory();
    await check(question({}, `r.example/app:1@${DIGEST}`));
    await check(other);
    expect(asked).toHaveLength(verifications);
  });

  it('is of a tag where tags are what is signed', async () => {
    const { check, asked } = memory();
    for (const tag of ['1', '2']) {
      await check(question({ authorities: [NOTARY] }, `r.example/app:${tag}@${DIGEST}`));
    }
    expect(asked).toHaveLength(2);
  });

  it('is bounded: the longest kept go first, and what is large is not kept', async () => {
    const { check, asked } = memory(1100);
    const other = (index: number): TrustQuestion => question({ project: `p${index}` });
    for (let index = 0; index < 20; index += 1) await check(other(index));
    await check(other(19));
    expect(asked).toHaveLength(20);
    await check(other(0));
    expect(asked).toHaveLength(21);
    const large = memory(500, { answers: [{ checks: [] }, { checks: [] }, { checks: [] }] });
    await large.check(question());
    await large.check(question());
    expect(large.asked).toHaveLength(2);
  });

  it('lets go who has no time left, and the others get their answer', async () => {
    const { check, asked } = memory();
    const left = check(question(), AbortSignal.abort());
    await expect(left).rejects.toMatchObject({ code: 'unavailable' });
    await expect(check(question())).resolves.toMatchObject({ answers: [] });
    expect(asked).toHaveLength(1);
  });

  it('is not remembered where verifying threw', async () => {
    let calls = 0;
    const verify = (): Promise<never> => Promise.reject(new Error(`${(calls += 1)}`));
    const check = createTrustMemory({ capacity: 1000, now: () => 0, verify });
    await expect(check(question())).rejects.toThrow('1');
    await expect(check(question())).rejects.toThrow('2');
  });
});
