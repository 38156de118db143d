/** The stock gpg of this machine makes keys and signatures; they must verify here. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/domain/digest.ts';
import { readPgpKey } from '../../src/signing/read-pgp-key.ts';
import {
  createSignaturePayload,
  parseSignaturePayload,
} from '../../src/signing/signature-payload.ts';
import { verifyPgpSignature } from '../../src/signing/verify-pgp.ts';
import { realProgram } from '../support/real.ts';

const gpg = realProgram('gpg');
const gpgconf = realProgram('gpgconf');
const image = {
  name: 'registry.example/team/app',
  digest: parseDigest(`sha256:${'5a'.repeat(32)}`),
};
const payload = createSignaturePayload(image);

describe.skipIf(!gpg)('signatures of the stock gpg (needs gpg)', () => {
  let home = '';

  function run(args: readonly string[], input = ''): Buffer {
    const quiet = ['--batch', '--quiet', '--no-tty', '--pinentry-mode', 'loopback'];
    const all = ['--homedir', home, ...quiet, '--passphrase', '', ...args];
    return execFileSync(gpg ?? 'gpg', all, { input, stdio: ['pipe', 'pipe', 'ignore'] });
  }

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'gpg-'));
    run(['--quick-gen-key', 'ed <ed@example.org>', 'ed25519', 'sign', 'never']);
    run(['--quick-gen-key', 'rsa <rsa@example.org>', 'rsa2048', 'sign', '1y']);
  });

  afterAll(() => {
    if (gpgconf) execFileSync(gpgconf, ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true, force: true });
  });

  it.each([
    ['ed', ['--sign']],
    ['ed', ['--armor', '--sign']],
    ['ed', ['--clearsign']],
    ['rsa', ['--sign']],
    ['rsa', ['--armor', '--sign']],
    ['rsa', ['--armor', '--textmode', '--sign']],
    ['rsa', ['--compress-algo', 'bzip2', '--sign']],
    ['rsa', ['--clearsign']],
    ['rsa', ['--digest-algo', 'SHA384', '--clearsign']],
  ])('%s %j', async (name, args) => {
    const user = `<${name}@example.org>`;
    const signature = Uint8Array.from(run(['-u', user, ...args], payload));
    const key = await readPgpKey(run(['--armor', '--export', user]).toString('utf8'));
    const result = await verifyPgpSignature({ signature, key, now: Date.now() * 1000 });
    expect(result).toMatchObject({ ok: true, fingerprint: key.fingerprint });
    const signed = result.ok ? parseSignaturePayload(result.payload) : undefined;
    expect(signed).toMatchObject({ dockerReference: image.name, digest: image.digest });
  });
});
