/** How the tests run. Those of test/full are long or need real programs: only `test:full` has them. */
import { defineConfig } from 'vitest/config';
import { createClosingLine } from './scripts/closing-line.ts';

const full = process.env.ASSAY_TEST_FULL === '1';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    exclude: full ? [] : ['test/full/**'],
    globalSetup: ['test/support/make-definition.ts', 'test/support/postgres-run.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: ['default', createClosingLine()],
  },
});
