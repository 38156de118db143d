/** What VEX documents clear leaves every count: of one image, of a filter, of all images. */
import { afterEach, describe, expect, it } from 'vitest';
import { OPEN_STORES, type TestStore } from '../../test/support/both-stores.ts';
import { type FakeDeps, openFakeDeps } from '../../test/support/fake-deps.ts';
import { postgresPrograms } from '../../test/support/postgres.ts';
import {
  debianAdvisory,
  debianPackage,
  imageDigest,
  importDebian,
  keepScanned,
} from '../../test/support/scanned-images.ts';
import { openVex, type VexSaid } from '../../test/support/vex-documents.ts';
import { makePkixSigner } from '../../test/support/vex-signers.ts';
import type { Caller } from '../domain/caller.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { saveDigestLinks } from '../store/image-rows.ts';
import { createProject } from '../store/project-rows.ts';
import { addVexAuthor } from './add-vex-author.ts';
import type { Deps } from './deps.ts';
import { importVex } from './import-vex.ts';
import { showImage } from './list-images.ts';
import { removeVexAuthor } from './remove-vex-author.ts';
import { answerFleet } from './summarise-fleet.ts';
import { summariseVulnerabilities } from './summarise-vulnerabilities.ts';

const caller: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const project = 'shop';
const team = makePkixSigner();
/** Each has a (two matches) and b; the last is an index of the second. */
const IMAGES = [0, 1, 2].map((number) => ({
  digest: imageDigest(number),
  repository: `r.test/${number === 2 ? 'other' : 'app'}`,
}));
const INDEX = imageDigest(9);
const PACKAGES = [debianPackage('a', '1'), debianPackage('b', '1')];
const ADVISORIES = [
  {
    ...debianAdvisory('GHSA-aaaa-bbbb-cccc', 'a', { severity: 'HIGH' }),
    aliases: ['CVE-2024-1001'],
  },
  { ...debianAdvisory('CVE-2024-1002', 'a', { severity: 'LOW', fixed: '2' }), aliases: [] },
  { ...debianAdvisory('CVE-2024-1003', 'b', { severity: 'CRITICAL' }), aliases: ['OTHER-3'] },
];
const FIRST = 'CVE-2024-1001';

let opened: TestStore | undefined;
let fake: FakeDeps | undefined;
afterEach(async () => {
  await Promise.all([opened?.remove(), fake?.close()]);
});

async function openShop(name: string): Promise<Deps> {
  fake = await openFakeDeps();
  opened = await OPEN_STORES[name]?.();
  const deps = { ...fake.deps, ...(opened && { store: opened.store }) };
  const { store } = deps;
  await store.write((tx) => createProject(tx, { id: project, createTime: 1 }));
  for (const image of IMAGES) {
    await keepScanned(store, { ...image, project, packages: PACKAGES, time: 1 });
  }
  await store.write((tx) =>
    saveDigestLinks(tx, [{ kind: 'index-manifest', parent: INDEX, child: imageDigest(1) }]),
  );
  await importDebian(store, ADVISORIES, 1);
  await addVexAuthor(deps, { caller, project, name: 'team', key: team.publicKey });
  return deps;
}

async function bring(deps: Deps, said: VexSaid): Promise<void> {
  const bytes = Buffer.from(JSON.stringify(openVex(said)));
  const signature = team.sign(bytes).toString('base64');
  await importVex(deps, { caller, project, document: bytes.toString('base64'), signature });
}

