/**
 * Wrong requests as a table: each is answered in Google's shape with the right status and a message
 * that helps, and leaves nothing behind: no row of any table differs, the server still answers, and
 * its log has no error. The rows are in the folder beside this file, by what is wrong.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { pourRaw, type RawAnswer, sendRaw } from '../support/raw-request.ts';
import { BAD_BODIES } from './bad/bad-bodies.ts';
import { BAD_IAM } from './bad/bad-iam.ts';
import { BAD_LISTS } from './bad/bad-lists.ts';
import { BAD_NAMES } from './bad/bad-names.ts';
import { BAD_POLICIES } from './bad/bad-policies.ts';
import {
  ATTESTATION_NOTE,
  ATTESTOR,
  type BadRequest,
  NOTE,
  P,
  URI,
  VULNERABILITY_NOTE,
} from './bad/bad-request.ts';
import { BAD_TRANSPORT } from './bad/bad-transport.ts';

const FAMILIES: Readonly<Record<string, readonly BadRequest[]>> = {
  'names, paths and verbs': BAD_NAMES,
  'bodies of notes and occurrences': BAD_BODIES,
  'filters, pages and cursors': BAD_LISTS,
  'policies, attestors, our own API': BAD_POLICIES,
  'IAM policies, and what is left for later': BAD_IAM,
  'bytes, headers and identities': BAD_TRANSPORT,
};

let server: AssayServer;
let admin = '';
let viewer = '';
let occurrence = '';
let before = '';

beforeAll(async () => {
  server = await startAssay();
  admin = readFileSync(server.tokenFile, 'utf8').trim();
  const make = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await server.call(path, { body });
    expect(answer).toMatchObject({ status: 200 });
    return answer.json;
  };
  const note = (name: string, body: object) =>
    make(`/v1/projects/${P}/notes?noteId=${name.split('/')[3]}`, body);
  await note(NOTE, { build: { builderVersion: '1' } });
  await note(VULNERABILITY_NOTE, { vulnerability: {} });
  await note(ATTESTATION_NOTE, { attestation: { hint: { humanReadableName: 'a' } } });
  const owned = { userOwnedGrafeasNote: { noteReference: ATTESTATION_NOTE } };
  await make(`/v1/projects/${P}/attestors?attestorId=ci`, { name: ATTESTOR, ...owned });
  const body = { resourceUri: URI, noteName: NOTE, build: {} };
  occurrence = String(valueAt(await make(`/v1/projects/${P}/occurrences`, body), 'name'));
  await make('/api/v1/projects', { project: 'other' });
  const token = { role: 'viewer', name: 'v', lifetime: 3_600_000_000, project: P };
  const made = valueAt(await make('/api/v1/tokens', token), 'result') as Record<string, string>;
  viewer = made['secret'] ?? made['token'] ?? '';
  before = dump();
});

afterAll(async () => void (await server.stop()));

describe.each(Object.entries(FAMILIES))('wrong %s', { timeout: 60_000 }, (_family, rows) => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    const answer = await send(row.send);
    const error = valueAt(tryJson(answer.text), 'error') as Record<string, unknown> | undefined;
    expect({ status: answer.status, code: error?.['status'], message: error?.['message'] }).toEqual(
      {
        status: row.status,
        code: row.code,
        message: saying(row.says),
      },
    );
    expect(error?.['code']).toBe(row.status);
  });

  it('nothing of it changed anything, and the server still answers', async () => {
    expect(dump()).toBe(before);
    expect(await server.call(`/v1/${occurrence}`)).toMatchObject({ status: 200 });
  });
});

describe('a body beyond the limit', { timeout: 60_000 }, () => {
  const path = `/v1/projects/${P}/notes?noteId=new`;
  const CAP = 8 * 1024 * 1024;

  it.each([
    ['that says so', { 'content-length': String(10 * 1024 ** 3) }],
    ['that does not end', { 'transfer-encoding': 'chunked' }],
  ])('%s is cut off early', async (_name, headers) => {
    const authorization = `Bearer ${admin}`;
    const request = { method: 'POST', path, headers: { ...headers, authorization } };
    const { taken, answer } = await pourRaw(server.http, request);
    expect(taken).toBeLessThan(3 * CAP);
    expect(answer).toMatch(/^HTTP\/1\.1 413 |^$/);
    expect(dump()).toBe(before);
  });
});

it('has at least 150 rows, and the log has no error after them', async () => {
  const rows = Object.values(FAMILIES).flat();
  expect(rows.length).toBeGreaterThanOrEqual(150);
  const names = rows.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  await server.stop();
  const lines = (await server.log()).split('\n').filter((line) => line !== '');
  const levels = lines.map((line) => Number(valueAt(tryJson(line), 'level') ?? 60));
  expect(lines.filter((_, index) => (levels[index] ?? 60) >= 50)).toEqual([]);
});

function saying(says: string | RegExp): unknown {
  return expect.stringMatching(
    typeof says === 'string' ? says.replaceAll(/[^\w ]/g, '\\$&') : says,
  );
}

function send(request: BadRequest['send']): Promise<RawAnswer> {
  const { token = admin, ...rest } = request;
  const known = token === 'VIEWER' ? viewer : token;
  const authorization: Record<string, string> =
    known === '' ? {} : { authorization: `Bearer ${known}` };
  const path = rest.path.replace(`projects/${P}/occurrences/OCCURRENCE`, occurrence);
  return sendRaw(server.http, { ...rest, path, headers: { ...authorization, ...rest.headers } });
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every row of every table, the audit trail included, as one hash. */
function dump(): string {
  const database = new DatabaseSync(join(server.data, 'assay.db'), { readOnly: true });
  try {
    const tables = database
      .prepare(`select name from sqlite_schema where type = 'table' order by name`)
      .all() as { name: string }[];
    const hash = createHash('sha256');
    for (const { name } of tables) {
      const rows = database.prepare(`select * from "${name}"`).all();
      hash.update(JSON.stringify([name, rows], (_key, value: unknown) => plain(value)));
    }
    return hash.digest('hex');
  } finally {
    database.close();
  }
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
