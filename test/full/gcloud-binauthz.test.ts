/**
 * Binary Authorization by the stock gcloud on each of its tracks: every command of policies,
 * attestors, keys and attestations, over one store, and what gcloud prints of refusals. IAM has a
 * test of its own, and so has the tutorial.
 */
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Ended } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import { type Gcloud, openGcloud } from '../support/gcloud.ts';
import { makePgpSigner } from '../support/pgp-signer.ts';
import { realProgram } from '../support/real.ts';

const program = realProgram('gcloud');
const PROJECT = 'default';
const NOTE = `projects/${PROJECT}/notes/n`;
const KEY_ID = 'https://keys.example/1';
const RULE = {
  enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
  evaluationMode: 'ALWAYS_DENY',
};

interface Track {
  readonly name: string;
  readonly prefix: readonly string[];
  /** The field of an attestor that carries its note. */
  readonly note: string;
  /** What is attested here: gcloud lists by note and digest, whatever the name. */
  readonly byte: string;
}

const TRACKS: readonly Track[] = [
  { name: 'GA', prefix: [], note: 'userOwnedGrafeasNote', byte: 'a1' },
  { name: 'beta', prefix: ['beta'], note: 'userOwnedDrydockNote', byte: 'b2' },
  { name: 'alpha', prefix: ['alpha'], note: 'userOwnedDrydockNote', byte: 'c3' },
];

