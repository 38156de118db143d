/** JWK sets by file and by address: only what is public leaves, and no inner host is called. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readKeyPlace } from './read-key-place.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-jwks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const publicJwk = publicKey.export({ format: 'jwk' });
const read = (place: string): Promise<string> => readKeyPlace(place, () => 1);

describe('readKeyPlace', () => {
  it('reads a file, without what makes a key private', async () => {
    const file = join(folder, 'set.json');
    writeFileSync(file, JSON.stringify({ keys: [privateKey.export({ format: 'jwk' })] }));
    expect(JSON.parse(await read(file))).toEqual({ keys: [publicJwk] });
  });

  it('reads an address of this machine, bounded', async () => {
    let answer = JSON.stringify({ keys: [publicJwk] });
    const server = createServer((_request, response) => response.end(answer));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
    try {
      expect(JSON.parse(await read(url))).toEqual({ keys: [publicJwk] });
      answer = ' '.repeat(300 * 1024);
      await expect(read(url)).rejects.toThrow(/cannot be had/);
    } finally {
      server.close();
    }
  });

  it.each([
    ['a private network', 'https://10.0.0.1/keys'],
    ['metadata', 'https://169.254.169.254/keys'],
    ['plain http elsewhere', 'http://keys.example/keys'],
  ])('calls nobody in %s', async (_name, url) => {
    await expect(read(url)).rejects.toThrow(/cannot be had/);
  });
});
