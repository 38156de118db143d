/** How the tests run. Those of test/full are long or need real programs: only `test:full` has them. */
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { createClosingLine } from './scripts/closing-line.ts';

const full = process.env.ASSAY_TEST_FULL === '1';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: full ? [] : ['test/full/**'],
    globalSetup: ['make-definition', 'postgres-run', 'product-run'].map(
      (name) => `test/support/${name}.ts`,
    ),
    // A file mostly waits for the processes that it started: two at once also on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', createClosingLine()],
  },
});
