/** What all images come to is what each of them comes to, at once after a change. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openFakeDeps } from '../../test/support/fake-deps.ts';
import {
  debianAdvisory,
  debianPackage,
  imageDigest,
  importDebian,
  keepScanned,
} from '../../test/support/scanned-images.ts';
import type { Caller } from '../domain/caller.ts';
import { SEVERITIES, severityRank } from '../domain/severity.ts';
import { createProject } from '../store/project-rows.ts';
import type { Deps } from './deps.ts';
import { askForSweep } from './matching-job.ts';
import { answerFleet, type FleetAnswer, summariseFleet } from './summarise-fleet.ts';
import { summariseVulnerabilities } from './summarise-vulnerabilities.ts';

const caller: Caller = { name: 'cli', grants: [{ role: 'admin' }] };
const project = 'p';
const NAMES = ['a', 'b', 'c'];

const images = fc.array(
  fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('1', '2', 'no version')), {
    selector: ([name, version]) => `${name} ${version}`,
    minLength: 1,
    maxLength: 6,
  }),
  { minLength: 1, maxLength: 5 },
);
const advisories = fc.array(
  fc.tuple(
    fc.constantFrom(...NAMES),
    fc.constantFrom('2', '3'),
    fc.constantFrom(...SEVERITIES.slice(1)),
  ),
  { maxLength: 6 },
);

async function answers(deps: Deps, advisory?: string): Promise<readonly FleetAnswer[]> {
  const found: FleetAnswer[] = [];
  const question = { caller, project, ...(advisory === undefined ? {} : { advisory }) };
  for await (const some of answerFleet(deps, question)) found.push(...some);
  return found.toSorted((one, other) => (one.digest < other.digest ? -1 : 1));
}

/** The same, image by image. */
async function counted(deps: Deps, number: number): Promise<readonly number[]> {
  const filter = `resourceUrl="https://r.test/a@${imageDigest(number)}"`;
  const counts = SEVERITIES.map(() => 0);
  for (const { severity, total } of await summariseVulnerabilities(deps, {
    caller,
    project,
    filter,
  })) {
    if (severity !== undefined) counts[severityRank(severity)] = total;
  }
  return counts;
}

it('all images are as each of them', async () => {
  const runs = { numRuns: process.env['FUZZ_SECONDS'] === undefined ? 10 : 1000 };
  await fc.assert(
    fc.asyncProperty(images, advisories, advisories, async (kept, before, after) => {
      const { deps, close } = await openFakeDeps();
      try {
        await deps.store.write((tx) => createProject(tx, { id: project, createTime: 1 }));
        for (const [number, packages] of kept.entries()) {
          await keepScanned(deps.store, {
            project,
            repository: 'r.test/a',
            digest: imageDigest(number),
            packages: packages.map(([name, version]) => debianPackage(name, version)),
            time: 1,
          });
        }
        for (const [time, given] of [before, after].entries()) {
          const records = given.map(([name, fixed, severity], at) =>
            debianAdvisory(`A-${at}`, name, { fixed, severity }),
          );
          await importDebian(deps.store, records, time + 1);
          // As a publication of ours does in its transaction.
          await deps.store.write((tx) => askForSweep(deps, tx));
          const found = await answers(deps, 'A-0');
          expect(found).toHaveLength(kept.length);
          for (const [number, { counts, status, affected }] of found.entries()) {
            expect(counts).toEqual(await counted(deps, number));
            const [name, fixed] = given[0] ?? [];
            const own = kept[number] ?? [];
            expect(affected).toBe(
              own.some(([of, version]) => of === name && version < (fixed ?? '')),
            );
            const open = own.some(
              ([of, version]) => version === 'no version' && given.some(([about]) => about === of),
            );
            expect(status).toBe(open ? 'INCOMPLETE' : 'COMPLETE');
          }
        }
      } finally {
        await close();
      }
    }),
    runs,
  );
});

it('counts images by status, severity and verdict', async () => {
  const { deps, close } = await openFakeDeps();
  await deps.store.write((tx) => createProject(tx, { id: project, createTime: 1 }));
  for (const [number, name] of ['a', 'b', 'c'].entries()) {
    const packages = [debianPackage(name, '1')];
    const image = { project, repository: 'r.test/a', digest: imageDigest(number), packages };
    await keepScanned(deps.store, { ...image, time: 1 });
  }
  const records = [
    debianAdvisory('A-1', 'a', { severity: 'CRITICAL' }),
    debianAdvisory('A-2', 'b', { severity: 'LOW' }),
  ];
  await importDebian(deps.store, records, 1);
  const summary = await summariseFleet(deps, { caller, project, failOn: 'HIGH', advisory: 'A-2' });
  expect(summary).toMatchObject({
    images: 3,
    affected: 1,
    statuses: { COMPLETE: 3 },
    outcomes: { pass: 2, fail: 1, undecided: 0 },
    highest: { CRITICAL: 1, LOW: 1, HIGH: 0 },
  });
  await close();
});
