/** `assay admit`: the webhook's judgement without a server, in every form that files come in. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMessage, generateKey, readPrivateKey, sign } from 'openpgp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseDigest } from '../../src/domain/digest.ts';
import { createSignaturePayload } from '../../src/signing/signature-payload.ts';
import { runAssay } from '../support/assay-command.ts';
import { imageReview, valueAt } from '../support/assay-server.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const IMAGE = 'registry.example/team/app';
const folder = mkdtempSync(join(tmpdir(), 'admit-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string): string {
  return join(folder, name);
}

function write(name: string, value: unknown): string {
  writeFileSync(file(name), typeof value === 'string' ? value : stringify(value));
  return file(name);
}

const DENY = { evaluationMode: 'ALWAYS_DENY', enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG' };
const SHOP = [{ namePattern: 'registry.example/shop/*' }];
const SIGNED = {
  defaultAdmissionRule: {
    evaluationMode: 'REQUIRE_ATTESTATION',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    requireAttestationsBy: ['projects/default/attestors/builder'],
  },
};

function pod(image: string, annotations?: Record<string, string>): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', ...(annotations && { annotations }) },
    spec: { containers: [{ name: 'web', image }] },
  };
}

function deployment(image: string): object {
  const { spec } = pod(image) as { spec: object };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: {}, template: { metadata: { labels: { app: 'web' } }, spec } },
  };
}

describe('assay admit, offline', () => {
  const admit = (...args: readonly string[]) => runAssay(['admit', ...args]);

  beforeAll(() => {
    write('deny.yaml', { defaultAdmissionRule: DENY, admissionWhitelistPatterns: SHOP });
    write('signed.yaml', SIGNED);
  });

  it.each([
    ['a Pod', pod('registry.example/shop/web:1'), pod('redis:7')],
    ['a Deployment', deployment('registry.example/shop/web:1'), deployment('redis:7')],
    ['an ImageReview', imageReview(['registry.example/shop/web:1']), imageReview(['redis:7'])],
    [
      'a List',
      { apiVersion: 'v1', kind: 'List', items: [pod('registry.example/shop/web:1')] },
      {
        apiVersion: 'v1',
        kind: 'List',
        items: [pod('registry.example/shop/web:1'), pod('redis:7')],
      },
    ],
  ])('%s is admitted with 0 and denied with 2, as YAML and as JSON', async (_kind, good, bad) => {
    const policy = ['--policy', file('deny.yaml')];
    const admitted = await admit(write('good.yaml', good), ...policy);
    expect(admitted.code).toBe(0);
    expect(admitted.stdout).toMatch(/^ALLOWED/);
    const denied = await admit(write('bad.json', JSON.stringify(bad)), ...policy);
    expect(denied.code).toBe(2);
    expect(denied.stdout).toContain(
      'Denied by default admission rule. Overridden by evaluation mode',
    );
  });

  it('judges every document of a file and ends with the worst', async () => {
    const many = write(
      'many.yaml',
      [pod('registry.example/shop/a'), pod('redis')].map((one) => stringify(one)).join('---\n'),
    );
    const { code, stdout } = await admit(many, '--policy', file('deny.yaml'), '--output', 'json');
    expect(code).toBe(2);
    const verdicts = valueAt(JSON.parse(stdout), 'verdicts') as readonly { allowed: boolean }[];
    expect(verdicts.map((one) => one.allowed)).toEqual([true, false]);
    expect((await admit(many, '--policy', file('deny.yaml'))).stdout).toMatch(
      /^1 of 2: Pod [^]*\n2 of 2: Pod /,
    );
  });

  it('takes the rule of the cluster that is named', async () => {
    const policy = write('cluster.yaml', {
      defaultAdmissionRule: DENY,
      clusterAdmissionRules: { 'us-west2-b.prod': { ...DENY, evaluationMode: 'ALWAYS_ALLOW' } },
    });
    const args = [write('any.yaml', pod('redis')), '--policy', policy];
    expect((await admit(...args)).code).toBe(2);
    expect((await admit(...args, '--cluster', 'us-west2-b.prod')).code).toBe(0);
    expect((await admit(...args, '--cluster', 'us-west2-b.test')).code).toBe(2);
    expect((await admit(...args, '--cluster', 'prod')).code).toBe(1);
  });

  it('lets the break-glass annotation and a dry run through, and says so', async () => {
    const annotations = { 'alpha.image-policy.k8s.io/break-glass': 'true' };
    const glass = await admit(
      write('glass.yaml', pod('redis', annotations)),
      '--policy',
      file('deny.yaml'),
    );
    expect(glass).toMatchObject({ code: 0 });
    expect(glass.stdout).toContain('ALLOWED (break-glass)');
    const dry = { defaultAdmissionRule: { ...DENY, enforcementMode: 'DRYRUN_AUDIT_LOG_ONLY' } };
    const tried = await admit(write('any.yaml', pod('redis')), '--policy', write('dry.yaml', dry));
    expect(tried).toMatchObject({ code: 0 });
    expect(tried.stdout).toContain('ALLOWED (dry run)');
  });

  describe('with attestations', () => {
    let attestor = {};
    let occurrence = {};
    const image = `${IMAGE}@${DIGEST}`;

    beforeAll(async () => {
      const made = await generateKey({
        type: 'ecc',
        userIDs: [{ name: 'builder' }],
        format: 'armored',
      });
      const digest = parseDigest(DIGEST);
      const payload = createSignaturePayload({ name: IMAGE, digest });
      const signingKeys = await readPrivateKey({ armoredKey: made.privateKey });
      const signature = await sign({
        message: await createMessage({ binary: new TextEncoder().encode(payload) }),
        signingKeys,
        format: 'armored',
      });
      attestor = {
        name: 'projects/default/attestors/builder',
        userOwnedGrafeasNote: {
          noteReference: 'projects/default/notes/built',
          publicKeys: [{ asciiArmoredPgpPublicKey: made.publicKey }],
        },
      };
      occurrence = {
        resourceUri: `https://${image}`,
        noteName: 'projects/default/notes/built',
        kind: 'ATTESTATION',
        attestation: {
          serializedPayload: Buffer.from(payload).toString('base64'),
          signatures: [
            {
              publicKeyId: signingKeys.getFingerprint().toUpperCase(),
              signature: Buffer.from(signature).toString('base64'),
            },
          ],
        },
      };
      write('app.yaml', pod(image));
    });

    const judge = (attestors: string, attestations: string) =>
      admit(
        file('app.yaml'),
        '--policy',
        file('signed.yaml'),
        '--attestors',
        attestors,
        '--attestations',
        attestations,
      );

    it.each([
      ['one message', () => [attestor, occurrence]],
      ['a list', () => [[attestor], [occurrence]]],
      ['a list answer', () => [{ attestors: [attestor] }, { occurrences: [occurrence] }]],
    ] as const)('admits a signed image; the files hold %s', async (_form, values) => {
      const [attestors, attestations] = values();
      const asYaml = await judge(
        write('attestors.yaml', attestors),
        write('made.yaml', attestations),
      );
      expect(asYaml).toMatchObject({ code: 0 });
      const asJson = await judge(
        write('attestors.json', JSON.stringify(attestors)),
        write('made.json', JSON.stringify(attestations)),
      );
      expect(asJson).toMatchObject({ code: 0 });
    });

    it('denies another digest, and the image by tag', async () => {
      const evidence = [
        '--attestors',
        write('attestors.yaml', attestor),
        '--attestations',
        write('made.yaml', occurrence),
      ];
      const other = write('other.yaml', pod(`${IMAGE}@sha256:${'b2'.repeat(32)}`));
      const policy = ['--policy', file('signed.yaml')];
      const denied = await admit(other, ...policy, ...evidence);
      expect(denied).toMatchObject({ code: 2 });
      expect(denied.stdout).toContain('Denied by attestor projects/default/attestors/builder');
      const byTag = await admit(write('tag.yaml', pod(`${IMAGE}:1`)), ...policy, ...evidence);
      expect([2, 3]).toContain(byTag.code);
    });

    it('ends with 3 without the evidence that the policy wants', async () => {
      const policy = ['--policy', file('signed.yaml')];
      expect(await admit(file('app.yaml'), ...policy)).toMatchObject({ code: 3 });
      const attestors = ['--attestors', write('attestors.yaml', attestor)];
      expect(await admit(file('app.yaml'), ...policy, ...attestors)).toMatchObject({ code: 3 });
      const none = ['--attestations', write('none.json', '{}')];
      expect(await admit(file('app.yaml'), ...policy, ...attestors, ...none)).toMatchObject({
        code: 2,
      });
    });
  });

  it.each([
    ['no policy flag', pod('redis'), undefined, /--policy/],
    ['a policy that is no YAML', pod('redis'), 'a: [', /wrong\.yaml: line 1, column 5/],
    [
      'a policy without default rule',
      pod('redis'),
      'admissionWhitelistPatterns: []',
      /defaultAdmissionRule/,
    ],
    ['an empty file', '', 'x', /\S/],
    ['no object', 'just text', undefined, /\S/],
    [
      'another kind',
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      undefined,
      /ConfigMap/,
    ],
  ])('ends with 1 for %s', async (fact, object, policy, word) => {
    const flags =
      fact === 'no policy flag'
        ? []
        : ['--policy', policy === undefined ? file('deny.yaml') : write('wrong.yaml', policy)];
    const ended = await admit(write('object.yaml', object), ...flags);
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(word);
  });
});
