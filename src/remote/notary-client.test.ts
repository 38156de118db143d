import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Answer,
  type LoopbackServer,
  startLoopbackServer,
} from '../../test/support/loopback-server.ts';
import { draftOf, GUN, makeKeys, publish } from '../../test/support/notary-repository.ts';
import { makeAuthority, makeServerCertificate } from '../server/make-certificates.ts';
import { RELEASES } from '../signing/verify-notary.ts';
import { openNotaryClient, parseNotaryServer } from './notary-client.ts';

const KEYS = await makeKeys();
const HONEST = publish(draftOf(KEYS), KEYS);
const BASE = `/v2/${GUN}/_trust/tuf`;
const hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What a server has, by the paths that a client may ask for. */
function kept(): Map<string, Uint8Array> {
  const { root, timestamp, snapshot, targets, delegations } = HONEST;
  const releases = delegations.get(RELEASES) ?? new Uint8Array();
  return new Map([
    [`${BASE}/root.json`, root],
    [`${BASE}/timestamp.json`, timestamp],
    [`${BASE}/snapshot.${hex(snapshot)}.json`, snapshot],
    [`${BASE}/targets.${hex(targets)}.json`, targets],
    [`${BASE}/${RELEASES}.${hex(releases)}.json`, releases],
  ]);
}

function answerWith(documents: ReadonlyMap<string, Uint8Array>): Answer {
  return ({ url }, response) => {
    const bytes = documents.get(url);
    if (bytes === undefined) response.writeHead(404).end('{"errors":[]}');
    else response.end(bytes);
  };
}

