/** Images for people: in 80 columns, without control characters, and unknown is never 0. */
import { expect, it } from 'vitest';
import type { CliContext } from './command.ts';
import { listImages, showStatus } from './images-commands.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const long = `registry.example:5000/a-team-with-a-long-name/product/component/app@${digest}`;
const done = {
  image: long,
  standing: 'COMPLETE',
  tags: ['v1', 'latest'],
  platform: 'linux/amd64',
  scanTime: 1_790_000_000_000_000,
  problems: [],
  summary: { CRITICAL: 1, HIGH: 12, SEVERITY_UNSPECIFIED: 2 },
};
const waiting = { image: 'r.example/b:v1', standing: 'PENDING', tags: [], problems: [] };

function contextOf(answer: unknown): { context: CliContext; printed: () => string } {
  let printed = '';
  const context = {
    env: {},
    now: () => 0,
    stdout: { write: (text: string) => (printed += text), isTerminal: true, columns: 80 },
    stderr: { write: (text: string) => (printed += text), isTerminal: true },
    openOperations: async () => ({ call: async () => answer, close: async () => undefined }),
  } as unknown as CliContext;
  return { context, printed: () => printed };
}

it('a list fits a terminal of 80 columns', async () => {
  const { context, printed } = contextOf({ images: [done, waiting] });
  expect(await listImages(context, [], { limit: '50', project: 'p' })).toBe(0);
  const lines = printed().split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  const row = lines.find((line) => line.includes('PENDING'));
  expect(row?.trim().split(/\s+/).slice(-5)).toEqual(['-', '-', '-', '-', '-']);
  expect(printed()).toMatch(/COMPLETE .* 1 +12 +0 +0 +2/);
});

it('status says what is undecided, and moves no cursor', async () => {
  const hostile = { ...waiting, standing: 'FAILED', problems: ['no\u001b[2Jsuch image'] };
  const { context, printed } = contextOf(hostile);
  expect(await showStatus(context, ['r.example/b:v1'], { project: 'p' })).toBe(3);
  expect(printed()).toContain('state: FAILED (undecided: the scan failed)');
  expect(printed()).not.toContain('\u001b');
});

it.each([
  [done, {}, 0],
  [done, { failOn: 'CRITICAL' }, 2],
  [{ ...done, summary: { HIGH: 3 } }, { failOn: 'CRITICAL' }, 0],
  [{ ...done, summary: { SEVERITY_UNSPECIFIED: 1 } }, { failOn: 'CRITICAL' }, 2],
  [{ ...done, summary: {}, doubtful: true }, { failOn: 'CRITICAL' }, 3],
  [{ ...done, standing: 'INCOMPLETE' }, {}, 3],
  [{ ...done, standing: 'UNSUPPORTED' }, {}, 3],
  [waiting, { failOn: 'CRITICAL' }, 3],
])('status of %o with %o ends with %i', async (image, options, code) => {
  const { context } = contextOf(image);
  expect(await showStatus(context, ['x'], { project: 'p', ...options })).toBe(code);
});
