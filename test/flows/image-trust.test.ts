/**
 * Admission by a policy of trust: what is signed in a registry lets an image in, by whom the policy
 * names and nobody else, however often and at once it is asked.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import { signatureLayer } from '../support/cosign-artifacts.ts';
import {
  keySigner,
  publicPem,
  type SigstoreServices,
  startSigstore,
} from '../support/sigstore-services.ts';
import { startTrustBench, type TrustBench } from '../support/trust-workbench.ts';

const SIGNER = keySigner();
const OTHER = keySigner();
const HOLDER = { subject: 'dev@shop.example', issuer: 'https://accounts.example' };

let bench: TrustBench;
let services: SigstoreServices;
let signed = '';
let keyless = '';
let unsigned = '';

beforeAll(async () => {
  bench = await startTrustBench();
  services = await startSigstore();
  const holder = await services.issue(HOLDER);
  signed = await bench.image('shop/app', async (digest) => [
    await signatureLayer({ signer: SIGNER, digest }),
  ]);
  keyless = await bench.image('shop/keyless', async (digest) => [
    await signatureLayer({ signer: holder, digest, services }),
  ]);
  unsigned = await bench.image('shop/bare');
});

afterAll(() => bench.close());

const byKey = { cosign: { keys: [publicPem(SIGNER)] } };
const byOther = { cosign: { keys: [publicPem(OTHER)] } };

function byIdentity(subject: string): object {
  const trustRoot = JSON.parse(services.trustedRoot.toString('utf8')) as object;
  return { cosign: { identities: [{ issuer: HOLDER.issuer, subject }], trustRoot } };
}

describe('an image that is signed in its registry', () => {
  it('is admitted by the key that signed it, and by no other', async () => {
    await bench.trust([byKey]);
    expect(await bench.admit(signed)).toMatchObject({ allowed: true });
    await bench.trust([byOther]);
    const refused = await bench.admit(signed);
    expect(refused.allowed).toBe(false);
    expect(refused.reason).toContain('Denied by trust rule "all"');
    expect(refused.reason).toContain('[bad-signature]');
    await bench.trust([{ anyOf: [byOther, byKey] }]);
    expect(await bench.admit(signed)).toMatchObject({ allowed: true });
    await bench.trust([byKey, byOther]);
    expect(await bench.admit(signed)).toMatchObject({ allowed: false });
  });

  it('is admitted by the identity of its certificate, and by no other', async () => {
    await bench.trust([byIdentity(HOLDER.subject) as never]);
    expect(await bench.admit(keyless)).toMatchObject({ allowed: true });
    await bench.trust([byIdentity('eve@shop.example') as never]);
    expect((await bench.admit(keyless)).reason).toContain('[certificate-identity]');
  });

  it('is not admitted without a signature, or by its tag', async () => {
    await bench.trust([byKey]);
    expect((await bench.admit(unsigned)).reason).toContain('[no-signature]');
    const [name = ''] = signed.split('@');
    const byTag = await bench.admit(`${name}:1`);
    expect(byTag).toMatchObject({ allowed: false });
    expect(byTag.reason).toContain('Expected digest with sha256 scheme');
  });

  it('stays undecided, and out, where its registry does not answer', async () => {
    const gone = '127.0.0.1:1/shop/app';
    const digest = signed.split('@')[1] ?? '';
    const rules = [{ name: 'gone', images: [`${gone}*`], require: [byKey] }];
    await bench.trust([], { rules });
    const { allowed, reason, auditAnnotations } = await bench.admit(`${gone}@${digest}`);
    expect({ allowed, outcome: auditAnnotations['outcome'] }).toEqual({
      allowed: false,
      outcome: 'undecided',
    });
    expect(reason).toContain('Undecided by trust rule "gone": ');
    expect(reason).toContain('could not be checked');
  });

  it('counts for the project whose policy asks, over the attestor of that project', async () => {
    const attestor = 'projects/shop/attestors/absent';
    await expect(bench.trust([{ attestor }])).rejects.toMatchObject({ code: 'invalid-policy' });
  });
});

describe('a thousand requests for one digest', () => {
  it('cause one set of reads, and one more after the policy or the project is another', async () => {
    await bench.trust([byKey]);
    const image = await bench.image('shop/many', async (digest) => [
      await signatureLayer({ signer: SIGNER, digest }),
    ]);
    const before = bench.registry.seen.length;
    const reads = (): number => bench.registry.seen.length - before;
    const answers = await Promise.all(Array.from({ length: 1000 }, () => bench.admit(image)));
    expect(answers.every(({ allowed }) => allowed)).toBe(true);
    // The manifest, the tag of signatures, referrers, the fallback tag, and one layer.
    expect(reads()).toBe(5);
    await bench.admit(image.replace('@', ':other@'));
    expect(reads()).toBe(5);
    await bench.admit(image, { project: 'other' });
    expect(reads()).toBe(10);
    await bench.trust([byOther]);
    expect(await bench.admit(image)).toMatchObject({ allowed: false });
    expect(reads()).toBe(15);
  });
});

describe('assay admit --policy', () => {
  it('judges by the same policy without a server', async () => {
    const rules = [{ name: 'all', images: [`${bench.registry.host}/**`], require: [byKey] }];
    const policy = { kind: 'ImageTrustPolicy', schemaVersion: 1, rules };
    writeFileSync(join(bench.folder, 'trust.yaml'), JSON.stringify(policy));
    const admit = async (image: string): Promise<string> => {
      const pod = { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'a', image }] } };
      writeFileSync(join(bench.folder, 'pod.json'), JSON.stringify(pod));
      const files = ['pod.json', 'trust.yaml'].map((name) => join(bench.folder, name));
      const args = ['admit', files[0] ?? '', '--policy', files[1] ?? ''];
      const { code, stdout, stderr } = await runInProcess(args, bench.folder);
      return `${code} ${stdout}${stderr}`;
    };
    expect(await admit(signed)).toMatch(/^0 ALLOWED/);
    expect(await admit(unsigned)).toMatch(/^2 DENIED/);
    expect(await admit(`127.0.0.1:1/shop/app@${signed.split('@')[1]}`)).toMatch(/^2 DENIED/);
  });
});
