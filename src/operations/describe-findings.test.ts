import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FakeDeps, NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import type { ExploitForecast, KnownExploited } from '../domain/exploit-signal.ts';
import type { Finding } from '../domain/scan-result.ts';
import {
  addExploitSignals,
  beginExploitImport,
  publishExploitImport,
} from '../store/exploit-rows.ts';
import { withExploitSignals } from './describe-findings.ts';

let fake: FakeDeps;
beforeEach(async () => {
  fake = await openFakeDeps();
});
afterEach(() => fake.close());

const EPSS = (cve: string, score: number): ExploitForecast => ({ cve, score, percentile: score });
const KEV = (cve: string, dateAdded: string): KnownExploited => ({
  cve,
  dateAdded,
  ransomware: false,
  title: '',
});

async function know(name: 'kev' | 'epss', signals: readonly (KnownExploited | ExploitForecast)[]) {
  const { store } = fake.deps;
  const open = await beginExploitImport(store, { name, id: name });
  await addExploitSignals(store, open, signals);
  const feed = { name, source: name, updated: NOW, records: signals.length };
  await publishExploitImport(store, open, { feed });
}

function finding(advisoryId: string, ...aliases: string[]): Finding {
  return { advisoryId, aliases } as unknown as Finding;
}

it('an advisory of several CVEs shows the first in the catalog and the likeliest', async () => {
  await know('kev', [KEV('CVE-2024-1111', '2024-05-01'), KEV('CVE-2024-2222', '2024-02-01')]);
  await know('epss', [EPSS('CVE-2024-1111', 0.1), EPSS('CVE-2024-2222', 0.05)]);
  const [one] = await withExploitSignals(fake.deps.store, [
    finding('ALSA-2024:1', 'CVE-2024-1111', 'CVE-2024-2222'),
  ]);
  expect(one?.kev?.cve).toBe('CVE-2024-2222');
  expect(one?.epss).toMatchObject({ cve: 'CVE-2024-1111', date: '2026-11-20' });
});

it('one that no feed knows stays as it is', async () => {
  await know('kev', [KEV('CVE-2024-1111', '2024-05-01')]);
  const findings = [finding('DEBIAN-CVE-2024-1111'), finding('GHSA-1', 'CVE-2024-3333')];
  const [known, other] = await withExploitSignals(fake.deps.store, findings);
  expect(known?.kev?.cve).toBe('CVE-2024-1111');
  expect(other).toEqual(findings[1]);
});
