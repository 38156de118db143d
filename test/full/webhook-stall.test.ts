/** Clients that stop in the middle of a request: answered or closed, and nobody else waits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import { sendBytes } from '../support/webhook-client.ts';

const HEAD = 'POST /image_policy HTTP/1.1\r\nHost: a\r\n';

describe('a client that stops', () => {
  let server: AssayServer;
  beforeAll(async () => {
    server = await startAssay({ args: ['--log-level', 'silent'] });
  });
  afterAll(() => server.stop());

  it('is denied within the time that an API server waits', { timeout: 120_000 }, async () => {
    const stalled = [
      `${HEAD}Connection: close\r\nContent-Length: 100\r\n\r\n{"kind":`,
      `${HEAD}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"kin`,
    ].map((bytes) => sendBytes(server, bytes));
    const headless = sendBytes(server, HEAD);
    const { http } = await server.review(imageReview(['a.example/b']));
    expect(http).toBe(200);
    for (const answer of await Promise.all(stalled)) {
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
      expect(answer).toContain('"allowed":false');
      expect(answer).toContain('did not end');
    }
    expect(await headless).not.toContain('"allowed":true');
  });
});
