/** gRPC on a real server with TLS: who may come, and what a renewal of the certificate changes. */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createGrpcCodec } from '../../src/google/grpc-codec.ts';
import { makeAuthority, makeServerCertificate } from '../../src/server/make-certificates.ts';
import { type AssayServer, startAssay } from '../support/assay-server.ts';
import { grpcClient, type GrpcExtras, type GrpcTarget } from '../support/grpc-client.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'assay-grpc-tls-'));
const [CERT, KEY] = [join(FOLDER, 'tls.crt'), join(FOLDER, 'tls.key')];
const LIST = '/grafeas.v1.Grafeas/ListNotes';
const codec = createGrpcCodec();
const asked = codec.encode('grafeas.v1.ListNotesRequest', { parent: 'projects/default' });

let server: AssayServer;
let ca = '';
let token = '';

/** A new authority and a certificate of it, in the server's files; whole when they are there. */
async function issue(): Promise<string> {
  const authority = await makeAuthority(Date.now());
  const pair = await makeServerCertificate(authority, ['127.0.0.1', 'localhost'], Date.now());
  for (const [file, text] of [
    [KEY, pair.key],
    [CERT, pair.certificate],
  ] as const) {
    writeFileSync(`${file}.new`, text, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return authority.certificate;
}

/** The code of one call by a client of its own; 0 is an answer. */
async function codeOf(target: Partial<GrpcTarget>, extras: GrpcExtras = {}): Promise<number> {
  const client = grpcClient({ address: server.grpc, ...target });
  try {
    const answer = await client.send(LIST, asked, { deadline: 5000, ...extras });
    return answer instanceof Error ? answer.code : 0;
  } finally {
    client.close();
  }
}

beforeAll(async () => {
  ca = await issue();
  const args = ['--tls-cert', CERT, '--tls-key', KEY, '--log-level', 'silent'];
  server = await startAssay({ args });
  token = readFileSync(server.tokenFile, 'utf8').trim();
});

afterAll(async () => {
  await server.stop();
  rmSync(FOLDER, { recursive: true, force: true });
});

it('answers a token over TLS, at localhost too', async () => {
  expect(await codeOf({ ca }, { token })).toBe(0);
  const address = server.grpc.replace('127.0.0.1', 'localhost');
  expect(await codeOf({ ca, address }, { token })).toBe(0);
});

it('refuses no token and a wrong one', async () => {
  expect(await codeOf({ ca })).toBe(status.UNAUTHENTICATED);
  expect(await codeOf({ ca }, { token: 'wrong' })).toBe(status.UNAUTHENTICATED);
});

it('has no plaintext beside it', async () => {
  expect(await codeOf({}, { token, deadline: 1000 })).not.toBe(0);
});

it('is not taken for another by a client that trusts another', async () => {
  const { certificate } = await makeAuthority(Date.now(), 'another');
  expect(await codeOf({ ca: certificate }, { token, deadline: 1000 })).not.toBe(0);
});

it('shows a renewed certificate to new connections, while old ones go on', async () => {
  const client = grpcClient({ address: server.grpc, ca });
  const before = await client.send(LIST, asked, { token });
  const renewed = await issue();
  let code = -1;
  for (let tries = 0; tries < 40 && code !== 0; tries += 1) {
    await sleep(250);
    code = await codeOf({ ca: renewed }, { token, deadline: 1000 });
  }
  expect(code).toBe(0);
  expect(await client.send(LIST, asked, { token })).toEqual(before);
  client.close();
});
