/**
 * The curl lines of the documents of 2018 that Assay was made after, as a shell runs them: only
 * hosts and tokens differ. What the gcloud of that year sent is there too: its flags are gone, its
 * bodies are still taken. The lines of gcloud itself are in test/full.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/domain/digest.ts';
import { runProgram } from '../support/assay-command.ts';
import { type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { makePgpSigner } from '../support/pgp-signer.ts';
import { realProgram } from '../support/real.ts';

const curl = realProgram('curl');
const PROJECT = 'altoros-workshop';
const NOTE_ID = 'test-attestor-note';
const DIGEST = parseDigest(
  'sha256:1dd9b5827cc3da6db2b89d8d0a4bc5d4c1caa98a5efba62da61bfd206ce03af3',
);
const REPOSITORY = `gcr.io/${PROJECT}/sample-k8s-app`;
const NOTE_NAME = `projects/${PROJECT}/notes/${NOTE_ID}`;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;

describe.skipIf(!curl)('the curl lines of 2018 (needs curl)', () => {
  let server: AssayServer;
  let folder = '';

  /** Runs lines of a document, and reads what they print. */
  async function sh(lines: string): Promise<unknown> {
    const env = {
      API: server.http,
      WEBHOOK: server.webhook,
      TOKEN: readFileSync(server.tokenFile, 'utf8').trim(),
      PROJECT_ID: PROJECT,
      NOTE_ID,
    };
    const { code, stdout, stderr } = await runProgram('bash', ['-c', lines], { env, cwd: folder });
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('curl:')]);
    return JSON.parse(stdout);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'curl-lines-'));
    server = await startAssay();
    await server.call('/api/v1/projects', { body: { project: PROJECT } });
    const packages = `/v1beta1/projects/${PROJECT}`;
    await server.call(`${packages}/notes?noteId=libss2`, { body: { package: { name: 'libss2' } } });
    await server.call(`${packages}/occurrences`, {
      body: {
        resource: { uri: `https://${REPOSITORY}@${DIGEST}` },
        note_name: `projects/${PROJECT}/notes/libss2`,
        installation: {
          installation: { name: 'libss2', location: [{ cpe_uri: 'cpe:/o:debian' }] },
        },
      },
    });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('list the packages of a project, by the name that v1beta1 has for them', async () => {
    const answer = await sh(
      `curl -s -XGET \\
      -H "Authorization: Bearer $TOKEN" \\
      $API/v1beta1/projects/$PROJECT_ID/occurrences?filter=kind%3D%22PACKAGE%22`,
    );
    expect(answer).toMatchObject({
      occurrences: [{ kind: 'PACKAGE', installation: { installation: { name: 'libss2' } } }],
    });
  });

  it('make a note of a body in snake_case, whose name is not the one that counts', async () => {
    const name = 'projects/another-project/notes/another-note';
    const hint = { human_readable_name: 'Attestor Note' };
    writeFileSync(
      join(folder, 'note.json'),
      JSON.stringify({ name, attestation_authority: { hint } }),
    );
    const wanted = {
      name: NOTE_NAME,
      kind: 'ATTESTATION',
      createTime: TIME,
      updateTime: TIME,
      attestationAuthority: { hint: { humanReadableName: 'Attestor Note' } },
    };
    const made = await sh(
      `curl -X POST \\
      -H "Content-Type: application/json" \\
      -H "Authorization: Bearer $TOKEN"  \\
      --data-binary @note.json  \\
      "$API/v1beta1/projects/\${PROJECT_ID}/notes/?noteId=\${NOTE_ID}"`,
    );
    expect(made).toEqual(wanted);
    const read = await sh(
      `curl \\
      -H "Authorization: Bearer $TOKEN" \\
      "$API/v1beta1/projects/\${PROJECT_ID}/notes/\${NOTE_ID}"`,
    );
    expect(read).toEqual(made);
  });

  it('attest by the body that gcloud sent then, to be seen in v1 and to convince a review', async () => {
    const signer = await makePgpSigner();
    const attestation = await signer.attest({ name: REPOSITORY, digest: DIGEST });
    const encoded = String(valueAt(attestation, 'signatures.0.signature'));
    const signature = Buffer.from(encoded, 'base64').toString();
    const pgp_key_id = signer.fingerprint;
    const pgp_signed_attestation = { signature, content_type: 'SIMPLE_SIGNING_JSON', pgp_key_id };
    writeFileSync(
      join(folder, 'attestation.json'),
      JSON.stringify({
        resource: { uri: `https://${REPOSITORY}@${DIGEST}` },
        note_name: NOTE_NAME,
        attestation: { attestation: { pgp_signed_attestation } },
      }),
    );
    const made = await sh(
      `curl -s -X POST -H "Authorization: Bearer $TOKEN" --data-binary @attestation.json \\
      "$API/v1beta1/projects/\${PROJECT_ID}/occurrences/"`,
    );
    const shown = { signature, contentType: 'SIMPLE_SIGNING_JSON', pgpKeyId: signer.fingerprint };
    expect(made).toMatchObject({
      kind: 'ATTESTATION',
      attestation: { attestation: { pgpSignedAttestation: shown } },
    });
    const v1 = await server.call(`/v1/${String(valueAt(made, 'name'))}`);
    expect(valueAt(v1.json, 'attestation.signatures')).toEqual([
      { publicKeyId: signer.fingerprint, signature: encoded },
    ]);

    const attestor = `projects/${PROJECT}/attestors/test-attestor`;
    const publicKeys = [{ ascii_armored_pgp_public_key: signer.publicKey }];
    const user_owned_drydock_note = { note_reference: NOTE_NAME, public_keys: publicKeys };
    const attestors = `/v1beta1/projects/${PROJECT}/attestors?attestorId=test-attestor`;
    await server.call(attestors, { body: { name: attestor, user_owned_drydock_note } });
    const waited = await server.call(
      `/api/v1/attested?attestor=${attestor}&image=${REPOSITORY}@${DIGEST}`,
    );
    expect(valueAt(waited.json, 'result.outcome')).toBe('allow');
  });

  it('ask the webhook as an API server does; the digest of the notes has 63 digits', async () => {
    const review = {
      apiVersion: 'imagepolicy.k8s.io/v1alpha1',
      kind: 'ImageReview',
      spec: {
        containers: [
          { image: 'myrepo/myimage:v1' },
          {
            image:
              'myrepo/myimage@sha256:beb6bd6a68f114c1dc2ea4b28db81bdf91de202a9014972bec5e4d9171d90ed',
          },
        ],
        annotations: { 'mycluster.image-policy.k8s.io/ticket-1234': 'break-glass' },
        namespace: 'mynamespace',
      },
    };
    const answer = await sh(
      `curl -s -XPOST -k $WEBHOOK/image_policy -d'${JSON.stringify(review)}'`,
    );
    expect(answer).toMatchObject({ kind: 'ImageReview', status: { allowed: false } });
    expect(valueAt(answer, 'status.reason')).toContain('63');
  });
});
