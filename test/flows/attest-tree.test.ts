/** `assay attest tree`: everything beside an image is shown, with what it is and why it stands. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttachedRepository, openRepository } from '../support/attached-repository.ts';
import { attestationLayer } from '../support/cosign-artifacts.ts';
import { OCI } from '../support/image-layout.ts';
import { type OwnRegistry, startOwnRegistry } from '../support/own-registry.ts';
import { openSigningWorkbench, type SigningWorkbench } from '../support/signing-workbench.ts';

const SBOM = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [{}, { components: [{}] }] };
const SLSA = 'https://slsa.dev/provenance/v1';
const NOTATION = 'application/vnd.cncf.notary.signature';

let bench: SigningWorkbench;
let own: OwnRegistry;
let named = '';

beforeAll(async () => {
  bench = await openSigningWorkbench();
  own = await startOwnRegistry();
  named = await bench.push(own.host, 'team/app');
  await bench.makeKey('ours');
  await bench.makeKey('theirs');
  await bench.sign(named, '--cosign', '--referrer', '--key', bench.file('ours.pem'));
  const repository = openRepository(own.url, 'team/app');
  await attachStatement(repository);
  await attachSbom(repository);
  await attachOthers(repository);
});

afterAll(async () => {
  await own.stop();
  await bench.close();
});

async function attachStatement(repository: AttachedRepository): Promise<void> {
  const privateKey = createPrivateKey(await readFile(bench.file('ours.pem'), 'utf8'));
  const signer = { keys: { privateKey, publicKey: createPublicKey(privateKey) } };
  const digest = bench.image;
  const layer = await attestationLayer({ signer, digest, predicateType: SLSA });
  await repository.putLayers(digest, 'att', [layer]);
}

async function attachSbom(repository: AttachedRepository): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(SBOM));
  const config = await repository.putBlob(Buffer.from('{}'), OCI.config);
  const layers = [await repository.putBlob(bytes, 'application/vnd.cyclonedx+json')];
  await repository.putManifest({ config, layers }, `${bench.image.replace(':', '-')}.sbom`);
}

/** A note of nobody's kind, an empty one, a signature of Notation, and an SBOM as a referrer. */
async function attachOthers(repository: AttachedRepository): Promise<void> {
  const manifest = { mediaType: OCI.manifest, digest: bench.image, size: 2 };
  const config = await repository.putBlob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json');
  const attach = async (artifactType: string, body: string | undefined, type = 'text/plain') => {
    const bytes = Buffer.from(body ?? '');
    const layers = body === undefined ? [] : [await repository.putBlob(bytes, type)];
    await repository.putManifest({ config, layers, artifactType, subject: manifest });
  };
  await attach('application/vnd.example.note', 'a note');
  await attach('application/vnd.example.empty', undefined);
  await attach(NOTATION, '{}', 'application/jose+json');
  await attach('application/spdx+json', '{"spdxVersion":"SPDX-2.3","packages":[{}]}');
}

async function tree(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await bench.assay(['attest', 'tree', named, ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('assay attest tree', () => {
  it('names everything, and why nothing of it is verified', async () => {
    const shown = await tree();
    for (const line of [
      /- signature-tag .*\n {6}cosign signature \(.*bytes\)\n {6}not verified: nobody to believe/,
      /- attestation-tag .*\n {6}attestation of type https:\/\/slsa\.dev\/provenance\/v1 /,
      /- sbom-tag .*\n {6}SBOM: CycloneDX 1\.6, 3 packages, declared .*\n {6}not verified: not signed/,
      /- referrers .*\n {6}sigstore bundle of type https:\/\/sigstore\.dev\/cosign\/sign\/v1 /,
      /- referrers .*\n {6}SBOM: SPDX 2\.3, 1 packages, declared/,
      /- referrers .*\n {6}unknown artifact of type application\/vnd\.example\.note \(text\/plain, 6/,
      /- referrers .*\n {6}unknown artifact of type application\/vnd\.example\.empty\n.*no layer/,
      /Notation signature \(JWS\).*\n {6}not verified: .*give --notation-policy FILE/,
    ]) {
      expect(shown).toMatch(line);
    }
    expect(shown).not.toMatch(/^ {2}[+x]/m);
  });

  it('shows what verifies by a key, statements of any type with it', async () => {
    const shown = await tree('--key', bench.file('ours.pub'));
    expect(shown.match(/^ {2}\+ [a-z-]+/gm)?.sort()).toEqual([
      '  + attestation-tag',
      '  + referrers',
      '  + signature-tag',
    ]);
    expect(shown).toContain(`the signed statement is a ${SLSA}`);
    const others = await tree('--key', bench.file('theirs.pub'));
    expect(others.match(/\[bad-signature\]/g)).toHaveLength(3);
    expect(others).not.toMatch(/^ {2}\+/m);
  });

  it('shows by which attestor, and what that attestor has of the image', async () => {
    const { assay, file } = bench;
    await assay(['project', 'create', 'default']);
    await assay(['attestor', 'create', 'built-by-ci', '--key', file('ours.pub')]);
    const attestor = 'projects/default/attestors/built-by-ci';
    const before = await tree('--attestor', 'built-by-ci');
    expect(before).toContain(`, by ${attestor}\n`);
    expect(before).toContain(`  attestations for ${attestor}: NOT VERIFIED`);
    await bench.sign(named, '--attestor', 'built-by-ci', '--key', file('ours.pem'));
    const json = JSON.parse(await tree('--attestor', attestor, '-o', 'json')) as {
      attachments: { by?: string; sbom?: object; artifactType: string }[];
      attestors: { attestor: string; outcome: string }[];
    };
    expect(json.attestors).toMatchObject([{ attestor, outcome: 'allow' }]);
    expect(json.attachments.filter(({ by }) => by === attestor)).toHaveLength(3);
    const sboms = json.attachments.flatMap(({ sbom }) => (sbom === undefined ? [] : [sbom]));
    expect(sboms).toEqual([
      { format: 'CycloneDX', version: '1.6', packages: 3, grade: 'declared' },
      { format: 'SPDX', version: '2.3', packages: 1, grade: 'declared' },
    ]);
  });
});

describe('assay attest verify by a key alone', () => {
  it('asks the registry', async () => {
    const byKey = (key: string) =>
      bench.assay(['attest', 'verify', named, '--key', bench.file(key)]);
    expect((await byKey('ours.pub')).stdout).toMatch(/^VERIFIED/);
    const denied = await byKey('theirs.pub');
    expect([denied.code, denied.stdout]).toEqual([2, expect.stringMatching(/^NOT VERIFIED/)]);
    expect(denied.stdout).toContain('not verified: an attestation, where a signature was asked');
    expect(denied.stderr).toContain('--key FILE with --server or --data');
  });

  it('asks for what is kept where it is told of a data folder', async () => {
    const args = ['attest', 'verify', named, '--key', bench.file('theirs.pub')];
    const kept = await bench.assay([...args, '--data', bench.file('data')]);
    expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining('FILE --attached')]);
  });
});
