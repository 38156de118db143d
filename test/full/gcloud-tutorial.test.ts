/**
 * The tutorial that the product was asked for in, walked with the stock gcloud and gpg: deny,
 * break glass, whitelist, attestor, signature, attestation, and what must not get past them. The
 * flags that gcloud has dropped since are listed in docs/tutorial/corrections.md.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Ended } from '../support/assay-command.ts';
import type { AssayServer } from '../support/assay-server.ts';
import { imageReview, startAssay } from '../support/assay-server.ts';
import type { Gcloud } from '../support/gcloud.ts';
import { openGcloud } from '../support/gcloud.ts';
import type { GnupgHome } from '../support/gnupg.ts';
import { openGnupgHome } from '../support/gnupg.ts';
import { realProgram } from '../support/real.ts';

const gcloudProgram = realProgram('gcloud');
const gpgProgram = realProgram('gpg');

const PROJECT = 'default';
const ATTESTOR = 'test-attestor';
const NOTE = 'test-attestor-note';
const USER = 'attestor@example.org';
const STRANGER = 'stranger@example.org';
const IMAGE = 'gcr.io/project-aleksey-zalesov/sample-k8s-app';
const DIGEST = 'sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3';
const OTHER_DIGEST = `sha256:${'0b'.repeat(32)}`;
const BY_DEFAULT = 'Denied by default admission rule. Overridden by evaluation mode';
const BY_ATTESTOR =
  `Denied by attestor projects/${PROJECT}/attestors/${ATTESTOR}: No attestations found that ` +
  'were valid and signed by a key trusted by the attestor';
const BREAK_GLASS = { 'alpha.image-policy.k8s.io/break-glass': 'true' };
const attestorName = `projects/${PROJECT}/attestors/${ATTESTOR}`;
const notes = `/v1beta1/projects/${PROJECT}/notes`;

const PATIENCE = { timeout: 120_000 };

describe.skipIf(!gcloudProgram || !gpgProgram)('the tutorial (needs gcloud, gpg)', PATIENCE, () => {
  let server: AssayServer;
  let gcloud: Gcloud;
  let gnupg: GnupgHome;
  let folder = '';
  let fingerprint = '';

  const binauthz = (...args: readonly string[]) =>
    gcloud.run('beta', 'container', 'binauthz', ...args);
  const file = (name: string) => join(folder, name);
  const reviewOf = (image: string, annotations = {}) =>
    server.review(imageReview([image], annotations));

  async function importPolicy(policy: string): Promise<Ended> {
    writeFileSync(file('policy.yaml'), policy);
    return binauthz('policy', 'import', file('policy.yaml'));
  }

  async function exportPolicy(): Promise<string> {
    return (await expectDone(binauthz('policy', 'export'))).stdout;
  }

  async function signPayload(digest: string, user: string, how: string): Promise<string> {
    const url = `--artifact-url=${IMAGE}@${digest}`;
    const payload = await expectDone(binauthz('create-signature-payload', url));
    writeFileSync(file('signature.json'), payload.stdout);
    const signature = file('signature.pgp');
    gnupg.run(
      ['--local-user', user, '--armor', '--output', signature, how].concat(file('signature.json')),
    );
    return signature;
  }

  function attest(digest: string, signature: string, ...more: readonly string[]): Promise<Ended> {
    return binauthz(
      'attestations',
      'create',
      `--artifact-url=${IMAGE}@${digest}`,
      `--attestor=${attestorName}`,
      `--signature-file=${signature}`,
      `--public-key-id=${fingerprint}`,
      ...more,
    );
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tutorial-'));
    server = await startAssay();
    gcloud = openGcloud(gcloudProgram ?? '', {
      http: server.http,
      tokenFile: server.tokenFile,
      project: PROJECT,
      cwd: folder,
    });
    gnupg = openGnupgHome(gpgProgram ?? '');
    writeFileSync(
      file('key.batch'),
      batchOf('Test Attestor', USER) + batchOf('Stranger', STRANGER),
    );
    gnupg.run(['--gen-key', file('key.batch')]);
    fingerprint = gnupg.fingerprint(USER);
    writeFileSync(file('generated-key.pgp'), gnupg.run(['--armor', '--export', fingerprint]));
  });

  afterAll(async () => {
    gcloud?.close();
    gnupg?.close();
    await server?.stop();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('tells its access token for the curl lines', async () => {
    const token = readFileSync(server.tokenFile, 'utf8').trim();
    const format = '--format=value(credential.access_token)';
    const helper = await expectDone(gcloud.run('config', 'config-helper', format));
    expect(helper.stdout.trim()).toBe(token);
    const printed = await expectDone(gcloud.run('auth', 'print-access-token'));
    expect(printed.stdout.trim()).toBe(token);
  });

  it('starts with a policy that allows every image', async () => {
    expect(parse(await exportPolicy())).toMatchObject({
      name: `projects/${PROJECT}/policy`,
      defaultAdmissionRule: {
        evaluationMode: 'ALWAYS_ALLOW',
        enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      },
    });
    expect(await reviewOf('nginx')).toMatchObject({ http: 200, allowed: true });
  });

  it('denies everything after ALWAYS_DENY is imported, in the words of the tutorial', async () => {
    const policy = await exportPolicy();
    await expectDone(importPolicy(policy.replace('ALWAYS_ALLOW', 'ALWAYS_DENY')));
    const answer = await reviewOf('nginx');
    expect(answer).toMatchObject({ http: 200, allowed: false });
    expect(answer.reason.split('\n')[0]).toBe(BY_DEFAULT);
  });

  it('lets the break-glass annotation of exactly "true" through, and records it', async () => {
    const broken = await reviewOf('nginx', BREAK_GLASS);
    expect(broken.allowed).toBe(true);
    expect(JSON.stringify(broken.auditAnnotations)).toMatch(/break-glass/i);
    const other = { 'alpha.image-policy.k8s.io/break-glass': 'yes' };
    expect((await reviewOf('nginx', other)).allowed).toBe(false);
    expect((await reviewOf('nginx')).allowed).toBe(false);
  });

  it('refuses a policy whose etag is not the current one', async () => {
    const stale = await exportPolicy();
    await expectDone(importPolicy(stale));
    const refused = await importPolicy(stale);
    expect(refused.code).toBe(1);
    const changed = `projects/${PROJECT}/policy has changed since it was read`;
    expect(refused.stderr).toContain(`is the subject of a conflict: ${changed}`);
    const body = parse(stale) as object;
    const answer = await server.call(`/v1/projects/${PROJECT}/policy`, { method: 'PUT', body });
    expect(answer).toMatchObject({ status: 409, json: { error: { status: 'ABORTED' } } });
  });

  it('allows the library of a whitelisted registry, and no look-alike', async () => {
    const pattern = '- namePattern: registry.hub.docker.com/library/*';
    const policy = `${await exportPolicy()}admissionWhitelistPatterns:\n${pattern}\n`;
    await expectDone(importPolicy(policy));
    const allowed = async (image: string) => (await reviewOf(image)).allowed;
    expect(await allowed('registry.hub.docker.com/library/nginx')).toBe(true);
    expect(await allowed('nginx')).toBe(false);
    expect(await allowed('registry.hub.docker.com.example.org/library/nginx')).toBe(false);
    expect(await allowed('registry.hub.docker.com/library/deeper/nginx')).toBe(false);
  });

  it('makes and reads the note by the bodies of the tutorial, snake_case and slash', async () => {
    const name = `projects/${PROJECT}/notes/${NOTE}`;
    const hint = { human_readable_name: 'Attestor Note' };
    const created = await server.call(`${notes}/?noteId=${NOTE}`, {
      body: { name, attestation_authority: { hint } },
    });
    const wanted = {
      name,
      kind: 'ATTESTATION',
      createTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string,
      attestationAuthority: { hint: { humanReadableName: 'Attestor Note' } },
    };
    expect(created).toMatchObject({ status: 200, json: wanted });
    expect(await server.call(`${notes}/${NOTE}`)).toMatchObject({ status: 200, json: wanted });
  });

  it('creates, lists, describes and updates the attestor', async () => {
    expect((await createAttestor(ATTESTOR, NOTE)).code).toBe(0);
    const listed = await expectDone(binauthz('attestors', 'list'));
    expect(listed.stdout).toMatch(/test-attestor\b.*projects\/default\/notes\/test-attestor-note/);
    await expectDone(binauthz('attestors', 'update', ATTESTOR, '--description=signs builds'));
    const described = await expectDone(binauthz('attestors', 'describe', ATTESTOR));
    expect(parse(described.stdout)).toMatchObject({
      name: attestorName,
      description: 'signs builds',
      userOwnedDrydockNote: { noteReference: `projects/${PROJECT}/notes/${NOTE}` },
    });
  });

  it('refuses the attestor a second time as a conflict, and one of an unknown note', async () => {
    const again = await createAttestor(ATTESTOR, NOTE);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/is the subject of a conflict: \S/);
    const orphan = await createAttestor('orphan', 'no-such-note');
    expect(orphan.code).toBe(1);
    expect(orphan.stderr).toMatch(/not found: note \S*no-such-note does not exist/);
    const described = await binauthz('attestors', 'describe', 'orphan');
    expect(described.stderr).toMatch(/NOT_FOUND|not found: .*orphan/);
  });

  it('deletes an attestor', async () => {
    await expectDone(createAttestor('short-lived', NOTE));
    await expectDone(binauthz('attestors', 'delete', 'short-lived'));
    const listed = await expectDone(binauthz('attestors', 'list'));
    expect(listed.stdout).not.toContain('short-lived');
  });

  it('adds the PGP key and prints its fingerprint as the id', async () => {
    const added = await addKey();
    expect(added).toMatchObject({ code: 0 });
    expect(parse(added.stdout)).toMatchObject({ id: fingerprint });
    const listed = await expectDone(binauthz('attestors', 'list'));
    expect(listed.stdout).toMatch(/test-attestor-note\D+1\b/);
  });

  it('requires the attestor in the policy, and refuses one that does not exist', async () => {
    expect(await importPolicy(tutorialPolicy('no-such-attestor'))).toMatchObject({ code: 1 });
    await expectDone(importPolicy(tutorialPolicy(ATTESTOR)));
    const denied = await reviewOf(`${IMAGE}@${DIGEST}`);
    expect(denied.allowed).toBe(false);
    expect(denied.reason.split('\n')[0]).toBe(BY_ATTESTOR);
    expect((await reviewOf('gcr.io/google_containers/pause')).allowed).toBe(true);
  });

  it('admits the image once it is signed and attested', async () => {
    const signature = await signPayload(DIGEST, USER, '--sign');
    await expectDone(attest(DIGEST, signature));
    expect(await reviewOf(`${IMAGE}@${DIGEST}`)).toMatchObject({ allowed: true });
    expect(await reviewOf(`${IMAGE}:1.0.2@${DIGEST}`)).toMatchObject({ allowed: true });
  });

  it('lists the attestation, all of them or those of one image', async () => {
    const where = ['attestations', 'list', `--attestor=${ATTESTOR}`];
    const all = await binauthz(...where, `--attestor-project=${PROJECT}`);
    expect(all.stdout).toContain(`${IMAGE}@${DIGEST}`);
    const one = await binauthz(...where, `--artifact-url=${IMAGE}@${DIGEST}`);
    expect(one.stdout).toContain(`${IMAGE}@${DIGEST}`);
    const none = await binauthz(...where, `--artifact-url=${IMAGE}@${OTHER_DIGEST}`);
    expect(none).toMatchObject({ code: 0 });
    expect(none.stdout + none.stderr).toContain('Listed 0 items.');
  });

  it('still denies another digest, the tag alone and another name of the digest', async () => {
    const reasonOf = async (image: string) => {
      const { allowed, reason } = await reviewOf(image);
      return allowed ? 'allowed' : reason;
    };
    expect(await reasonOf(`${IMAGE}@${OTHER_DIGEST}`)).toContain(BY_ATTESTOR);
    expect(await reasonOf(`gcr.io/project-aleksey-zalesov/other@${DIGEST}`)).toContain(BY_ATTESTOR);
    expect(await reasonOf(`${IMAGE}:1.0.2`)).toMatch(/digest/);
    const asWritten = `${IMAGE}:${DIGEST.slice(7)}`;
    expect(await reasonOf(asWritten)).toContain(`did you mean ${IMAGE}@${DIGEST}`);
  });

  it('denies what a stranger signed, though it claims the key of the attestor', async () => {
    const signature = await signPayload(OTHER_DIGEST, STRANGER, '--sign');
    const warned = await attest(OTHER_DIGEST, signature, '--validate');
    expect(warned.stderr).toMatch(/could not be validated/);
    expect((await reviewOf(`${IMAGE}@${OTHER_DIGEST}`)).allowed).toBe(false);
  });

  it('denies an attestation whose signature is of another image', async () => {
    const digest = `sha256:${'7e'.repeat(32)}`;
    const signature = await signPayload(DIGEST, USER, '--sign');
    const warned = await attest(digest, signature, '--validate');
    expect(warned.stderr).toMatch(/could not be validated/);
    expect((await reviewOf(`${IMAGE}@${digest}`)).allowed).toBe(false);
  });

  it('takes a clearsigned attestation, validated without a word', async () => {
    const digest = `sha256:${'c1'.repeat(32)}`;
    const signature = await signPayload(digest, USER, '--clearsign');
    const made = await expectDone(attest(digest, signature, '--validate'));
    expect(made.stderr).not.toMatch(/WARNING/);
    expect((await reviewOf(`${IMAGE}@${digest}`)).allowed).toBe(true);
  });

  it('takes the attestation that the gcloud of the tutorial sent, v1beta1’s own', async () => {
    const digest = `sha256:${'d8'.repeat(32)}`;
    const signature = readFileSync(await signPayload(digest, USER, '--sign'), 'utf8');
    const pgpSignedAttestation = {
      signature,
      contentType: 'SIMPLE_SIGNING_JSON',
      pgpKeyId: fingerprint,
    };
    const created = await server.call(`/v1beta1/projects/${PROJECT}/occurrences`, {
      body: {
        resource: { uri: `https://${IMAGE}@${digest}` },
        noteName: `projects/${PROJECT}/notes/${NOTE}`,
        attestation: { attestation: { pgpSignedAttestation } },
      },
    });
    expect(created).toMatchObject({
      status: 200,
      json: { attestation: { attestation: { pgpSignedAttestation: { signature } } } },
    });
    expect((await reviewOf(`${IMAGE}@${digest}`)).allowed).toBe(true);
  });

  it('denies from the next review on when the key is removed, and admits when it is back', async () => {
    const keys = ['attestors', 'public-keys'];
    await expectDone(binauthz(...keys, 'remove', fingerprint, `--attestor=${ATTESTOR}`));
    const denied = await reviewOf(`${IMAGE}@${DIGEST}`);
    expect(denied.reason).toContain(BY_ATTESTOR);
    await expectDone(addKey());
    expect((await reviewOf(`${IMAGE}@${DIGEST}`)).allowed).toBe(true);
  });

  function createAttestor(id: string, note: string): Promise<Ended> {
    const authority = `--attestation-authority-note=${note}`;
    const where = `--attestation-authority-note-project=${PROJECT}`;
    return binauthz('attestors', 'create', id, authority, where);
  }

  function addKey(): Promise<Ended> {
    const key = `--pgp-public-key-file=${file('generated-key.pgp')}`;
    return binauthz('attestors', 'public-keys', 'add', `--attestor=${ATTESTOR}`, key);
  }
});

async function expectDone(ended: Promise<Ended>): Promise<Ended> {
  const result = await ended;
  expect(result).toMatchObject({ code: 0 });
  return result;
}

function batchOf(name: string, email: string): string {
  return [
    '%no-protection',
    'Key-Type: RSA',
    'Key-Length: 2048',
    `Name-Real: ${name}`,
    `Name-Email: ${email}`,
    '%commit',
    '',
  ].join('\n');
}

function tutorialPolicy(attestor: string): string {
  const patterns = [
    'gcr.io/google_containers/*',
    'gcr.io/google-containers/*',
    'k8s.gcr.io/*',
    'gcr.io/stackdriver-agents/*',
  ];
  return stringify({
    name: `projects/${PROJECT}/policy`,
    admissionWhitelistPatterns: patterns.map((namePattern) => ({ namePattern })),
    defaultAdmissionRule: {
      evaluationMode: 'REQUIRE_ATTESTATION',
      enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
      requireAttestationsBy: [`projects/${PROJECT}/attestors/${attestor}`],
    },
  });
}