describe('a notary server is read', () => {
  let server: LoopbackServer;
  let config = '';
  const QUERY = { gun: GUN, rootVersion: 1, delegations: [RELEASES] };

  beforeAll(async () => {
    config = await mkdtemp(join(tmpdir(), 'assay-notary-client-'));
  });

  afterAll(async () => {
    await rm(config, { recursive: true, force: true });
  });

  /** Reads all with a client of a server that answers so. */
  async function readFrom(answer: Answer, auths: object = {}) {
    server = await startLoopbackServer(answer);
    const file = join(config, 'config.json');
    await writeFile(file, JSON.stringify({ auths: { ...auths } }));
    const url = new URL(`http://${server.host}`);
    const client = openNotaryClient(url, { dockerConfig: file, limits: { retries: 0 } });
    try {
      return await client.evidence(QUERY);
    } finally {
      await client.close();
      await server.close();
    }
  }

  it('each document below the timestamp by its hash, nothing that nobody asked for', async () => {
    const read = await readFrom(answerWith(kept()));
    expect([...read.delegations.keys()]).toEqual([RELEASES]);
    expect(hex(read.targets)).toBe(hex(HONEST.targets));
    expect(read.roots).toEqual([]);
    const asked = server.seen.map(({ url }) => url);
    expect(asked).toHaveLength(5);
    expect(new Set(asked.slice(0, 2))).toEqual(
      new Set([`${BASE}/2.root.json`, `${BASE}/timestamp.json`]),
    );
  });

  it('a repository that is not there is not found', async () => {
    await expect(readFrom(answerWith(new Map()))).rejects.toMatchObject({ code: 'not-found' });
  });

  it('newer roots one after another', async () => {
    const documents = kept();
    documents.set(`${BASE}/2.root.json`, HONEST.root);
    documents.set(`${BASE}/3.root.json`, HONEST.root);
    expect((await readFrom(answerWith(documents))).roots).toHaveLength(2);
  });

  it('roots without end are not followed without end', async () => {
    const honest = answerWith(kept());
    const endless: Answer = (request, response) =>
      /\d+\.root\.json$/.test(request.url)
        ? void response.end(HONEST.root)
        : honest(request, response);
    expect((await readFrom(endless)).roots).toHaveLength(33);
  });

  it('no byte more than the document above says', async () => {
    const documents = kept();
    const path = `${BASE}/snapshot.${hex(HONEST.snapshot)}.json`;
    documents.set(path, Buffer.concat([HONEST.snapshot, Buffer.alloc(1)]));
    await expect(readFrom(answerWith(documents))).rejects.toMatchObject({ code: 'too-large' });
  });

  it('by a token for the repository, of the realm on the same host', async () => {
    const honest = answerWith(kept());
    const guarded: Answer = (request, response) => {
      if (request.url.startsWith('/token?')) return void response.end('{"token":"t0"}');
      if (request.authorization === 'Bearer t0') return honest(request, response);
      const challenge = `Bearer realm="http://${server.host}/token",service="notary"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    };
    const read = await readFrom(guarded);
    expect(hex(read.timestamp)).toBe(hex(HONEST.timestamp));
    const token = server.seen.find(({ url }) => url.startsWith('/token'))?.url ?? '';
    expect(new URLSearchParams(token.split('?')[1]).get('scope')).toBe(`repository:${GUN}:pull`);
  });

  it('with the credentials of the server’s exact host, never those of the registry', async () => {
    const auth = Buffer.from('u:secret').toString('base64');
    const wanting: Answer = (_request, response) =>
      void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    const refused = readFrom(wanting, { 'registry.example': { auth } });
    await expect(refused).rejects.toMatchObject({ code: 'registry-refused' });
    await expect(refused).rejects.not.toThrow(/secret/);
    expect(server.seen.some(({ authorization }) => authorization !== undefined)).toBe(false);
  });

  it('a realm within the own network of another host is not called', async () => {
    const other = await startLoopbackServer((_request, response) => void response.end('{}'));
    const challenge = 'Bearer realm="https://169.254.169.254/token",service="notary"';
    const away: Answer = (_request, response) =>
      void response.writeHead(401, { 'www-authenticate': challenge }).end();
    await expect(readFrom(away)).rejects.toMatchObject({ code: 'registry-refused' });
    expect(other.seen).toEqual([]);
    await other.close();
  });
});

describe('a notary server with a certificate of a private authority', () => {
  it('is read with the authority of its host, and with no other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'assay-notary-tls-'));
    const authority = await makeAuthority(Date.now());
    const { certificate, key } = await makeServerCertificate(authority, ['127.0.0.1'], Date.now());
    const https = createServer({ cert: certificate, key }, (_request, response) => {
      response.end(HONEST.root);
    });
    await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(https.address() as AddressInfo).port}`;
    const file = join(folder, 'ca.pem');
    await writeFile(file, authority.certificate);
    const read = async (caFiles: ReadonlyMap<string, string>): Promise<string> => {
      const access = { caFiles, anonymous: true, limits: { retries: 0 } };
      const client = openNotaryClient(new URL(`https://${host}`), access);
      try {
        return hex(await client.root(GUN));
      } finally {
        await client.close();
      }
    };
    try {
      expect(await read(new Map([[host, file]]))).toBe(hex(HONEST.root));
      const other = read(new Map([['notary.example', file]]));
      await expect(other).rejects.toMatchObject({ code: 'unavailable' });
    } finally {
      https.closeAllConnections();
      https.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the address of a notary server', () => {
  it.each([
    ['https://notary.example:4443', false],
    ['http://127.0.0.1:4443', false],
    ['http://notary.example', true],
  ])('%s (plain HTTP: %s) is one', (text, plain) => {
    expect(parseNotaryServer(text, plain).href).toBe(`${text}/`);
  });

  it.each([
    ['http://notary.example', 'is not encrypted'],
    ['https://u:secret@notary.example', 'carries a user name or password'],
    ['https://notary.example/v2', 'has a path'],
    ['ftp://notary.example', 'is neither https nor http'],
    ['notary', 'is no URL'],
  ])('%s is none: it %s', (text, problem) => {
    const parse = (): URL => parseNotaryServer(text, false);
    expect(parse).toThrow(problem);
    expect(parse).not.toThrow(/secret/);
  });
});
