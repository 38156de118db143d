/** What a caller is told of an error, and what only the log is. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { sendError } from './error-response.ts';

function answerTo(error: unknown): { code: number; body: unknown; logged: unknown[] } {
  const answer: { code: number; body: unknown; logged: unknown[] } = {
    code: 0,
    body: undefined,
    logged: [],
  };
  const reply = {
    header: () => reply,
    code: (code: number) => ((answer.code = code), reply),
    send: (body: unknown) => ((answer.body = body), reply),
  } as unknown as FastifyReply;
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (fields: object) => void answer.logged.push((fields as { err: unknown }).err),
  };
  sendError(log, error, { request: { id: 'req-7' } as FastifyRequest, reply });
  return answer;
}

it.each([
  ['a broken invariant', new AssayError('internal', 'a row of /secret/path is broken')],
  ['an unknown error', new Error('/secret/path')],
])('%s is told by a request id only, and logged whole', (_name, error) => {
  const { code, body, logged } = answerTo(error);
  expect(code).toBe(500);
  expect(JSON.stringify(body)).toContain('req-7');
  expect(JSON.stringify(body)).not.toContain('/secret');
  expect(logged).toEqual([error]);
});

it('what is too large has the status of HTTP for it', () => {
  const { code, body } = answerTo(new AssayError('too-large', 'narrow it'));
  expect(code).toBe(413);
  expect(body).toMatchObject({ error: { status: 'RESOURCE_EXHAUSTED', message: 'narrow it' } });
});
