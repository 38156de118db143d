/** Look-ups of tags share what a client has, and each asks the registry anew. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { parseImageReference } from '../domain/image-reference.ts';
import { openTagResolver } from './resolve-tag.ts';

it('a few connections serve many tags, each asked for every time', async () => {
  const asked: string[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  });
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const resolve = openTagResolver({ deadlineMs: 2000 });
    const tags = ['a', 'b', 'a', 'c', 'd', 'e', 'f', 'g'];
    for (const tag of tags) {
      const digest = await resolve(parseImageReference(`127.0.0.1:${port}/app:${tag}`));
      expect(digest).toMatch(/^sha256:/);
    }
    expect(asked).toEqual(tags.map((tag) => `/v2/app/manifests/${tag}`));
    // The pool may open the next before it knows that the first is free again.
    expect(connections).toBeLessThanOrEqual(2);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
