/** A change that was acknowledged is seen by the very next review, however warm the caches are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDigest } from '../../src/domain/digest.ts';
import { type AssayServer, imageReview, startAssay } from '../support/assay-server.ts';
import { type AttestedProject, createAttestedProject } from '../support/attested-project.ts';
import { type PgpSigner, makePgpSigner } from '../support/pgp-signer.ts';

const ROUNDS = process.env.ASSAY_TEST_FULL === '1' ? 50 : 8;
const image = { name: 'registry.example/app', digest: parseDigest(`sha256:${'ab'.repeat(32)}`) };
const review = imageReview([`${image.name}@${image.digest}`]);

let server: AssayServer;
let signer: PgpSigner;
let other: PgpSigner;

beforeAll(async () => {
  server = await startAssay({ args: ['--log-level', 'silent'] });
  [signer, other] = await Promise.all([makePgpSigner(), makePgpSigner()]);
});

afterAll(() => server.stop());

/** A project with note, attestor, key and cluster, whose policy requires the attestor. */
async function prepare(id: string): Promise<AttestedProject> {
  const project = await createAttestedProject(server, id);
  await project.createNote();
  await project.createAttestor();
  await project.setKeys([signer]);
  await project.addCluster('eu.warm');
  await project.requireAttestation();
  return project;
}

async function isAllowed(id: string, cluster = 'eu.warm'): Promise<boolean> {
  const path = `/webhook/image-review/projects/${id}/clusters/${cluster}`;
  return (await server.review(review, path)).allowed;
}

/** Runs rounds while another client asks the same question all the time. */
async function whileAsked(id: string, round: (index: number) => Promise<void>): Promise<void> {
  let busy = true;
  const ask = async (): Promise<void> => {
    while (busy) await isAllowed(id);
  };
  const client = ask();
  try {
    for (let index = 0; index < ROUNDS; index += 1) await round(index);
  } finally {
    busy = false;
    await client;
  }
}

describe.concurrent(`the next review sees, ${ROUNDS} times`, { timeout: 60_000 }, () => {
  it('an attestation created and deleted', async () => {
    const project = await prepare('attested');
    await whileAsked('attested', async () => {
      const name = await project.attest(signer, image);
      expect(await isAllowed('attested')).toBe(true);
      await project.deleteOccurrence(name);
      expect(await isAllowed('attested')).toBe(false);
    });
  });

  it('another policy', async () => {
    const project = await prepare('policies');
    await whileAsked('policies', async () => {
      await project.allowAll();
      expect(await isAllowed('policies')).toBe(true);
      await project.requireAttestation();
      expect(await isAllowed('policies')).toBe(false);
    });
  });

  it('a key replaced, taken away and given back', async () => {
    const project = await prepare('keyring');
    await project.attest(signer, image);
    await whileAsked('keyring', async () => {
      expect(await isAllowed('keyring')).toBe(true);
      await project.setKeys([other]);
      expect(await isAllowed('keyring')).toBe(false);
      await project.setKeys([other, signer]);
      expect(await isAllowed('keyring')).toBe(true);
      await project.setKeys([]);
      expect(await isAllowed('keyring')).toBe(false);
      await project.setKeys([signer]);
    });
  });

  it('an attestor deleted and made anew', async () => {
    const project = await prepare('attestors');
    await project.attest(signer, image);
    await whileAsked('attestors', async () => {
      expect(await isAllowed('attestors')).toBe(true);
      await project.deleteAttestor();
      expect(await isAllowed('attestors')).toBe(false);
      await project.createAttestor();
      await project.setKeys([signer]);
    });
  });

  it('a note deleted and made anew', async () => {
    const project = await prepare('noteless');
    await project.attest(signer, image);
    await whileAsked('noteless', async () => {
      expect(await isAllowed('noteless')).toBe(true);
      await project.deleteNote();
      expect(await isAllowed('noteless')).toBe(false);
      await project.createNote();
    });
  });

  it('a cluster added', async () => {
    const project = await prepare('clusters');
    await project.attest(signer, image);
    await whileAsked('clusters', async (index) => {
      expect(await isAllowed('clusters', `eu.new-${index}`)).toBe(false);
      await project.addCluster(`eu.new-${index}`);
      expect(await isAllowed('clusters', `eu.new-${index}`)).toBe(true);
    });
  });
});

describe('time', () => {
  it('a key that expires stops verifying, though nothing was changed', async () => {
    const brief = await makePgpSigner(4);
    const project = await prepare('expiring');
    await project.setKeys([brief]);
    await project.attest(brief, image);
    expect(await isAllowed('expiring')).toBe(true);
    const ask = (): Promise<boolean> => isAllowed('expiring');
    await expect.poll(ask, { timeout: 20_000, interval: 100 }).toBe(false);
  });

  it('an expired token is refused and a revoked one too', async () => {
    const body = { role: 'viewer', name: 'test', lifetime: 1_000_000 };
    const made = await server.call('/api/v1/tokens', { body });
    const token = (made.json as { result: { secret: string } }).result.secret;
    const status = async (): Promise<number> =>
      (await server.call('/api/v1/projects', { token })).status;
    expect(await status()).toBe(200);
    await expect.poll(status, { timeout: 10_000, interval: 100 }).toBe(401);
  });
});
