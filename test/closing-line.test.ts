/** The closing line tells the truth: a skip, a file that does not load, a demand for real parts. */
import { describe, expect, it } from 'vitest';
import { formatSummary, summarizeRun } from '../scripts/closing-line.ts';
import type { TestOutcome } from '../scripts/closing-line.ts';

const OUTCOMES: readonly TestOutcome[] = [
  { file: 'a.test.ts', name: 'adds', state: 'passed' },
  { file: 'a.test.ts', name: 'breaks', state: 'failed' },
  { file: 'b.test.ts', name: 'pushes with skopeo (needs skopeo)', state: 'skipped' },
  { file: 'b.test.ts', name: 'hangs', state: 'pending', note: 'no answer' },
];

describe('the closing line', () => {
  it('counts passed, failed and skipped, and names the skipped', () => {
    const summary = summarizeRun(OUTCOMES, { brokenFiles: 0, requireReal: false });
    expect(formatSummary(summary)).toBe(
      '1 passed, 1 failed, 2 skipped\n' +
        '  skipped: b.test.ts > pushes with skopeo (needs skopeo)\n' +
        '  skipped: b.test.ts > hangs (no answer)\n',
    );
  });

  it('counts a file that does not load as failed', () => {
    const summary = summarizeRun([], { brokenFiles: 2, requireReal: false });
    expect(formatSummary(summary)).toBe('0 passed, 2 failed, 0 skipped\n');
  });

  it('counts a skip as failed where real components are required', () => {
    const summary = summarizeRun(OUTCOMES, { brokenFiles: 0, requireReal: true });
    expect(summary).toMatchObject({ passed: 1, failed: 3, skipped: 0 });
    expect(summary.skippedNames).toHaveLength(2);
  });
});
