/** Whose word reaches which image: indexes, platforms, repositories and projects. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openFakeDeps, type FakeDeps } from '../../test/support/fake-deps.ts';
import { openVex, type VexSaid } from '../../test/support/vex-documents.ts';
import { makePkixSigner } from '../../test/support/vex-signers.ts';
import type { Caller } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { saveDigestLinks } from '../store/image-rows.ts';
import { addVexAuthor } from './add-vex-author.ts';
import { withVex } from './apply-vex.ts';
import { importVex } from './import-vex.ts';

const caller: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const team = makePkixSigner();
const digest = (letter: string): Digest => `sha256:${letter.repeat(64)}` as Digest;
const [INDEX, ONE, OTHER] = [digest('0'), digest('1'), digest('2')];
const FINDING = {
  advisoryId: 'DEBIAN-CVE-2024-0001',
  aliases: ['CVE-2024-0001'],
  package: { purl: 'pkg:deb/debian/app@1.0', source: { name: 'app', version: '1.0' } },
};

let fake: FakeDeps;

beforeEach(async () => {
  fake = await openFakeDeps();
  await addVexAuthor(fake.deps, { caller, project: 'shop', name: 'team', key: team.publicKey });
  const links = [ONE, OTHER].map((child) => ({ kind: 'index-manifest', parent: INDEX, child }));
  await fake.deps.store.write((tx) => saveDigestLinks(tx, links as never));
});
afterEach(() => fake.close());

async function bring(said: VexSaid): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(openVex(said)));
  await importVex(fake.deps, {
    caller,
    project: 'shop',
    document: bytes.toString('base64'),
    signature: team.sign(bytes).toString('base64'),
  });
}

async function statusOf(of: Digest, at: { repository?: string; project?: string } = {}) {
  const place = { project: 'shop', digest: of, ...at };
  return (await withVex(fake.deps, place, [FINDING]))[0]?.vex?.status;
}

it('a statement on an index covers the platforms that it lists', async () => {
  await bring({ product: `pkg:oci/app@${INDEX}` });
  expect(await Promise.all([INDEX, ONE, OTHER, digest('3')].map((of) => statusOf(of)))).toEqual([
    'not_affected',
    'not_affected',
    'not_affected',
    undefined,
  ]);
});

it('a statement on a platform covers neither its index nor its siblings', async () => {
  await bring({ product: `pkg:oci/app@${ONE}` });
  expect(await Promise.all([INDEX, ONE, OTHER].map((of) => statusOf(of)))).toEqual([
    undefined,
    'not_affected',
    undefined,
  ]);
});

it('a statement on a repository covers no image of a file, nor of another registry', async () => {
  await bring({ product: 'pkg:oci/app?repository_url=registry.example/team/app' });
  expect(await statusOf(ONE)).toBeUndefined();
  expect(await statusOf(ONE, { repository: 'evil.example/team/app' })).toBeUndefined();
  expect(await statusOf(ONE, { repository: 'registry.example/team/app' })).toBe('not_affected');
});

it('counts in its own project only', async () => {
  await bring({ product: `pkg:oci/app@${ONE}` });
  const other = { caller, project: 'other', name: 'team', key: makePkixSigner().publicKey };
  await addVexAuthor(fake.deps, other);
  expect(await statusOf(ONE, { project: 'other' })).toBeUndefined();
});
