/** What gpg gets of us: the payload, its key's name, and nothing of the environment but its own. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { signWithGpg } from './run-gpg.ts';

const folder = mkdtempSync(join(tmpdir(), 'assay-gpg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const payload = Buffer.from('{"critical": {}}\n');
const FINGERPRINT = 'A'.repeat(40);

/** A gpg that writes down its arguments and environment, then does what is told. */
function fakeGpg(does: string): Readonly<Record<string, string | undefined>> {
  const script = `#!/bin/sh
env > ${folder}/env
echo "$@" >> ${folder}/arguments
case "$*" in
  *--list-secret-keys*) echo 'sec:u:255:22:'; echo 'fpr:::::::::${FINGERPRINT}:'; exit 0;;
esac
${does}
`;
  writeFileSync(join(folder, 'gpg'), script);
  chmodSync(join(folder, 'gpg'), 0o755);
  const secrets = { BINAUTH_PRIVATE_KEY: 'secret', ASSAY_TOKEN_FILE: '/token' };
  return { PATH: `${folder}:/usr/bin:/bin`, HOME: folder, ...secrets };
}

describe('signWithGpg', () => {
  it('hands on the payload, and of the environment only what gpg needs', async () => {
    const env = fakeGpg('cat');
    const made = await signWithGpg(payload, { keyId: 'ci@shop.example', env });
    expect(made.fingerprint).toBe(FINGERPRINT);
    expect(Buffer.from(made.signature).equals(payload)).toBe(true);
    const seen = readFileSync(join(folder, 'env'), 'utf8');
    expect(seen).toContain(`HOME=${folder}`);
    expect(seen).not.toMatch(/BINAUTH_PRIVATE_KEY|ASSAY_/);
    expect(readFileSync(join(folder, 'arguments'), 'utf8')).toContain(
      '--local-user ci@shop.example',
    );
  });

  it('says in gpg’s own words why it did not sign', async () => {
    const env = fakeGpg('echo "gpg: signing failed: No pinentry" >&2; exit 2');
    const signing = signWithGpg(payload, { keyId: 'ci', env });
    await expect(signing).rejects.toThrow(/gpg did not sign: gpg: signing failed: No pinentry/);
  });

  it('keeps no more than 256 KiB of what it prints', async () => {
    const env = fakeGpg('cat > /dev/null; yes | head -c 2000000');
    const { signature } = await signWithGpg(payload, { keyId: 'ci', env });
    expect(signature).toHaveLength(256 * 1024);
  });

  it.each(['--output', '-x', 'a b', '', '$(id)', 'x'.repeat(129)])(
    'refuses the key %j',
    async (keyId) => {
      const env = fakeGpg('exit 0');
      await expect(signWithGpg(payload, { keyId, env })).rejects.toThrow(/is no key of gpg/);
    },
  );

  it('says so where there is no gpg', async () => {
    const env = { PATH: '/nowhere', HOME: folder };
    const signing = signWithGpg(payload, { keyId: 'ci', env });
    await expect(signing).rejects.toThrow(/gpg cannot be run; install GnuPG/);
  });
});
