/** TLS to a private registry: trusted by its CA file only, and the hint when that is missing. */
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openRegistryHttp } from './registry-http.ts';
import { withLimits } from './remote-limits.ts';

const DAY_MS = 86_400_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

let server: Server;
let caFile = '';

beforeAll(async () => {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=registry',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(true),
      new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ],
  });
  const key = PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  caFile = join(await mkdtemp(join(tmpdir(), 'assay-ca-')), 'ca.pem');
  await writeFile(caFile, certificate.toString('pem'));
  server = createServer({ key, cert: certificate.toString('pem') }, (_, response) => {
    response.end('hello');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function get(scheme: string, ca?: string): Promise<number> {
  const http = openRegistryHttp({ places: { caFile: ca }, limits: withLimits() });
  try {
    const { port } = server.address() as AddressInfo;
    const url = new URL(`${scheme}://127.0.0.1:${port}/`);
    return (await http.send({ url, headers: {}, timeoutMs: 10_000 })).status;
  } finally {
    await http.close();
  }
}

describe('openRegistryHttp', () => {
  it('trusts a registry by its CA file', async () => {
    expect(await get('https', caFile)).toBe(200);
  });

  it('does not trust it otherwise, and says which file is missing', async () => {
    await expect(get('https')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('give its CA file'),
    });
  });

  it('names a CA file that is not there', async () => {
    await expect(get('https', '/nonexistent/ca.pem')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('says so when the other side speaks no plain HTTP', async () => {
    await expect(get('http', caFile)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
