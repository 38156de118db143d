/** Exit codes are what a pipeline gates on: 0 only where everything is known and good. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ScanResult } from '../domain/scan-result.ts';
import type { ScanProblem } from '../domain/software-package.ts';
import { runAdmit } from './admit-command.ts';
import { importAdvisories } from './advisories-commands.ts';
import type { CliContext, Reach } from './command.ts';
import { runScan } from './scan-command.ts';

const DIGEST = `sha256:${'a1'.repeat(32)}`;
const folder = mkdtempSync(join(tmpdir(), 'assay-exit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A terminal that remembers stderr, before operations that answer or throw. */
function contextOf(answer: () => unknown): { context: CliContext; stderr: string[] } {
  const stderr: string[] = [];
  const context = {
    stdout: { write: () => undefined, isTerminal: false, columns: 80 },
    stderr: { write: (text: string) => stderr.push(text), isTerminal: true },
    now: () => 0,
    openOperations: (reach: Reach) => {
      reach.progress?.('half way');
      return Promise.resolve({
        call: async () => answer(),
        close: () => Promise.resolve(),
      });
    },
  };
  return { context: context as unknown as CliContext, stderr };
}

function scanned(...problems: readonly Partial<ScanProblem>[]): readonly ScanResult[] {
  const result = {
    image: { reference: 'a', digest: DIGEST, platform: 'linux/amd64' },
    status: 'COMPLETE',
    problems: problems.map((one) => ({ code: 'a', message: 'b', fatal: false, ...one })),
    advisories: [],
    packages: [],
    findings: [],
    summary: {},
    layersRead: 0,
  };
  return [result as unknown as ScanResult];
}

describe('assay scan', () => {
  const scan = (results: readonly ScanResult[], failOn?: string): Promise<number> =>
    runScan(contextOf(() => results).context, ['a'], {
      output: 'json',
      maxAdvisoryAge: '7',
      ...(failOn === undefined ? {} : { failOn }),
    });

  it.each(['text-not-utf8', 'advisories-old', 'advisories-date-implausible'])(
    'a gate is undecided over %s; without a gate it is a note',
    async (code) => {
      expect(await scan(scanned({ code }), 'CRITICAL')).toBe(3);
      expect(await scan(scanned({ code }))).toBe(0);
    },
  );

  it('a gate passes what has no finding, also with a note that changes nothing', async () => {
    expect(await scan(scanned({ code: 'repositories-differ' }), 'LOW')).toBe(0);
  });
});

describe('the line of progress is cleared when the work fails:', () => {
  it.each([
    ['scan', runScan],
    ['advisories import', importAdvisories],
  ])('assay %s', async (_, run) => {
    const { context, stderr } = contextOf(() => {
      throw new Error('no');
    });
    await expect(run(context, ['a'], { maxAdvisoryAge: '7' })).rejects.toThrow('no');
    expect(stderr.at(-1)).toBe('\r\u001b[K');
  });
});

describe('assay admit', () => {
  const policy = join(folder, 'policy.json');
  const rule = {
    evaluationMode: 'REQUIRE_ATTESTATION',
    enforcementMode: 'ENFORCED_BLOCK_AND_AUDIT_LOG',
    requireAttestationsBy: ['projects/default/attestors/builder'],
  };
  const shop = [{ namePattern: 'registry.example/shop/*' }];
  const document = { defaultAdmissionRule: rule, admissionWhitelistPatterns: shop };
  writeFileSync(policy, JSON.stringify(document));
  const pod = (image: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'web', image }] },
  });
  const allowed = 'registry.example/shop/web:1';
  const denied = 'registry.example/app:1';
  const undecided = `registry.example/app@${DIGEST}`;

  it.each([
    [[allowed], 0],
    [[allowed, undecided], 3],
    [[undecided, denied], 2],
    [[denied, undecided, allowed], 2],
  ])('%j: exit %i', async (images, code) => {
    const file = join(folder, 'list.json');
    const list = { apiVersion: 'v1', kind: 'List', items: images.map(pod) };
    writeFileSync(file, JSON.stringify(list));
    expect(await runAdmit(contextOf(() => undefined).context, [file], { policy })).toBe(code);
  });
});
