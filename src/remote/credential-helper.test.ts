/** Docker's credential helpers, as programs that a test writes. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askCredentialHelper } from './credential-helper.ts';

const SECRET = 'hunter2-s3cret';

describe('askCredentialHelper', () => {
  const path = process.env['PATH'];
  let folder = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'helper-'));
    process.env['PATH'] = `${folder}${delimiter}${path}`;
  });

  afterEach(async () => {
    process.env['PATH'] = path;
    await rm(folder, { recursive: true, force: true });
  });

  async function helper(script: string): Promise<void> {
    const file = join(folder, 'docker-credential-test');
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }

  const print = (answer: object): string =>
    `cat >/dev/null; printf '%s' '${JSON.stringify(answer)}'`;

  it.each([
    [
      { Username: 'user', Secret: SECRET },
      { kind: 'basic', username: 'user', password: SECRET },
    ],
    [
      { Username: '<token>', Secret: SECRET },
      { kind: 'identity-token', token: SECRET },
    ],
  ])('reads %j', async (answer, credential) => {
    await helper(print(answer));
    expect(await askCredentialHelper('test', 'registry.example:5000')).toEqual(credential);
  });

  it('hands on the host on standard input, and nothing by the command line', async () => {
    const seen = join(folder, 'seen');
    await helper(`echo "$@" >${seen}; cat >>${seen}; printf '{"Username":"a","Secret":"b"}'`);
    await askCredentialHelper('test', 'docker.io');
    expect(await readFile(seen, 'utf8')).toBe('get\nhttps://index.docker.io/v1/');
  });

  it('takes "not found" for no credentials', async () => {
    await helper('cat >/dev/null; echo "credentials not found in native keychain"; exit 1');
    expect(await askCredentialHelper('test', 'registry.example')).toEqual({ kind: 'none' });
  });

  it.each([
    ['fails', `cat >/dev/null; echo ${SECRET}; exit 3`, /ended with 3/],
    ['prints no JSON', `cat >/dev/null; echo ${SECRET}`, /printed no user name/],
    ['prints no secret', `cat >/dev/null; echo '{"Username":"${SECRET}"}'`, /printed no user name/],
    ['prints for ever', `cat >/dev/null; yes ${SECRET}`, /a signal/],
    ['never ends', 'exec sleep 60', /a signal/],
  ])('names a helper that %s, and repeats nothing of it', async (_fact, script, why) => {
    await helper(script);
    const asked = askCredentialHelper('test', 'registry.example', 1000);
    const error: unknown = await asked.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', message: expect.stringMatching(why) });
    expect(JSON.stringify(error) + String(error)).not.toContain(SECRET);
  });

  it('names a helper that is not there', async () => {
    const asked = askCredentialHelper('absent', 'registry.example');
    await expect(asked).rejects.toThrow(/docker-credential-absent.*cannot be started/);
  });

  it.each(['../evil', 'a b', '', '-x', 'a;b', '/bin/sh'])('runs no %j', async (name) => {
    const asked = askCredentialHelper(name, 'registry.example');
    await expect(asked).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});