describe.skipIf(!program)('binauthz (needs gcloud)', { timeout: 180_000 }, () => {
  let server: AssayServer;
  let gcloud: Gcloud;
  let folder = '';
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gcloud-binauthz-'));
    server = await startAssay();
    const { http, tokenFile } = server;
    gcloud = openGcloud(program ?? '', { http, tokenFile, project: PROJECT, cwd: folder });
    await server.call(`/v1/projects/${PROJECT}/notes?noteId=n`, {
      body: { attestation: { hint: { humanReadableName: 'n' } } },
    });
    write('key.pem', String(pair.publicKey.export({ type: 'spki', format: 'pem' })));
    write('key.pgp', (await makePgpSigner()).publicKey);
  });

  afterAll(async () => {
    gcloud?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (name: string): string => join(folder, name);

  function write(name: string, text: string | Uint8Array): string {
    writeFileSync(file(name), text);
    return file(name);
  }

  describe.each(TRACKS)('$name', ({ name, prefix, note, byte }) => {
    const binauthz = (...args: readonly string[]): Promise<Ended> =>
      gcloud.run(...prefix, 'container', 'binauthz', ...args);
    const attestor = `of-${name.toLowerCase()}`;
    const image = `registry.example/${attestor}@sha256:${byte.repeat(32)}`;

    it('exports and imports each map of rules', async () => {
      const maps = {
        clusterAdmissionRules: 'europe-west1-b.prod',
        kubernetesNamespaceAdmissionRules: 'shop',
        kubernetesServiceAccountAdmissionRules: 'shop:deployer',
        istioServiceIdentityAdmissionRules: 'spiffe://example.com/ns/shop/sa/deployer',
      };
      for (const [map, key] of Object.entries(maps)) {
        const policy = { defaultAdmissionRule: RULE, [map]: { [key]: RULE } };
        await done(binauthz('policy', 'import', write('policy.yaml', stringify(policy))));
        expect(parse((await done(binauthz('policy', 'export'))).stdout)).toMatchObject(policy);
      }
    });

    it('says where an import has no chance', async () => {
      const [a, b] = [{ 'z.c': RULE }, { shop: RULE }];
      const rules = { clusterAdmissionRules: a, kubernetesNamespaceAdmissionRules: b };
      const both = write('both.yaml', stringify({ defaultAdmissionRule: RULE, ...rules }));
      const refused = await binauthz('policy', 'import', both);
      expect(refused).toMatchObject({ code: 1 });
      expect(refused.stderr).toContain('a policy has rules in one map only');
      const exported = write('stale.yaml', (await done(binauthz('policy', 'export'))).stdout);
      await done(binauthz('policy', 'import', exported));
      const stale = await binauthz('policy', 'import', exported);
      expect(stale).toMatchObject({ code: 1 });
      expect(stale.stderr).toMatch(/subject of a conflict: projects\/default\/policy has changed/);
    });

    it('creates, lists, describes and updates an attestor', async () => {
      const authority = '--attestation-authority-note';
      const create = ['attestors', 'create', attestor, `${authority}=n`];
      await done(binauthz(...create, `${authority}-project=${PROJECT}`, '--description=first'));
      const again = await binauthz(...create, `${authority}-project=${PROJECT}`);
      expect(again.stderr).toMatch(/subject of a conflict: .* already exists/);
      expect((await done(binauthz('attestors', 'list'))).stdout).toContain(attestor);
      await done(binauthz('attestors', 'update', attestor, '--description=second'));
      const described = await done(binauthz('attestors', 'describe', attestor));
      expect(parse(described.stdout)).toMatchObject({
        name: `projects/${PROJECT}/attestors/${attestor}`,
        description: 'second',
        [note]: { noteReference: NOTE },
      });
    });

    it('adds, updates and removes keys of both kinds', async () => {
      const keys = ['attestors', 'public-keys'];
      const of = `--attestor=${attestor}`;
      const pkix = [
        `--pkix-public-key-file=${file('key.pem')}`,
        '--pkix-public-key-algorithm=ecdsa-p256-sha256',
      ];
      const own = await done(binauthz(...keys, 'add', of, ...pkix));
      const { id } = parse(own.stdout) as { id: string };
      expect(id).toMatch(/^ni:\/\/\/sha-256;[\w-]{43}$/);
      await done(binauthz(...keys, 'remove', id, of));
      await done(binauthz(...keys, 'add', of, ...pkix, `--public-key-id-override=${KEY_ID}`));
      const pgp = [of, `--pgp-public-key-file=${file('key.pgp')}`];
      const added = parse((await done(binauthz(...keys, 'add', ...pgp))).stdout) as { id: string };
      expect(added.id).toMatch(/^[0-9A-F]{40}$/);
      await done(binauthz(...keys, 'update', added.id, of, '--comment=of the build'));
      const described = parse((await done(binauthz('attestors', 'describe', attestor))).stdout);
      expect(described).toMatchObject({
        [note]: { publicKeys: [{ id: KEY_ID }, { id: added.id, comment: 'of the build' }] },
      });
      await done(binauthz(...keys, 'remove', added.id, of));
    });

    it('signs, validates, creates and lists an attestation, by attestor and by note', async () => {
      const payload = await done(binauthz('create-signature-payload', `--artifact-url=${image}`));
      const signature = write(
        'signature',
        sign('sha256', Buffer.from(payload.stdout), pair.privateKey),
      );
      const by = `--attestor=projects/${PROJECT}/attestors/${attestor}`;
      const what = [`--artifact-url=${image}`, `--public-key-id=${KEY_ID}`];
      const create = ['attestations', 'create', ...what];
      const made = await done(
        binauthz(...create, by, `--signature-file=${signature}`, '--validate'),
      );
      expect(made.stderr).not.toContain('WARNING');
      const junk = write('junk', 'not a signature');
      const warned = await binauthz(...create, by, `--signature-file=${junk}`, '--validate');
      expect(warned.stderr).toMatch(/could not be validated.*/s);
      await done(binauthz(...create, `--note=${NOTE}`, `--signature-file=${signature}`));
      const list = ['attestations', 'list', '--format=value(resourceUri)'];
      const of = [`--attestor=${attestor}`, `--attestor-project=${PROJECT}`];
      const listed = await done(binauthz(...list, ...of, `--artifact-url=${image}`));
      expect(listed.stdout.trim().split('\n')).toEqual([image, image, image]);
      expect((await done(binauthz(...list))).stdout).toContain(image);
    });

    it('has the image admitted by its attestor, and deletes what it made', async () => {
      const requireAttestationsBy = [`projects/${PROJECT}/attestors/${attestor}`];
      const evaluationMode = 'REQUIRE_ATTESTATION';
      const rule = { ...RULE, evaluationMode, requireAttestationsBy };
      const policy = stringify({ defaultAdmissionRule: rule });
      await done(binauthz('policy', 'import', write('required.yaml', policy)));
      expect(await server.review(imageReview([image]))).toMatchObject({ allowed: true });
      const other = image.replace('@', '-other@');
      expect(await server.review(imageReview([other]))).toMatchObject({ allowed: false });
      const open = stringify({ defaultAdmissionRule: { ...RULE, evaluationMode: 'ALWAYS_ALLOW' } });
      await done(binauthz('policy', 'import', write('open.yaml', open)));
      await done(binauthz('attestors', 'delete', attestor));
      const gone = await binauthz('attestors', 'describe', attestor);
      expect(gone).toMatchObject({ code: 1 });
      expect(gone.stderr).toMatch(/NOT_FOUND|not found/);
    });
  });

  it('alpha exports the system policy of any location', async () => {
    const policy = ['alpha', 'container', 'binauthz', 'policy', 'export-system-policy'];
    for (const [args, location] of [
      [[], 'global'],
      [['--location=europe-west1'], 'europe-west1'],
    ] as const) {
      const { stdout } = await done(gcloud.run(...policy, ...args));
      expect(parse(stdout)).toMatchObject({
        name: `locations/${location}/policy`,
        admissionWhitelistPatterns: expect.arrayContaining([
          { namePattern: 'registry.k8s.io/pause:*' },
        ]) as unknown,
      });
    }
  });
});

async function done(ended: Promise<Ended>): Promise<Ended> {
  const result = await ended;
  expect(result).toMatchObject({ code: 0 });
  return result;
}
