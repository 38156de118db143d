/** Bodies that are too large, stall or end early: read, refused, never waited for without end. */
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OVERSIZE, readBodyCapped } from './read-body.ts';

/** A body that never ends by itself. */
function body(...parts: readonly string[]): PassThrough {
  const stream = new PassThrough();
  for (const part of parts) stream.write(part);
  return stream;
}

describe('readBodyCapped', () => {
  it.each([
    ['', 3, ''],
    ['ab', 3, 'ab'],
    ['abc', 3, 'abc'],
  ])('reads %j under a cap of %i', async (text, cap, wanted) => {
    const read = await readBodyCapped(body().end(text), cap);
    expect(String(read)).toBe(wanted);
  });

  it('reads a larger one to its end', async () => {
    const stream = body('ab', 'cd', 'ef').end('g');
    expect(await readBodyCapped(stream, 3)).toBe(OVERSIZE);
    expect(stream.readableEnded).toBe(true);
  });

  it('reads on as far as it may, and nothing of one that says it goes further', async () => {
    const stream = body('abcd', 'efgh', 'ijkl');
    expect(await readBodyCapped(stream, 5, { readOn: 10 })).toBe(OVERSIZE);
    expect(stream.isPaused()).toBe(true);
    const told = Object.assign(body('ab'), { headers: { 'content-length': '11' } });
    expect(await readBodyCapped(told, 5, { readOn: 10 })).toBe(OVERSIZE);
    expect(told.readableFlowing).toBeNull();
  });

  it('refuses one that stalls, below the cap and beyond it', async () => {
    const wanted = { code: 'too-large', message: expect.stringContaining('did not end') };
    await expect(readBodyCapped(body('a'), 3, { patience: 5 })).rejects.toMatchObject(wanted);
    await expect(readBodyCapped(body('abcdef'), 3, { patience: 5 })).rejects.toMatchObject(wanted);
  });

  it.each([[new Error('aborted')], [undefined]])('refuses one that is cut off: %s', async (how) => {
    const stream = body('a');
    const read = readBodyCapped(stream, 3);
    stream.destroy(how);
    await expect(read).rejects.toMatchObject({ message: expect.stringContaining('cut off') });
  });
});
