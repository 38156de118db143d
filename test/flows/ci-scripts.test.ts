/** The scripts of deploy/ci as a pipeline runs them: set up once, sign each build, deploy. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runProgram } from '../support/assay-command.ts';
import { assayMain } from '../support/assay-main.ts';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import { startOwnRegistry } from '../support/own-registry.ts';
import { realProgram } from '../support/real.ts';
import { openSigningWorkbench } from '../support/signing-workbench.ts';

const missing = ['gpg', 'gpgconf', 'curl', 'openssl'].filter(
  (name) => realProgram(name) === undefined,
);
const script = (name: string): string =>
  fileURLToPath(new URL(`../../deploy/ci/${name}`, import.meta.url));
const image = (digit: string): string => `registry.example/shop/demo@sha256:${digit.repeat(64)}`;

let folder = '';
let server: AssayServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'assay-ci-'));
  server = await startAssay();
  const start = `exec ${process.execPath} ${await assayMain()} "$@"`;
  writeFileSync(join(folder, 'assay'), `#!/bin/sh\n${start}\n`);
  chmodSync(join(folder, 'assay'), 0o755);
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(name: string, args: readonly string[], more: object = {}): Promise<Ended> {
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    ASSAY_SERVER: server.http,
    ASSAY_TOKEN_FILE: server.tokenFile,
    ASSAY_PROJECT: 'shop',
    ASSAY_ATTESTOR: 'built-by-ci',
    CLUSTER: 'us-west2-b.prod',
    ...more,
  };
  return runProgram('/bin/sh', [script(name), ...args], { env });
}

async function isAdmitted(asked: string): Promise<boolean> {
  const path = '/webhook/image-review/projects/shop/clusters/us-west2-b.prod';
  return (await server.review(imageReview([asked]), path)).allowed;
}

describe.skipIf(missing.length > 0)(
  'deploy/ci (needs gpg, curl, openssl)',
  { timeout: 120_000 },
  () => {
    it('is set up once, then signs each build; only what was signed is admitted', async () => {
      const keys = join(folder, 'keys');
      const setup = await run('onetime-setup.sh', [keys]);
      expect([setup.code, setup.code === 0 ? '' : setup.stderr]).toEqual([0, '']);
      const secret = readFileSync(join(keys, 'private-key.base64'), 'utf8');
      expect(statSync(join(keys, 'private-key.base64')).mode & 0o077).toBe(0);
      expect(await isAdmitted(image('1'))).toBe(false);

      const key = { BINAUTH_PRIVATE_KEY: secret };
      const signed = await run('sign-on-build.sh', [image('1')], key);
      expect([signed.code, signed.stdout]).toEqual([0, `${image('1')}\n`]);
      expect(signed.stdout + signed.stderr + setup.stderr).not.toContain(secret.slice(100, 140));
      expect(await isAdmitted(image('1'))).toBe(true);
      expect(await isAdmitted(image('2'))).toBe(false);

      const again = await run('onetime-setup.sh', [keys]);
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('is there already')]);
    });

    it('signs so that others verify too, by a PKIX key', async () => {
      const bench = await openSigningWorkbench();
      const registry = await startOwnRegistry();
      try {
        const keys = join(folder, 'pkix');
        const attestor = { ASSAY_PROJECT: 'others', ASSAY_ATTESTOR: 'for-others' };
        const setup = await run('onetime-setup.sh', [keys], { ...attestor, KEY_KIND: 'pkix' });
        expect([setup.code, setup.code === 0 ? '' : setup.stderr]).toEqual([0, '']);
        const secret = readFileSync(join(keys, 'private-key.base64'), 'utf8');
        const named = await bench.push(registry.host, 'shop/demo');
        const both = { ASSAY_COSIGN: 'true', ASSAY_REFERRER: 'true' };
        const env = { ...attestor, ...both, BINAUTH_PRIVATE_KEY: secret };
        const signed = await run('sign-on-build.sh', [named], env);
        expect([signed.code, signed.stdout]).toEqual([0, `${named}\n`]);
        const publicKey = join(keys, 'public-key.pem');
        const seen = await bench.assay(['attest', 'verify', named, '--key', publicKey]);
        expect(seen.stdout).toMatch(/^VERIFIED[^]*\+ signature-tag[^]*\+ referrers/);
      } finally {
        await registry.stop();
        await bench.close();
      }
    });

    it('says what is missing', async () => {
      const ended = await run('sign-on-build.sh', [image('3')]);
      expect(ended.code).not.toBe(0);
      expect(ended.stderr).toContain('BINAUTH_PRIVATE_KEY: private key in base64');
      const tagged = await run('sign-on-build.sh', ['registry.example/shop/demo:1'], {
        BINAUTH_PRIVATE_KEY: 'AAAA',
      });
      expect([tagged.code, tagged.stdout]).toEqual([1, '']);
    });
  },
);
