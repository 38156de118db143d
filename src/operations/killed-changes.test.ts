/** A process that is killed while it changes advisories leaves each change whole or not at all. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { NOW, openFakeDeps } from '../../test/support/fake-deps.ts';
import { debianPackage, imageDigest, keepScanned } from '../../test/support/scanned-images.ts';
import { MATCHING_LANES } from '../jobs/matching-lanes.ts';
import { runDueJobs } from '../jobs/run-jobs.ts';
import { createIdSource } from '../make-id.ts';
import { findAdvisories } from '../store/advisory-rows.ts';
import { findMatches } from '../store/match-rows.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';

const here = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
/** Records of a change that is too large for one transaction. */
const MANY = 450;

/** Changes all records, then one, and so on; a record says in which change it came. */
const CHANGES = `
  const record = (id, n) => ({ name: id + '.json', bytes: Buffer.from(JSON.stringify({
    id, modified: '2024-01-01T00:00:00Z', summary: String(n),
    affected: [{ package: { ecosystem: 'Debian:12', name: 'a' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '9.' + n }] }] }] })) });
  const silent = () => undefined;
  const log = { info: silent, warn: silent, error: silent };
  const newId = createIdSource(Date.now);
  const deps = { store, now: () => ${NOW}, newId, log, progress: silent };
  const caller = { name: 'cli', grants: [{ role: 'admin' }] };
  for (let n = 1;; n++) {
    const ids = n % 2 === 0 ? ['ONE'] : Array.from({ length: ${MANY} }, (_, at) => 'MANY-' + at);
    async function* records() { for (const id of ids) yield record(id, n); }
    await changeAdvisories(deps, { caller, family: 'Debian', records: records(), removed: [] });
    process.stdout.write(n + '\\n');
  }`;

async function changeUntilKilled(folder: string, lines: number): Promise<number> {
  const start = `import { openStore } from ${here('../store/open-store.ts')};
    import { createIdSource } from ${here('../make-id.ts')};
    import { changeAdvisories } from ${here('./change-advisories.ts')};
    const store = await openStore({ folder: ${JSON.stringify(folder)}, mode: 'serve',
      now: () => ${NOW}, newId: () => '' });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', start + CHANGES], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let last = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    // Now and then in the middle of the next change.
    if (last === lines) setTimeout(() => child.kill('SIGKILL'), Math.random() * 60);
  }
  expect(await ended).toEqual([null, 'SIGKILL']);
  return last;
}

/** In which change the visible records came: those of the large one, and the single one. */
async function comeIn(store: Store): Promise<{ readonly many: number; readonly one: number }> {
  const [found = []] = await findAdvisories(store, [{ ecosystem: 'Debian:12', name: 'a' }]);
  const many = found.filter(({ id }) => id.startsWith('MANY-'));
  expect(many).toHaveLength(MANY);
  const changes = new Set(many.map(({ summary }) => Number(summary)));
  expect(changes.size).toBe(1);
  const one = found.find(({ id }) => id === 'ONE');
  expect(found).toHaveLength(one === undefined ? MANY : MANY + 1);
  return { many: [...changes][0] ?? 0, one: Number(one?.summary ?? 0) };
}

/** The last change of its kind by then: odd ones are large, even ones single. */
const lastOdd = (n: number): number => (n % 2 === 1 ? n : n - 1);
const lastEven = (n: number): number => (n % 2 === 0 ? n : n - 1);

it('an acknowledged change holds, the next is there or not', { timeout: 120_000 }, async () => {
  const { folder, deps: fake, close } = await openFakeDeps();
  const data = `${folder}/killed`;
  const open = () =>
    openStore({ folder: data, mode: 'serve', now: () => NOW, newId: createIdSource(Date.now) });
  const packages = [debianPackage('a', '1')];
  const image = { project: 'p', repository: 'r.test/a', digest: imageDigest(1), packages };
  const begun = await open();
  await keepScanned(begun, { ...image, time: NOW }).finally(() => begun.close());
  // The second time over what the first left.
  for (const lines of [3, 2]) {
    const acknowledged = await changeUntilKilled(data, lines);
    const store = await open();
    const { many, one } = await comeIn(store);
    expect([lastOdd(acknowledged), lastOdd(acknowledged + 1)]).toContain(many);
    expect([lastEven(acknowledged), lastEven(acknowledged + 1)]).toContain(one);
    const deps: Deps = { ...fake, store };
    for (const lane of MATCHING_LANES) await runDueJobs(deps, lane);
    const [kept] = await findMatches(store, [1]);
    expect(kept?.stale).toBe(false);
    const fixed = new Set(
      kept?.matches.map(({ advisoryId, fixedVersion }) =>
        advisoryId === 'ONE' ? `one ${fixedVersion}` : `many ${fixedVersion}`,
      ),
    );
    expect(fixed).toEqual(new Set([`many 9.${many}`, ...(one === 0 ? [] : [`one 9.${one}`])]));
    await store.close();
  }
  await close();
});
