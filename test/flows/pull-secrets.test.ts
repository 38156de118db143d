/**
 * Pull secrets of namespaces: an image of a private registry is verified for the requests of the
 * namespace whose secret opens it, and for nobody else's; no other host is told of it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signatureLayer } from '../support/cosign-artifacts.ts';
import { keySigner, publicPem } from '../support/sigstore-services.ts';
import { startTrustBench, type TrustBench } from '../support/trust-workbench.ts';

const PASSWORD = 'robot:a-secret-of-the-namespace';
const SIGNER = keySigner();
const folder = mkdtempSync(join(tmpdir(), 'assay-pull-secrets-'));

let bench: TrustBench;
let image = '';

function writeSecret(place: readonly string[], config: object): void {
  const into = join(folder, ...place);
  mkdirSync(into, { recursive: true });
  writeFileSync(join(into, '.dockerconfigjson'), JSON.stringify(config));
}

function opens(password = PASSWORD): object {
  return { auths: { [bench.registry.host]: { auth: btoa(password) } } };
}

beforeAll(async () => {
  bench = await startTrustBench({ login: PASSWORD, pullSecrets: folder });
  image = await bench.image('shop/private', async (digest) => [
    await signatureLayer({ signer: SIGNER, digest }),
  ]);
  await bench.trust([{ cosign: { keys: [publicPem(SIGNER)] } }]);
  writeSecret(['shop', 'prod'], opens());
  writeSecret(['shop', 'wrong'], opens('robot:another'));
  writeSecret(['shop', 'elsewhere'], { auths: { 'registry.example': { auth: btoa(PASSWORD) } } });
  writeSecret(['shop', 'helper'], { credHelpers: { [bench.registry.host]: 'steal' } });
  writeSecret(['shop', 'broken'], {});
  writeFileSync(join(folder, 'shop', 'broken', '.dockerconfigjson'), '{"auths": "secret-in-it');
  writeSecret(['secret-of-nobody'], opens());
});

afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

it.each<[string, { project?: string; namespace?: string }, boolean]>([
  ['the namespace whose secret it is', { namespace: 'prod' }, true],
  ['a request without a namespace', {}, false],
  ['a namespace that has no secret', { namespace: 'dev' }, false],
  ['a namespace of that name in another project', { project: 'other', namespace: 'prod' }, false],
  ['a secret with another password', { namespace: 'wrong' }, false],
  ['a secret of another registry', { namespace: 'elsewhere' }, false],
  ['a secret that names a helper, which is not started', { namespace: 'helper' }, false],
  ['a secret that is no JSON', { namespace: 'broken' }, false],
  [
    'a namespace that would lead out of the project',
    { namespace: '../../secret-of-nobody' },
    false,
  ],
])('is used for %s: %o, %s', async (_name, place, allowed) => {
  const answer = await bench.admit(image, place);
  expect(answer.allowed).toBe(allowed);
  const outcome = allowed ? 'allow' : 'undecided';
  expect(answer.auditAnnotations['outcome']).toBe(outcome);
  expect(JSON.stringify(answer)).not.toContain('a-secret-of-the-namespace');
  expect(JSON.stringify(answer)).not.toContain('secret-in-it');
});

it('counts at once when it is rotated', async () => {
  writeSecret(['shop', 'rotated'], opens('robot:old'));
  expect(await bench.admit(image, { namespace: 'rotated' })).toMatchObject({ allowed: false });
  writeSecret(['shop', 'rotated'], opens());
  // Another change of the project, since what could not be checked stands for two seconds.
  await bench.trust([{ cosign: { keys: [publicPem(SIGNER)] } }]);
  expect(await bench.admit(image, { namespace: 'rotated' })).toMatchObject({ allowed: true });
});
