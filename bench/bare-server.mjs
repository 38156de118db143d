/**
 * The baseline of an ImageReview: one fastify route over TLS that parses the same body with
 * fastify's own parser and answers the same bytes. The answers are those that our server gave,
 * found by the number in the namespace. Plain JavaScript, so that it strips no types.
 * Usage: node bare-server.mjs CERT KEY ANSWERS
 */
import { readFileSync } from 'node:fs';
import fastify from 'fastify';

const [cert = '', key = '', answers = ''] = process.argv.slice(2);
const bodies = JSON.parse(readFileSync(answers, 'utf8'));
const app = fastify({ https: { cert: readFileSync(cert), key: readFileSync(key) } });

app.post('/image_policy', (request, reply) => {
  const body = bodies[Number(request.body.spec.namespace.slice(3))];
  return reply.code(200).header('content-type', 'application/json').send(body);
});

process.once('SIGTERM', () => process.exit(0));
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ webhook: address })}\n`);
