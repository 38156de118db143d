/** How the tests run. Those of test/full are long or need real programs: only `test:full` has them. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { createClosingLine } from './scripts/closing-line.ts';

const full = process.env.ASSAY_TEST_FULL === '1';
/**
 * The folders of ranks 0 and 1: what they do depends on their arguments alone, so their tests share
 * a process and load the same files once, in half the time.
 */
const PURE =
  'src/{domain,google,image,kubernetes,lint,policy,rego,report,scanner,signing}/**/*.test.ts';

export default defineConfig({
  test: {
    // A project's files start before those of one whose name is later: long ones first.
    projects: [
      {
        extends: true,
        test: {
          name: 'effects',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [PURE, ...(full ? [] : ['test/full/**'])],
        },
      },
      { extends: true, test: { name: 'pure', include: [PURE], isolate: false } },
    ],
    globalSetup: ['temp-run', 'make-definition', 'postgres-run', 'product-run'].map(
      (name) => `test/support/${name}.ts`,
    ),
    // A file mostly waits for the processes that it started: two at once also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', createClosingLine()],
  },
});
