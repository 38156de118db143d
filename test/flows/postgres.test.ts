/** `assay serve` over PostgreSQL: two replicas, one truth, and no password in what they say. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runAssay } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import {
  createTestDatabase,
  postgresPrograms,
  serveTls,
  type TestDatabase,
} from '../support/postgres.ts';
import { realProgram } from '../support/real.ts';

const openssl = realProgram('openssl');

const IMAGE = imageReview([`reg.example/app@sha256:${'a'.repeat(64)}`]);
const POLICY = '/v1/projects/default/policy';
const DENY_ALL = {
  name: 'projects/default/policy',
  defaultAdmissionRule: {
    evaluationMode: 'ALWAYS_DENY',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
  },
};

describe.skipIf(!postgresPrograms)('two servers over one database (needs postgres)', () => {
  let folder: string;
  let database: TestDatabase;
  let args: readonly string[];
  const file = (name: string): string => join(folder, name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assay-replicas-'));
    database = await createTestDatabase();
    writeFileSync(file('password'), `${database.password}\n`);
    args = ['--database', database.url, '--database-password-file', file('password')];
  });
  afterAll(async () => {
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it('are prepared by migrate, as often as it is run', async () => {
    const migrated = await runAssay(['migrate', ...args]);
    expect(migrated).toMatchObject({ code: 0 });
    expect(migrated.stderr).toMatch(/went from schema 0/);
    expect((await runAssay(['migrate', ...args])).stderr).toMatch(/already/);
  });

  it('share policy, tokens and decisions', async () => {
    const one = await startAssay({ args, data: file('one') });
    const two = await startAssay({ args, data: file('two') });
    try {
      const token = readFileSync(one.tokenFile, 'utf8').trim();
      expect(two.tokenFile).toBe('');
      expect(await two.review(IMAGE)).toMatchObject({ allowed: true });
      await replacePolicy(one, token);
      expect(await one.review(IMAGE)).toMatchObject({ allowed: false });
      await vi.waitFor(
        async () => expect(await two.review(IMAGE)).toMatchObject({ allowed: false }),
        { timeout: 5000 },
      );
      const listed = await runAssay(['decisions', 'list', '--data', file('one')]);
      expect(listed).toMatchObject({ code: 0 });
      expect(listed.stdout.match(/denied/gi)?.length).toBeGreaterThanOrEqual(2);
    } finally {
      expect(await Promise.all([one.stop(), two.stop()])).toEqual([0, 0]);
    }
  });

  async function replacePolicy(server: AssayServer, token: string): Promise<void> {
    const kept = await server.call(POLICY, { token });
    expect(kept.status).toBe(200);
    const put = await server.call(POLICY, { token, method: 'PUT', body: DENY_ALL });
    expect(put.status).toBe(200);
  }

  it.skipIf(!openssl)('believe a server that proves its name only (needs openssl)', async () => {
    makeCertificate();
    await serveTls(readFileSync(file('crt'), 'utf8'), readFileSync(file('key'), 'utf8'));
    const over = (url: string) => runAssay(['migrate', '--database', url, ...args.slice(2)]);
    const proven = `${database.url}?sslmode=verify-full&sslrootcert=${file('crt')}`;
    await vi.waitFor(async () => expect(await over(proven)).toMatchObject({ code: 0 }), {
      timeout: 10_000,
    });
    const unknown = await over(`${database.url}?sslmode=verify-full`);
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain('certificate');
    const misnamed = await over(proven.replace('127.0.0.1', 'localhost'));
    expect(misnamed).toMatchObject({ code: 1 });
  });

  function makeCertificate(): void {
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const named = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', file('key'), '-out', file('crt')];
    execFileSync(openssl ?? '', ['req', '-x509', ...made, ...named, ...files], { stdio: 'ignore' });
  }

  it.each([
    ['a password in the URL', ['--database', 'postgres://u:hunter2@127.0.0.1/d']],
    ['a password file alone', ['--database-password-file', 'password']],
    ['nobody there', ['--database', 'postgres://u@127.0.0.1:1/d']],
  ])('are not started with %s', async (_fact, wrong) => {
    const refused = await runAssay(['serve', ...wrong, '--data', file('never')]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--database');
    expect(refused.stderr + refused.stdout).not.toContain('hunter2');
  });
});
