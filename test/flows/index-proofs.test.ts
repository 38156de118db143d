/**
 * Trust over indexes, by command: what a signed index proves of the images that it lists, what a
 * signed image does not prove of its index, and what BuildKit's attestations in an index are worth.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { runInProcess } from '../support/assay-in-process.ts';
import {
  type AttachedRepository,
  openRepository,
  type PutDescriptor,
} from '../support/attached-repository.ts';
import { signatureLayer, statementOf } from '../support/cosign-artifacts.ts';
import { startOwnRegistry, type OwnRegistry } from '../support/own-registry.ts';
import { keySigner, publicPem } from '../support/sigstore-services.ts';

const SLSA = 'https://slsa.dev/provenance/v1';
const signer = keySigner();

let registry: OwnRegistry;
let work = '';
let count = 0;
let name = '';
let repository: AttachedRepository;
let amd: PutDescriptor;
let arm: PutDescriptor;

beforeAll(async () => {
  registry = await startOwnRegistry();
  work = await mkdtemp(join(tmpdir(), 'assay-index-'));
  await writeFile(join(work, 'key.pub'), publicPem(signer));
});

afterAll(async () => {
  await registry.stop();
  await rm(work, { recursive: true, force: true });
});

beforeEach(async () => {
  count += 1;
  name = `${registry.host}/team/app${count}`;
  repository = openRepository(registry.url, `team/app${count}`);
  amd = await repository.putImage('one', 'amd64');
  arm = await repository.putImage('two', 'arm64');
});

async function sign(digest: Digest, over: Digest = digest): Promise<void> {
  const layer = await signatureLayer({ signer, digest: over });
  await repository.putLayers(digest, 'sig', [layer]);
}

function provenance(digest: Digest, builder = 'https://builder.test/1'): Uint8Array {
  const runDetails = { builder: { id: builder } };
  return statementOf(digest, SLSA, { buildDefinition: { buildType: 'b' }, runDetails });
}

/** An index of both platforms with a statement for each, as BuildKit pushes it. */
async function putBuild(tag?: string): Promise<PutDescriptor> {
  const said = await Promise.all(
    [amd, arm].map(({ digest }) =>
      repository.putStatements(digest, [{ bytes: provenance(digest) }]),
    ),
  );
  return repository.putIndex([amd, arm, ...said], tag);
}

async function run(
  verb: 'verify' | 'tree',
  image: string,
  ...more: readonly string[]
): Promise<string> {
  const args = ['attest', verb, `${name}${image}`, ...more];
  const { code, stdout, stderr } = await runInProcess(args, join(work, 'data'));
  return `${code} ${stdout}${stderr}`;
}

const verify = (image: string, ...more: readonly string[]): Promise<string> =>
  run('verify', image, '--attached', '--key', join(work, 'key.pub'), ...more);

