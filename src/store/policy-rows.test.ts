/** A big policy is parsed once per revision, and never stays when a new one is set. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AdmissionRule } from '../domain/policy-document.ts';
import { openStore } from './open-store.ts';
import { type NewPolicy, findPolicy, putPolicy } from './policy-rows.ts';

const ID = { project: 'p', kind: 'BinauthzPolicy', name: 'policy' } as const;

function policyOf(description: string): NewPolicy {
  const defaultAdmissionRule: AdmissionRule = {
    evaluationMode: 'ALWAYS_ALLOW',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    requireAttestationsBy: [],
  };
  const rules = { admissionWhitelistPatterns: [], defaultAdmissionRule, clusterAdmissionRules: {} };
  const parsed = { name: 'projects/p/policy', description, ...rules };
  return { ...ID, source: '', parsed, createTime: 1, etag: description };
}

it('gives the same document until a new revision is committed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'assay-policy-'));
  const options = { now: () => 1, newId: () => 'id' };
  const store = await openStore({ folder, mode: 'serve', writer: 'inline', ...options });
  try {
    expect(await findPolicy(store, ID)).toBeUndefined();
    await store.write((tx) => putPolicy(tx, policyOf('one')));
    const first = await findPolicy(store, ID);
    expect(first?.parsed.description).toBe('one');
    expect(await findPolicy(store, ID)).toBe(first);
    const undone = store.write(async (tx) => {
      await putPolicy(tx, policyOf('undone'));
      expect((await findPolicy(tx, ID))?.parsed.description).toBe('undone');
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    expect(await findPolicy(store, ID)).toBe(first);
    await store.write((tx) => putPolicy(tx, policyOf('two')));
    expect((await findPolicy(store, ID))?.parsed.description).toBe('two');
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
