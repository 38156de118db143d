/** Retention removes what is past its time and nothing else. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { DAY } from '../domain/time.ts';
import { createIdSource } from '../make-id.ts';
import { findDecision, verifyDecisionChain } from '../store/decision-log.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { pruneDecisions } from './prune-decisions.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'assay-prune-'));
let open: Store | undefined;

afterEach(async () => {
  await open?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('removes decisions past 90 days, keeps the others, and the chain still verifies', async () => {
  let clock = START;
  const now = (): number => clock * 1000;
  const newId = createIdSource(() => clock);
  const store = await openStore({ folder, mode: 'serve', now, newId, writer: 'inline' });
  open = store;
  const append = async (): Promise<string> => {
    const id = newId();
    const decision = {
      id,
      time: now(),
      project: 'p',
      evaluationId: `sha256:${'a'.repeat(64)}`,
      count: 1,
    };
    const answer = { outcome: 'deny' as const, allowed: false, evaluationJson: () => '{}' };
    await store.appendDecision({ ...decision, ...answer });
    return id;
  };
  const old = await append();
  clock += (91 * DAY) / 1000;
  const young = await append();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  expect(await pruneDecisions({ store, now, log } as unknown as Deps)).toEqual({ decisions: 1 });
  expect(await findDecision(store, old)).toBeUndefined();
  expect(await findDecision(store, young)).toMatchObject({ id: young });
  expect(await verifyDecisionChain(store)).toMatchObject({ intact: true });
});
