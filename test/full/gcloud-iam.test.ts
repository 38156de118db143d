/**
 * IAM policies by the stock gcloud: each of its commands on each track, on the policy and on an
 * attestor, and what a binding opens to a caller of another project.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ended } from '../support/assay-command.ts';
import type { AssayServer } from '../support/assay-server.ts';
import { startAssay, valueAt } from '../support/assay-server.ts';
import type { Gcloud } from '../support/gcloud.ts';
import { openGcloud } from '../support/gcloud.ts';
import { realProgram } from '../support/real.ts';

const gcloudProgram = realProgram('gcloud');
const PROJECT = 'vault';
const ATTESTOR = `projects/${PROJECT}/attestors/qa`;
const VERIFIER = 'roles/binaryauthorization.attestorsVerifier';
const ADA = 'user:ada@example.com';
const BOB = 'user:bob@example.com';
const CI = 'serviceAccount:ci@shop.example';

const TRACKS: readonly (readonly [string, readonly string[]])[] = [
  ['GA', []],
  ['beta', ['beta']],
  ['alpha', ['alpha']],
];
const RESOURCES: readonly (readonly [string, readonly string[], string])[] = [
  ['policy', ['policy'], 'roles/binaryauthorization.policyViewer'],
  ['attestors', ['attestors'], VERIFIER],
];

describe.skipIf(!gcloudProgram)('IAM (needs gcloud)', { timeout: 180_000 }, () => {
  let server: AssayServer;
  let gcloud: Gcloud;
  let folder = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gcloud-iam-'));
    server = await startAssay();
    await made('/api/v1/projects', { project: PROJECT });
    await made('/api/v1/projects', { project: 'shop' });
    const note = { attestationAuthority: { hint: { humanReadableName: 'qa' } } };
    await made(`/v1beta1/projects/${PROJECT}/notes?noteId=qa`, note);
    const attestor = { userOwnedGrafeasNote: { noteReference: `projects/${PROJECT}/notes/qa` } };
    await made(`/v1/projects/${PROJECT}/attestors?attestorId=qa`, attestor);
    gcloud = gcloudOf(server.tokenFile, PROJECT);
  });

  afterAll(async () => {
    gcloud?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function made(path: string, body: object): Promise<unknown> {
    const answer = await server.call(path, { body });
    expect(answer).toMatchObject({ status: 200 });
    return answer.json;
  }

  function gcloudOf(tokenFile: string, project: string): Gcloud {
    const target = { http: server.http, tokenFile, project, cwd: folder };
    return openGcloud(gcloudProgram ?? '', target);
  }

  for (const [track, prefix] of TRACKS) {
    describe.each(RESOURCES)(`${track}: %s`, (_name, group, role) => {
      const named = group[0] === 'attestors' ? [ATTESTOR] : [];
      const run = (verb: string, ...args: readonly string[]): Promise<Ended> =>
        gcloud.run(...prefix, 'container', 'binauthz', ...group, verb, ...named, ...args);
      const bind = (verb: string, member: string): Promise<Ended> =>
        run(`${verb}-iam-policy-binding`, `--member=${member}`, `--role=${role}`);
      const read = async (): Promise<unknown> => {
        const { stdout } = await expectDone(run('get-iam-policy', '--format=json'));
        return JSON.parse(stdout);
      };

      it('starts from a policy that was emptied, and adds and removes members', async () => {
        await expectDone(run('set-iam-policy', write('empty.json', {})));
        expect(await read()).toMatchObject({ etag: expect.any(String) as string });
        await expectDone(bind('add', ADA));
        await expectDone(bind('add', BOB));
        expect(await read()).toMatchObject({ bindings: [{ role, members: [ADA, BOB] }] });
        await expectDone(bind('remove', ADA));
        expect(await read()).toMatchObject({ bindings: [{ role, members: [BOB] }] });
        await expectDone(bind('remove', BOB));
        expect(valueAt(await read(), 'bindings')).toBeUndefined();
      });

      it('takes back the file that it gave, once', async () => {
        const file = write('policy.json', await read());
        await expectDone(run('set-iam-policy', file));
        const stale = await run('set-iam-policy', file);
        expect(stale).toMatchObject({ code: 1 });
        expect(stale.stderr).toMatch(
          /the IAM policy of projects\/.* has changed since it was read/,
        );
      });

      it('refuses what would give nothing, in words', async () => {
        const wrong = (binding: object) =>
          run('set-iam-policy', write('wrong.json', { bindings: [binding] }));
        const unknown = await wrong({ role: 'roles/none', members: [ADA] });
        expect(unknown.stderr).toContain('INVALID_ARGUMENT: policy.bindings: role "roles/none"');
        const condition = { expression: 'true', title: 't' };
        const bound = await wrong({ role, members: [ADA], condition });
        expect(bound.stderr).toContain('policy.bindings[0].condition');
        const nobody = await wrong({ role, members: ['ada'] });
        expect(nobody.stderr).toContain('member "ada"');
      });
    });
  }

  it('a binding opens an attestor to another project’s caller, and only then', async () => {
    const input = { roles: ['admin'], name: 'ci', lifetime: 3_600_000_000, project: 'shop' };
    const token = await made('/api/v1/tokens', { ...input, member: CI });
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, String(valueAt(token, 'result.secret')), { mode: 0o600 });
    const shop = gcloudOf(tokenFile, 'shop');
    const binauthz = (...args: readonly string[]) => shop.run('container', 'binauthz', ...args);
    const policy = write('shop.yaml', {
      defaultAdmissionRule: {
        evaluationMode: 'REQUIRE_ATTESTATION',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
        requireAttestationsBy: [ATTESTOR],
      },
    });
    const refused = await binauthz('policy', 'import', policy);
    expect(refused.stderr).toContain('binaryauthorization.attestors.verifyImageAttested');
    expect(refused.stderr).toContain(ATTESTOR);
    const member = `--member=${CI}`;
    const add = ['attestors', 'add-iam-policy-binding', ATTESTOR, member, `--role=${VERIFIER}`];
    await expectDone(gcloud.run('container', 'binauthz', ...add));
    await expectDone(binauthz('policy', 'import', policy));
    await expectDone(binauthz('attestors', 'describe', ATTESTOR));
    shop.close();
  });

  function write(name: string, content: unknown): string {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    expect(readFileSync(file, 'utf8')).not.toBe('');
    return file;
  }
});

async function expectDone(ending: Promise<Ended>): Promise<Ended> {
  const ended = await ending;
  expect(ended).toMatchObject({ code: 0 });
  return ended;
}
