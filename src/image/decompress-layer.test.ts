/** Decoders hand out what was compressed, and give its memory back as soon as it was looked at. */
import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createDecoder, MAGIC_BYTES } from './decompress-layer.ts';
import { inPieces } from './raw-tar.ts';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, at) => `${at} `).join(''));

const COMPRESSED: readonly (readonly [string, Buffer])[] = [
  ['gzip', gzipSync(CONTENT)],
  ['zstd', zstdCompressSync(CONTENT)],
  [
    'zstd of two frames',
    Buffer.concat([
      zstdCompressSync(CONTENT.subarray(0, 700_001)),
      zstdCompressSync(CONTENT.subarray(700_001)),
    ]),
  ],
];

function decoderOf(compressed: Buffer, listener: (chunk: Buffer) => void) {
  return createDecoder(compressed.subarray(0, MAGIC_BYTES), { listener, nextTurn: setImmediate });
}

describe.each(COMPRESSED)('%s', (_name, compressed) => {
  it.each([1_000, 262_144])('is decoded from pieces of %i bytes', async (size) => {
    const hash = createHash('sha256');
    const decoder = decoderOf(compressed, (chunk) => {
      hash.update(chunk);
    });
    for await (const piece of inPieces(compressed, size)) await decoder.write(Buffer.from(piece));
    await decoder.end();
    expect(hash.digest('hex')).toBe(createHash('sha256').update(CONTENT).digest('hex'));
  });

  it('keeps no memory of what was handed out but in the last buffer', async () => {
    const handed: Buffer[] = [];
    const decoder = decoderOf(compressed, (chunk) => {
      handed.push(chunk);
    });
    await decoder.write(compressed);
    await decoder.end();
    await nextTurn();
    const kept = new Set(handed.map(({ buffer }) => buffer).filter((one) => one.byteLength > 0));
    expect(handed.length).toBeGreaterThan(6);
    expect(kept.size).toBeLessThanOrEqual(2);
  });
});

it('what comes before damage is handed out, whoever is faster', async () => {
  const compressed = gzipSync(CONTENT);
  compressed.fill(0xff, compressed.length - 1000);
  const lengths = new Set<number>();
  for (let round = 0; round < 5; round += 1) {
    let length = 0;
    const decoder = decoderOf(compressed, (chunk) => {
      length += chunk.length;
    });
    await expect(decoder.write(compressed).then(() => decoder.end())).rejects.toMatchObject({
      code: 'invalid-image',
    });
    lengths.add(length);
  }
  expect([...lengths]).toEqual([expect.any(Number)]);
  expect(Math.max(...lengths)).toBeGreaterThan(CONTENT.length * 0.9);
});

it('a listener that throws ends the decoding with its error', async () => {
  const compressed = gzipSync(CONTENT);
  let calls = 0;
  const decoder = decoderOf(compressed, () => {
    calls += 1;
    throw new Error('enough');
  });
  await expect(decoder.write(compressed).then(() => decoder.end())).rejects.toThrow('enough');
  expect(calls).toBe(1);
});
