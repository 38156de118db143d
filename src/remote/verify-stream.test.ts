/** Bytes and the digest and size that they should have; one changed bit is found. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { collectBytes, digestOf, verifyStream } from './verify-stream.ts';

async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('verifyStream', () => {
  const content = fc.uint8Array({ maxLength: 300 });
  const chunk = fc.integer({ min: 1, max: 40 });

  it('passes exactly the bytes that have the digest, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(content, chunk, async (bytes, size) => {
        const expected = { digest: digestOf(bytes), size: bytes.length, what: 'blob' };
        const read = await collectBytes(verifyStream(chunked(bytes, size), expected), 300, 'blob');
        expect(Buffer.from(read)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('attack: a single changed byte is a digest mismatch', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.nat(),
        async (bytes, at) => {
          const changed = Uint8Array.from(bytes);
          changed[at % bytes.length] = (changed[at % bytes.length] ?? 0) ^ 1;
          const expected = { digest: digestOf(bytes), size: bytes.length, what: 'blob' };
          const read = collectBytes(verifyStream(chunked(changed, 7), expected), 300, 'blob');
          await expect(read).rejects.toMatchObject({ code: 'digest-mismatch' });
        },
      ),
    );
  });

  it('attack: more bytes than described end the reading before they are passed on', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        asked += 1;
        yield new Uint8Array(10);
      }
    }
    const expected = { digest: digestOf(new Uint8Array(25)), size: 25, what: 'blob' };
    const read = collectBytes(verifyStream(endless(), expected), 1000, 'blob');
    await expect(read).rejects.toMatchObject({ code: 'digest-mismatch' });
    expect(asked).toBe(3);
  });
});
