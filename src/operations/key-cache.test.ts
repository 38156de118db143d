/** Keys are parsed once, forgotten in order, and a broken one is never kept. */
import { expect, it } from 'vitest';
import type { PgpKey } from '../signing/read-pgp-key.ts';
import { createKeyCache } from './key-cache.ts';

function counting(): { reads: string[]; read: (armored: string) => Promise<PgpKey> } {
  const reads: string[] = [];
  const read = async (armored: string): Promise<PgpKey> => {
    reads.push(armored);
    if (armored === 'broken') throw new Error('broken');
    return { fingerprint: armored } as PgpKey;
  };
  return { reads, read };
}

it('reads a text once and gives each text its own key', async () => {
  const { reads, read } = counting();
  const readKey = createKeyCache(2, read);
  for (const armored of ['a', 'b', 'a', 'b']) {
    expect((await readKey(armored)).fingerprint).toBe(armored);
  }
  expect(reads).toEqual(['a', 'b']);
});

it('forgets the least recently used', async () => {
  const { reads, read } = counting();
  const readKey = createKeyCache(2, read);
  for (const armored of ['a', 'b', 'a', 'c', 'a', 'b']) await readKey(armored);
  expect(reads).toEqual(['a', 'b', 'c', 'b']);
});

it('reads a broken text again', async () => {
  const { reads, read } = counting();
  const readKey = createKeyCache(2, read);
  await expect(readKey('broken')).rejects.toThrow('broken');
  await expect(readKey('broken')).rejects.toThrow('broken');
  expect(reads).toHaveLength(2);
});
