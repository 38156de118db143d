/** Vulnerability occurrences show layer, base and exploitation as they are known at the moment. */
import { afterEach, expect, it } from 'vitest';
import { type FakeDeps, memoryImage, openFakeDeps } from '../../test/support/fake-deps.ts';
import { debianAdvisory, importDebian } from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import type { KnownExploited } from '../domain/exploit-signal.ts';
import type { JsonObject } from '../domain/json.ts';
import { rawTar } from '../image/raw-tar.ts';
import {
  addExploitSignals,
  beginExploitImport,
  publishExploitImport,
} from '../store/exploit-rows.ts';
import { createProject } from './create-project.ts';
import { getOccurrence } from './get-occurrence.ts';
import { listOccurrences } from './list-occurrences.ts';
import { scanImage } from './scan-image.ts';

const caller: Caller = { name: 'root', grants: [{ role: 'admin' }] };
const STATUS = 'Package: a\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n';
const FORECAST = { cve: 'CVE-2024-0001', score: 0.5, percentile: 0.9 };
const EXPLOITED: KnownExploited = {
  cve: 'CVE-2024-0001',
  dateAdded: '2024-01-01',
  ransomware: true,
  title: 't',
};

let fake: FakeDeps;
afterEach(() => fake.close());

async function know(name: 'kev' | 'epss', signal: typeof FORECAST | KnownExploited) {
  const { store } = fake.deps;
  const open = await beginExploitImport(store, { name, id: name });
  await addExploitSignals(store, open, [signal]);
  await publishExploitImport(store, open, { feed: { name, source: name, updated: 1, records: 1 } });
}

/** The only vulnerability, listed and by its name. */
async function shown(): Promise<JsonObject> {
  const list = { caller, project: 'shop', filter: 'kind="VULNERABILITY"', pageSize: 10 };
  const [listed] = (await listOccurrences(fake.deps, list)).occurrences;
  const got = await getOccurrence(fake.deps, { caller, name: listed?.name ?? '' });
  expect(got.detail).toEqual(listed?.detail);
  return got.detail;
}

it('of the layer that holds the package, and of feeds as soon as they are there', async () => {
  const source = memoryImage([
    rawTar([{ name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' }]),
    rawTar([{ name: 'var/lib/dpkg/status', content: STATUS }]),
  ]);
  fake = await openFakeDeps({ openImage: () => source });
  const { store } = fake.deps;
  await createProject(fake.deps, { caller, project: 'shop' }).catch(() => undefined);
  await importDebian(store, [{ ...debianAdvisory('CVE-2024-0001', 'a') }], 1);
  await scanImage(fake.deps, { caller, project: 'shop', image: 'registry.example/app:1' });
  const before = await shown();
  expect(before['risk']).toBeUndefined();
  const [issue] = before['packageIssue'] as readonly JsonObject[];
  expect(issue?.['fileLocation']).toEqual([
    {
      filePath: 'var/lib/dpkg/status',
      layerDetails: {
        index: 1,
        diffId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        chainId: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    },
  ]);
  await know('kev', EXPLOITED);
  await know('epss', FORECAST);
  expect((await shown())['risk']).toEqual({
    cisaKev: { knownRansomwareCampaignUse: 'Known' },
    epss: { percentile: 0.9, score: 0.5 },
  });
});
