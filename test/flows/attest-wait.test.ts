/**
 * Waiting for an attestation as a pipeline does, and asking whether one would count: both say what
 * the next review says, and why.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Digest, parseDigest } from '../../src/domain/digest.ts';
import { runAssay, startCommand } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay, valueAt } from '../support/assay-server.ts';
import { type AssayService, startService } from '../support/assay-service.ts';
import {
  type AskedImage,
  type AttestedProject,
  createAttestedProject,
} from '../support/attested-project.ts';
import { makePgpSigner, type PgpSigner } from '../support/pgp-signer.ts';

const ATTESTOR = 'projects/shop/attestors/a-shop';
const NOTE = 'projects/shop/notes/n-shop';

let server: AssayServer;
let project: AttestedProject;
let signer: PgpSigner;
let stranger: PgpSigner;
let count = 0;

beforeAll(async () => {
  server = await startAssay({ args: ['--plain-http'] });
  [signer, stranger] = await Promise.all([makePgpSigner(), makePgpSigner()]);
  project = await createAttestedProject(server, 'shop');
  await project.createNote();
  await project.createAttestor();
  await project.setKeys([signer]);
  await project.requireAttestation();
  await project.addCluster('eu.prod');
});

afterAll(async () => void (await server.stop()));

function newImage(): AskedImage {
  count += 1;
  const hash = createHash('sha256').update(`image ${count}`).digest('hex');
  return { name: 'registry.example/app', digest: parseDigest(`sha256:${hash}`) };
}

const byDigest = (image: AskedImage) => `${image.name}@${image.digest}`;

function wait(image: string, ...more: readonly string[]) {
  return runAssay(waitArgs(image, more));
}

function startWaiting(image: string) {
  return startCommand(waitArgs(image, ['--timeout', '50']));
}

function waitArgs(image: string, more: readonly string[]): readonly string[] {
  const where = ['--server', server.http, '--token-file', server.tokenFile];
  return ['attest', 'wait', image, '--attestor', ATTESTOR, ...where, ...more];
}

async function isAdmitted(image: AskedImage): Promise<boolean> {
  const path = '/webhook/image-review/projects/shop/clusters/eu.prod';
  return (await server.review(imageReview([byDigest(image)]), path)).allowed;
}

describe('assay attest wait', { timeout: 60_000 }, () => {
  it('ends as soon as a review would pass, and prints the image by digest', async () => {
    const image = newImage();
    const waiting = await startWaiting(byDigest(image));
    await waiting.says('no attestation of this image by this attestor');
    expect(await isAdmitted(image)).toBe(false);
    await project.attest(signer, image);
    const attested = Date.now();
    const { code, stdout } = await waiting.ended;
    expect(code).toBe(0);
    expect(Date.now() - attested).toBeLessThan(5000);
    expect(stdout).toBe(`${byDigest(image)}\n`);
    expect(await isAdmitted(image)).toBe(true);
  });

  it('ends with 2 at the deadline, and says what is missing', async () => {
    const image = newImage();
    await project.attest(stranger, image);
    const { code, stdout, stderr } = await wait(byDigest(image), '--timeout', '1');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/not attested in time: 1 attestation\(s\), none valid: projects\/shop/);
    expect(stderr).toContain('fix: ');
  });

  it('takes the id of an attestor of --project, and checks once where it may not wait', async () => {
    const image = newImage();
    await project.attest(signer, image);
    const args = ['--attestor', 'a-shop', '--project', 'shop', '--timeout', '0'];
    expect((await wait(byDigest(image), ...args)).code).toBe(0);
    const missing = await wait(byDigest(image), '--attestor', 'nobody', '--timeout', '0');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('the attestor does not exist');
  });

  it('ends with 3 where the server never answered', async () => {
    const args = ['--server', 'http://127.0.0.1:9', '--timeout', '1'];
    const { code, stderr } = await wait(byDigest(newImage()), ...args);
    expect(code).toBe(3);
    expect(stderr).toContain('not attested in time: the server at http://127.0.0.1:9 does not');
  });

  it.each([
    ['no attestor', 'registry.example/app', ['--attestor', ''], '--attestor is missing'],
    ['a name that is none', 'registry.example/app', ['--attestor', 'a/b'], 'projects/PROJECT/'],
    ['no reference', 'not a reference', [], 'not a reference'],
    ['a digest for a tag', `registry.example/app:${'a'.repeat(64)}`, [], 'did you mean'],
    ['a timeout in words', 'registry.example/app', ['--timeout', 'soon'], '--timeout is "soon"'],
  ])('refuses %s at once', async (_name, image, args, message) => {
    const { code, stderr } = await wait(image, ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  it('waits on a data folder without a server', async () => {
    const data = mkdtempSync(join(tmpdir(), 'attest-wait-'));
    try {
      const other = await startAssay({ data });
      const own = await createAttestedProject(other, 'shop');
      await own.createNote();
      await own.createAttestor();
      await own.setKeys([signer]);
      const [image, later] = [newImage(), newImage()];
      await own.attest(signer, image);
      const localArgs = (asked: AskedImage, timeout: string) => {
        const where = ['--attestor', ATTESTOR, '--data', data, '--timeout', timeout];
        return ['attest', 'wait', byDigest(asked), ...where];
      };
      const local = (asked: AskedImage) => runAssay(localArgs(asked, '0'));
      const waiting = await startCommand(localArgs(later, '20'));
      await waiting.says('no attestation of this image');
      await own.attest(signer, later);
      expect((await waiting.ended).code).toBe(0);
      await other.stop();
      expect((await local(image)).code).toBe(0);
      expect(await local({ ...image, digest: newImage().digest })).toMatchObject({ code: 2 });
    } finally {
      rmSync(data, { recursive: true, force: true });
    }
  });
});

describe('assay attest wait for a tag', { timeout: 60_000 }, () => {
  let registry: AssayService;
  let folder = '';
  let repository = '';

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'attest-registry-'));
    registry = await startService(['registry', 'serve', folder, '--listen', '127.0.0.1:0']);
    repository = `${new URL(registry.ready['http'] ?? '').host}/team/app`;
  });
  afterAll(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('waits until it is pushed, and then for the digest that it had', async () => {
    const waiting = await startWaiting(`${repository}:1`);
    await waiting.says('waiting for the image: ');
    const digest = await push(`http://${repository}`, '1', 'first');
    await waiting.says(`waiting for ${repository}@${digest}: `);
    // What the tag points at later is another image.
    const moved = await push(`http://${repository}`, '1', 'second');
    await project.attest(signer, { name: repository, digest });
    const { code, stdout } = await waiting.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${repository}@${digest}\n` });
    expect(stdout).not.toContain(moved);
  });

  it('who may not scan cannot have a registry asked', async () => {
    const made = await server.call('/api/v1/tokens', {
      body: { role: 'viewer', name: 'v', lifetime: 3_600_000_000, project: 'shop' },
    });
    const token = String(valueAt(made.json, 'result.secret') ?? valueAt(made.json, 'result.token'));
    const ask = (image: string) => {
      const query = new URLSearchParams({ image, attestor: ATTESTOR });
      return server.call(`/api/v1/attested?${query.toString()}`, { token });
    };
    expect(await ask(byDigest(newImage()))).toMatchObject({ status: 200 });
    const refused = await ask(`${repository}:1`);
    expect(refused.status).toBe(403);
    expect(valueAt(refused.json, 'error.message')).toContain('assay.images.scan');
  });
});

describe('validateAttestationOccurrence says what admission would', () => {
  const validate = async (image: AskedImage, parts: object) =>
    (
      await server.call(`/v1/${ATTESTOR}:validateAttestationOccurrence`, {
        body: {
          attestation: await signer.attest(image),
          occurrenceNote: NOTE,
          occurrenceResourceUri: `https://${byDigest(image)}`,
          ...parts,
        },
      })
    ).json;
  const DENIED = 'ATTESTATION_NOT_VERIFIABLE';

  it.each(['v1', 'v1beta1', 'v1alpha2'])('%s: verified', async (version) => {
    const image = newImage();
    const answer = await server.call(`/${version}/${ATTESTOR}:validateAttestationOccurrence`, {
      body: {
        attestation: await signer.attest(image),
        occurrenceNote: NOTE,
        occurrenceResourceUri: byDigest(image),
      },
    });
    expect(answer).toMatchObject({ status: 200, json: { result: 'VERIFIED' } });
  });

  it('not what a stranger signed, nor what is about another image, note or tag', async () => {
    const image = newImage();
    const other = newImage();
    const rows: readonly [object, RegExp][] = [
      [{ attestation: await stranger.attest(image) }, /key/],
      [{ attestation: await signer.attest(other) }, /sha256/],
      [{ occurrenceNote: 'projects/shop/notes/another' }, /its note is projects\/shop\/notes\/an/],
      [{ occurrenceResourceUri: `${image.name}:1` }, /^Expected digest with sha256 scheme/],
      [{ attestation: { serializedPayload: 'AAAA' } }, /no signatures/],
    ];
    for (const [parts, reason] of rows) {
      const denialReason = expect.stringMatching(reason) as string;
      expect(await validate(image, parts)).toEqual({ result: DENIED, denialReason });
    }
  });

  it('not without a key or a note, as no review would pass', async () => {
    const image = newImage();
    const expected = await validate(image, {});
    expect(expected).toEqual({ result: 'VERIFIED' });
    await project.setKeys([]);
    const noKey = { result: DENIED, denialReason: 'the attestor has no public key' };
    expect(await validate(image, {})).toEqual(noKey);
    await project.setKeys([signer]);
    await project.deleteNote();
    const noNote = { result: DENIED, denialReason: "the attestor's note does not exist" };
    expect(await validate(image, {})).toEqual(noNote);
    await project.createNote();
  });
});

/** Pushes an image that has nothing but its words. */
async function push(repository: string, tag: string, words: string): Promise<Digest> {
  const url = repository.replace(/^(http:\/\/[^/]+)\//, '$1/v2/');
  const config = Buffer.from(JSON.stringify({ words }));
  const pointer = { mediaType: 'application/vnd.oci.image.config.v1+json', size: config.length };
  const digest = digestOf(config);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = { schemaVersion: 2, mediaType, config: { ...pointer, digest }, layers: [] };
  const bytes = Buffer.from(JSON.stringify(manifest));
  const blob = `${url}/blobs/uploads/?digest=${encodeURIComponent(digest)}`;
  const headers = { 'content-type': 'application/octet-stream' };
  await fetch(blob, { method: 'POST', headers, body: config });
  const put = { method: 'PUT', headers: { 'content-type': mediaType }, body: bytes };
  expect((await fetch(`${url}/manifests/${tag}`, put)).status).toBe(201);
  return digestOf(bytes);
}

function digestOf(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}
