/**
 * Rules by namespace and service account, and the system policy, through a real server: what is
 * set, exported and judged.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AssayServer, imageReview, startAssay, valueAt } from '../support/assay-server.ts';

const enforcementMode = 'ENFORCED_BLOCK_AND_AUDIT_LOG';
const DENY = { evaluationMode: 'ALWAYS_DENY', enforcementMode };
const ALLOW = { evaluationMode: 'ALWAYS_ALLOW', enforcementMode };
const POLICY = '/v1/projects/default/policy';
const PAUSE = 'registry.k8s.io/pause:3.9';

let server: AssayServer;

async function setPolicy(parts: object): Promise<void> {
  const body = { defaultAdmissionRule: DENY, ...parts };
  const answer = await server.call(POLICY, { method: 'PUT', body });
  expect(answer).toMatchObject({ status: 200 });
}

const ask = (image: string) => server.review(imageReview([image]));

describe('rules by part of the cluster', () => {
  beforeAll(async () => {
    server = await startAssay();
  });
  afterAll(async () => void (await server.stop()));

  it('a namespace’s rule stands over the default one', async () => {
    await setPolicy({ kubernetesNamespaceAdmissionRules: { default: ALLOW } });
    expect(await ask('nginx')).toMatchObject({ allowed: true });
    await setPolicy({ kubernetesNamespaceAdmissionRules: { other: ALLOW } });
    expect(await ask('nginx')).toMatchObject({ allowed: false });
  });

  it('a service account’s rule cannot be told from an ImageReview: denied, and said', async () => {
    await setPolicy({ kubernetesServiceAccountAdmissionRules: { 'default:deployer': ALLOW } });
    const answer = await ask('nginx');
    expect(answer.allowed).toBe(false);
    expect(answer.reason.split('\n')[0]).toBe(
      'Undecided by kubernetes service account admission rule for default:deployer: ' +
        'the request does not say its service account',
    );
  });

  it.each([
    ['v1', 'projects/default/policy'],
    ['v1beta1', 'projects/default/policy'],
    ['v1alpha2', 'projects/default/policy'],
  ])('%s has one policy with the others', async (version, name) => {
    await setPolicy({ istioServiceIdentityAdmissionRules: { 'd/ns/n/sa/s': ALLOW } });
    const got = await server.call(`/${version}/${name}`);
    const wanted = { name, istioServiceIdentityAdmissionRules: { 'd/ns/n/sa/s': ALLOW } };
    expect(got).toMatchObject({ status: 200, json: wanted });
  });

  it('refuses an attestor that is not there, whichever map names it', async () => {
    const requireAttestationsBy = ['projects/default/attestors/nobody'];
    const rule = { evaluationMode: 'REQUIRE_ATTESTATION', enforcementMode, requireAttestationsBy };
    const body = {
      defaultAdmissionRule: DENY,
      kubernetesNamespaceAdmissionRules: { default: rule },
    };
    const answer = await server.call(POLICY, { method: 'PUT', body });
    expect(answer.status).toBe(400);
    expect(valueAt(answer.json, 'error.message')).toContain('nobody does not exist');
  });

  it('lets in what the system policy names while the project’s policy asks it', async () => {
    await setPolicy({ globalPolicyEvaluationMode: 'ENABLE' });
    expect(await ask(PAUSE)).toMatchObject({
      allowed: true,
      auditAnnotations: { policies: expect.stringMatching(/SystemPolicy\/global@1$/) as string },
    });
    expect(await ask('registry.k8s.io.example.org/pause:3.9')).toMatchObject({ allowed: false });
    await setPolicy({ globalPolicyEvaluationMode: 'DISABLE' });
    expect(await ask(PAUSE)).toMatchObject({ allowed: false });
  });

  it.each(['v1', 'v1beta1', 'v1alpha2'])('%s exports it for every location', async (version) => {
    for (const location of ['global', 'europe-west1']) {
      const name = `locations/${location}/policy`;
      const got = await server.call(`/${version}/${name}`);
      expect(got).toMatchObject({ status: 200, json: { name } });
      expect(valueAt(got.json, 'admissionWhitelistPatterns')).toContainEqual({
        namePattern: 'registry.k8s.io/pause:*',
      });
    }
    expect(await server.call(`/${version}/locations/Nowhere!/policy`)).toMatchObject({
      status: 400,
    });
  });
});

describe('an operator’s system policy', () => {
  it('takes the place of the built-in one until the server starts without it', async () => {
    const data = mkdtempSync(join(tmpdir(), 'system-policy-'));
    const file = join(data, 'system.yaml');
    writeFileSync(file, 'admissionWhitelistPatterns:\n- namePattern: mirror.example/k8s/*\n');
    const allowed = async (): Promise<unknown[]> => {
      await setPolicy({ globalPolicyEvaluationMode: 'ENABLE' });
      const answers = await Promise.all([PAUSE, 'mirror.example/k8s/pause:3.9'].map(ask));
      return answers.map((one) => one.allowed);
    };
    try {
      server = await startAssay({ data, args: ['--system-policy', file] });
      expect(await allowed()).toEqual([false, true]);
      await server.stop();
      server = await startAssay({ data });
      expect(await allowed()).toEqual([true, false]);
      await server.stop();
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });

  it('is refused by line where it has rules', async () => {
    const data = mkdtempSync(join(tmpdir(), 'system-policy-'));
    const file = join(data, 'system.yaml');
    const rule = 'clusterAdmissionRules:\n  z.c: {evaluationMode: ALWAYS_ALLOW, ';
    writeFileSync(file, `${rule}enforcementMode: DRYRUN_AUDIT_LOG_ONLY}\n`);
    const started = startAssay({ data, args: ['--system-policy', file] });
    await expect(started).rejects.toThrow(/system\.yaml: line 1, column 1: .*patterns only/);
    rmSync(data, { recursive: true, force: true });
  });
});