/** LOW, HIGH and CRITICAL of each image, in every way in which they are counted. */
async function counted(deps: Deps): Promise<readonly string[]> {
  const answers = [];
  for await (const some of answerFleet(deps, { caller, project })) answers.push(...some);
  const all: string[] = [];
  for (const { digest, repository } of IMAGES) {
    const name = `${repository}@${digest}`;
    const shown = (await showImage(deps, { caller, project, image: name })).summary ?? {};
    const listed = SEVERITIES.map((one) => shown[one] ?? 0);
    const filters = ['', ' AND createTime>"1970-01-01T00:00:00Z"'].map(
      (more) => `resourceUrl="https://${name}"${more}`,
    );
    for (const filter of filters) {
      const found = await summariseVulnerabilities(deps, { caller, project, filter });
      const totals = new Map(found.map(({ severity, total }) => [severity, total]));
      expect(SEVERITIES.map((one) => totals.get(one) ?? 0)).toEqual(listed);
      expect(found.filter(({ total }) => total === 0)).toEqual([]);
    }
    const own = answers.find((one) => one.digest === digest);
    expect(own?.counts).toEqual(listed);
    const fails = listed[SEVERITIES.indexOf('CRITICAL')] !== 0;
    expect(own?.outcome).toBe(fails ? 'fail' : 'pass');
    all.push([listed[2], listed[4], listed[5]].join(' '));
  }
  return all;
}

const OPEN = '1 1 1';
const NO_HIGH = '1 0 1';

describe.each(Object.keys(OPEN_STORES))('%s', (name) => {
  it('whatever a statement names', { timeout: 60_000 }, async (context) => {
    if (name.includes('needs postgres') && !postgresPrograms) context.skip();
    const deps = await openShop(name);
    expect(await counted(deps)).toEqual([OPEN, OPEN, OPEN]);
    await bring(deps, {
      id: 'a',
      vulnerability: FIRST,
      product: `pkg:oci/app@${IMAGES[0]?.digest}`,
    });
    expect(await counted(deps)).toEqual([NO_HIGH, OPEN, OPEN]);
    await bring(deps, { id: 'b', vulnerability: FIRST, product: `pkg:oci/app@${INDEX}` });
    expect(await counted(deps)).toEqual([NO_HIGH, NO_HIGH, OPEN]);
    const product = 'pkg:oci/other?repository_url=r.test/other';
    await bring(deps, { id: 'c', vulnerability: 'OTHER-3', product });
    expect(await counted(deps)).toEqual([NO_HIGH, NO_HIGH, '1 1 0']);
    const everywhere = { vulnerability: 'CVE-2024-1002', product: 'pkg:deb/debian/a@1' };
    await bring(deps, { id: 'd', ...everywhere });
    expect(await counted(deps)).toEqual(['0 0 1', '0 0 1', '0 1 0']);
    const closer = {
      ...everywhere,
      product: `pkg:oci/app@${IMAGES[0]?.digest}`,
      status: 'affected',
    };
    await bring(deps, { id: 'e', ...closer });
    expect(await counted(deps)).toEqual(['1 0 1', '0 0 1', '0 1 0']);
    await removeVexAuthor(deps, { caller, project, name: 'team' });
    expect(await counted(deps)).toEqual([OPEN, OPEN, OPEN]);
  });

  it('an image of two repositories is cleared where it is under both', async (context) => {
    if (name.includes('needs postgres') && !postgresPrograms) context.skip();
    const deps = await openShop(name);
    const [first] = IMAGES;
    if (first === undefined) return;
    const again = { ...first, repository: 'r.test/again', project, packages: PACKAGES, time: 1 };
    await keepScanned(deps.store, again);
    const product = 'pkg:oci/app?repository_url=r.test/app';
    await bring(deps, { id: 'a', vulnerability: 'CVE-2024-1003', product });
    const outcomes = async (): Promise<readonly string[]> => {
      const answers = [];
      for await (const some of answerFleet(deps, { caller, project })) answers.push(...some);
      const found = answers.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
      return found.map(({ outcome }) => outcome);
    };
    expect(await outcomes()).toEqual(['fail', 'pass', 'fail']);
    const both = product.replaceAll('app', 'again');
    await bring(deps, { id: 'b', vulnerability: 'CVE-2024-1003', product: both });
    expect(await outcomes()).toEqual(['pass', 'pass', 'fail']);
  });
});
