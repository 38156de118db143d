/** Help, and what the command line says to a mistake: one line on stderr, exit 1, nothing done. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runAssay } from '../support/assay-command.ts';
import { runInProcess } from '../support/assay-in-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'mistakes-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('help and mistakes', () => {
  it.each([
    [['scan']],
    [['admit']],
    [['serve']],
    [['project']],
    [['project', 'create']],
    [['advisories', 'import']],
    [['decisions', 'show']],
    [['token', 'create']],
    [['registry', 'serve']],
    [['migrate']],
    [[]],
  ])('%j --help leads with examples on stdout', async (words) => {
    const { code, stdout, stderr } = await runInProcess([...words, '--help'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Examples:\n {2}assay \S/);
    expect(stdout).toContain('Usage: assay');
  });

  it.each([
    ['an unknown command', ['scna', 'x'], /did you mean scan/i],
    ['an unknown flag', ['scan', 'x', '--fail-onn', 'HIGH'], /--fail-onn.*\n?.*--fail-on/],
    ['a missing argument', ['scan'], /image/],
    ['too many arguments', ['scan', 'a', 'b'], /argument/],
    ['an unknown severity', ['scan', 'x', '--fail-on', 'SEVERE'], /SEVERE.*CRITICAL/s],
    ['an unknown output', ['project', 'list', '-o', 'xml'], /xml.*json/s],
    [
      'a server with a password',
      ['project', 'list', '--server', 'http://me:hunter2@127.0.0.1:1'],
      /token-file/,
    ],
    ['a server that is no URL', ['project', 'list', '--server', 'localhost'], /--server/],
    [
      'a server that is not there',
      ['project', 'list', '--server', 'http://127.0.0.1:1'],
      /127\.0\.0\.1:1/,
    ],
    [
      'a token file that is not there',
      ['project', 'list', '--server', 'http://127.0.0.1:1', '--token-file', '/no/token'],
      /\/no\/token/,
    ],
    ['a listener without port', ['serve', '--http', 'localhost'], /--http.*HOST:PORT/],
    [
      'two ways to verify',
      [
        'attest',
        'verify',
        'r.example/a:1',
        '--attestor',
        'a',
        '--notary-server',
        'https://n.example',
      ],
      /--attestor and --notary-server/,
    ],
    [
      'a key beside a trust policy',
      ['attest', 'verify', 'r.example/a:1', '--notation-policy', 'p.json', '--key', 'k.pem'],
      /--notation-policy and --key/,
    ],
    ['an open listener without TLS', ['serve', '--http', '0.0.0.0:0'], /--tls-cert/],
    ['an open gRPC without TLS', ['serve', '--grpc', '0.0.0.0:0'], /--grpc.*--tls-cert/],
    [
      'an open webhook without client CA',
      ['serve', '--webhook', '0.0.0.0:0'],
      /--webhook-client-ca/,
    ],
    ['an open registry', ['registry', 'serve', 'x', '--listen', '0.0.0.0:0'], /loopback/],
    ['a token of no days', ['token', 'create', '--expires', '0'], /--expires is 0/],
    ['a token of all time', ['token', 'create', '--expires', '1e300'], /--expires.*36500/],
    ['an unknown log level', ['serve', '--log-level', 'loud'], /loud/],
  ])('%s ends with 1, words on stderr and no stack', async (_fact, args, word) => {
    const ended = await runAssay(args, { env: { ASSAY_DATA: folder } });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(word);
    expect(ended.stderr).not.toMatch(/\n {4}at /);
    expect(ended.stderr).not.toContain('hunter2');
  });

  it('takes a flag from its environment variable', async () => {
    const env = { ASSAY_DATA: join(folder, 'data'), ASSAY_OUTPUT: 'json' };
    const early = await runAssay(['project', 'list'], { env });
    expect(early).toMatchObject({ code: 1 });
    expect(early.stderr).toContain(`${env.ASSAY_DATA} holds no Assay data`);
    expect(await runAssay(['project', 'create', 'shop'], { env })).toMatchObject({ code: 0 });
    const { stdout } = await runAssay(['project', 'list'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, projects: [{ id: 'shop' }] });
  });
});
