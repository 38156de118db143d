/**
 * The baseline of a scan: a process that reads gzip layers one after another, inflates them, hashes
 * the compressed and the inflated bytes, and throws them away. Reads and outputs are of 256 KiB, as
 * the scan's are. Plain JavaScript, so that it strips no types. Usage: node inflate-layer.mjs FILE…
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const CHUNK_BYTES = 256 * 1024;

for (const path of process.argv.slice(2)) await inflate(path);

function inflate(path) {
  const compressed = createHash('sha256');
  const inflated = createHash('sha256');
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const file = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  file.on('data', (chunk) => compressed.update(chunk));
  file.pipe(gunzip);
  gunzip.on('data', (chunk) => inflated.update(chunk));
  return new Promise((resolve) => {
    gunzip.on('end', () => {
      process.stdout.write(`sha256:${compressed.digest('hex')} sha256:${inflated.digest('hex')}\n`);
      resolve();
    });
  });
}