describe('a proof over an index', () => {
  it('counts for the index and for what it lists, by the index that is named', async () => {
    const index = await repository.putIndex([amd, arm], '1');
    await sign(index.digest);
    expect(await verify(':1')).toMatch(/^0 VERIFIED/);
    const child = await verify(`@${arm.digest}`, '--index', '1');
    expect(child).toMatch(/^0 VERIFIED/);
    expect(child).toContain(`the index ${index.digest} that was proven lists it`);
    expect(await verify(`@${arm.digest}`, '--index', index.digest)).toMatch(/^0 VERIFIED/);
    expect(await verify(`:1@${amd.digest}`)).toMatch(/^0 VERIFIED/);
    expect(await verify(`@${arm.digest}`)).toMatch(/^2 NOT VERIFIED[^]*nothing that is signed/);
  });

  it('counts for nothing that it does not list', async () => {
    const index = await repository.putIndex([amd], 'signed');
    await sign(index.digest);
    const other = await verify(`@${arm.digest}`, '--index', 'signed');
    expect(other).toMatch(/^2 NOT VERIFIED/);
    expect(other).toContain(`[index-child]\n      the index ${index.digest} does not list`);
    expect(await verify(`:signed@${arm.digest}`)).toMatch(/^2 NOT VERIFIED/);
  });

  it('is none where one platform alone is signed: nothing flows up or beside', async () => {
    await repository.putIndex([amd, arm], '1');
    await sign(amd.digest);
    const whole = await verify(':1');
    expect(whole).toMatch(/^2 NOT VERIFIED/);
    expect(whole).toContain(`of linux/arm64 ${arm.digest.slice(0, 19)}: nothing that is signed`);
    expect(await verify(`@${amd.digest}`)).toMatch(/^0 VERIFIED/);
    expect(await verify(`:1@${arm.digest}`)).toMatch(/^2 NOT VERIFIED/);
    await sign(arm.digest);
    expect(await verify(':1')).toMatch(/^0 VERIFIED/);
  });

  it('is none of a foreign index that lists a signed image beside another one', async () => {
    await sign(amd.digest);
    const evil = await repository.putImage('evil', 'arm64');
    const foreign = await repository.putIndex([amd, evil], 'foreign');
    expect(await verify(':foreign')).toMatch(/^2 NOT VERIFIED/);
    expect(await verify(`@${evil.digest}`, '--index', foreign.digest)).toMatch(/^2 NOT VERIFIED/);
    expect(await verify(`@${amd.digest}`, '--index', foreign.digest)).toMatch(/^0 VERIFIED/);
  });

  it('is none by the digest of a config', async () => {
    const config = await repository.configOf(amd);
    await sign(amd.digest, config.digest);
    const offered = await verify(`@${amd.digest}`);
    expect(offered).toMatch(/^2 NOT VERIFIED/);
    expect(offered).toContain(`[payload-digest]`);
    expect(await verify(`@${config.digest}`)).toMatch(/^1 .*MANIFEST_UNKNOWN/s);
    const asIndex = await verify(`@${amd.digest}`, '--index', config.digest);
    expect(asIndex).toMatch(/^1 .*MANIFEST_UNKNOWN/s);
  });

  it('goes into no index of an index', async () => {
    const inner = await repository.putIndex([amd]);
    const platform = { os: 'linux', architecture: 'amd64' };
    await repository.putIndex([{ ...inner, platform }], 'outer');
    await sign(amd.digest);
    await sign(inner.digest);
    const outer = await verify(':outer');
    expect(outer).toMatch(/^3 COULD NOT CHECK[^]*an index in an index, which is not gone into/);
    expect(await verify(`@${inner.digest}`, '--index', 'outer')).toMatch(/^1 .*index in an index/s);
    expect(await verify(`@${amd.digest}`, '--index', arm.digest)).toMatch(/^1 .*one image/s);
  });
});

