/** Ids that sort by time: UUIDv7 of RFC 9562, never the same twice and rising within a process. */
import { randomFillSync } from 'node:crypto';

const POOL_BYTES = 4096;
const RANDOM_BYTES = 8;

/** Makes a source of UUIDv7; ids of one millisecond rise by a 12-bit counter, then wait in time. */
export function createIdSource(milliseconds: () => number): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let last = 0;
  let counter = 0;
  return () => {
    const now = milliseconds();
    if (now > last) {
      last = now;
      counter = 0;
    } else if (counter === 0xfff) {
      last += 1;
      counter = 0;
    } else counter += 1;
    if (used + RANDOM_BYTES > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += RANDOM_BYTES;
    const random = pool.toString('hex', used - RANDOM_BYTES, used);
    const time = last.toString(16).padStart(12, '0');
    const count = counter.toString(16).padStart(3, '0');
    const variant = (8 + (Number.parseInt(random[0] ?? '0', 16) % 4)).toString(16);
    const [high, low] = [time.slice(0, 8), time.slice(8)];
    return `${high}-${low}-7${count}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
  };
}