describe('attestations that an index has of its images', () => {
  const asked = ['--type', 'slsaprovenance1', '--builder-id', 'https://builder.test/1'];

  it('are attested, which is less than what is asked, until the index is signed', async () => {
    const index = await putBuild('1');
    const unsigned = await verify(':1', ...asked);
    expect(unsigned).toMatch(/^2 NOT VERIFIED/);
    expect(unsigned).toContain('[grade]');
    expect(await verify(':1', ...asked, '--grade', 'attested')).toMatch(/^0 VERIFIED/);
    await sign(index.digest);
    const signed = await verify(':1', ...asked);
    expect(signed).toMatch(/^0 VERIFIED/);
    expect(signed).toContain('verified, signed by');
    expect(await verify(`:1@${arm.digest}`, ...asked)).toMatch(/^0 VERIFIED/);
    expect(await verify(`@${arm.digest}`, ...asked)).toMatch(/^2 NOT VERIFIED/);
    const other = [...asked.slice(0, 3), 'https://builder.test/2'];
    expect(await verify(':1', ...other)).toContain('[provenance]');
    expect(await verify(':1', '--type', 'cyclonedx')).toContain('[predicate-type]');
  });

  it('need nobody to be believed where what nobody signed is asked for', async () => {
    await putBuild('1');
    const nobody = ['--attached', ...asked];
    expect(await run('verify', ':1', ...nobody, '--grade', 'attested')).toMatch(/^0 VERIFIED/);
    expect(await run('verify', ':1', ...nobody)).toMatch(/^1 .*nobody to believe/s);
    expect(await run('verify', ':1', ...nobody, '--grade', 'high')).toMatch(/^1 .*attested or/s);
  });

  it('are not raised by signed images, only by the signed index', async () => {
    await putBuild('1');
    await sign(amd.digest);
    await sign(arm.digest);
    expect(await verify(':1')).toMatch(/^0 VERIFIED/);
    expect(await verify(':1', ...asked)).toContain('[grade]');
  });

  it('count as artifacts with a subject too, which must be the image', async () => {
    const mediaType = 'application/vnd.in-toto+json';
    const put = async (subject: PutDescriptor): Promise<object> => {
      const { platform: _of, ...of } = subject;
      const manifest = await repository.putManifest({
        artifactType: 'application/vnd.docker.attestation.manifest.v1+json',
        config: await repository.putBlob(Buffer.from('{}'), 'application/vnd.oci.empty.v1+json'),
        layers: [await repository.putBlob(provenance(amd.digest), mediaType)],
        subject: of,
      });
      const { annotations, platform } = await repository.putStatements(amd.digest, []);
      return { ...manifest, annotations, platform };
    };
    await sign((await repository.putIndex([amd, await put(amd)], 'own')).digest);
    expect(await verify(':own', ...asked)).toMatch(/^0 VERIFIED/);
    await sign((await repository.putIndex([amd, await put(arm)], 'other')).digest);
    expect(await verify(':other', ...asked)).toMatch(/^3 COULD NOT[^]*but says that it is to/);
  });

  it('are in the tree, with what each is worth', async () => {
    const index = await putBuild('1');
    const plain = await run('tree', ':1');
    expect(plain).toMatch(/^0 /);
    expect(plain.match(/\+ index .*index-attestation\n +attested, signed by nobody/g)).toHaveLength(
      2,
    );
    expect(plain).toContain(`linux/arm64  ${arm.digest}`);
    await sign(index.digest);
    const key = ['--key', join(work, 'key.pub')];
    const signed = await run('tree', ':1', ...key);
    expect(signed.match(/index-attestation\n +verified, signed by/g)).toHaveLength(2);
    const child = await run('tree', `@${arm.digest}`, '--index', '1', ...key);
    expect(child).toContain(`listed in the index ${index.digest}`);
    expect(child.match(/index-attestation\n +verified/g)).toHaveLength(1);
  });

  describe('refused', () => {
    const forged = async (entries: readonly object[]): Promise<string> => {
      const index = await repository.putIndex([amd, ...entries], 'bad');
      await sign(index.digest);
      return verify(':bad', ...asked);
    };

    it('as a statement about another digest', async () => {
      const bytes = provenance(arm.digest);
      const answer = await forged([await repository.putStatements(amd.digest, [{ bytes }])]);
      expect(answer).toMatch(/^2 NOT VERIFIED[^]*\[payload-digest\]/);
    });

    it('as of an image that the index does not list', async () => {
      const bytes = provenance(amd.digest);
      const answer = await forged([await repository.putStatements(arm.digest, [{ bytes }])]);
      expect(answer).toMatch(/^2 NOT VERIFIED[^]*\[index-child\]/);
      expect(answer).toContain('which the index does not list as an image');
    });

    it('as layers of another type', async () => {
      const layers = [{ bytes: provenance(amd.digest), mediaType: 'application/json' }];
      const answer = await forged([await repository.putStatements(amd.digest, layers)]);
      expect(answer).toMatch(/^2 NOT VERIFIED[^]*\[payload-type\]/);
    });

    it('as an index in the index', async () => {
      const { platform, annotations } = await repository.putStatements(amd.digest, []);
      const inner = await repository.putIndex([amd]);
      const answer = await forged([{ ...inner, platform, annotations }]);
      expect(answer).toMatch(/^3 COULD NOT CHECK[^]*is an index, which is not gone into/);
    });

    it('as more bytes than are read', async () => {
      const bytes = Buffer.alloc(16 * 1024 * 1024 + 1, ' ');
      const answer = await forged([await repository.putStatements(amd.digest, [{ bytes }])]);
      expect(answer).toMatch(/^2 NOT VERIFIED[^]*\[too-large\]/);
    });

    it('as an entry that a runtime may run', async () => {
      const bytes = provenance(amd.digest);
      const said = await repository.putStatements(amd.digest, [{ bytes }]);
      const answer = await forged([{ ...said, platform: { os: 'linux', architecture: 'arm64' } }]);
      expect(answer).toMatch(/^2 NOT VERIFIED/);
    });
  });
});
