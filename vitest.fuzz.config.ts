/** How `npm run fuzz` runs: the same property tests, bounded by time instead of by count. */
import { defineConfig } from 'vitest/config';

const limit = Number(process.env.FUZZ_MILLISECONDS ?? 1000);

export default defineConfig({
  test: {
    include: ['src/**/*.{test,fuzz}.ts', 'test/**/*.{test,fuzz}.ts'],
    globalSetup: ['test/support/make-definition.ts', 'test/support/postgres-run.ts'],
    setupFiles: ['test/support/fuzz-setup.ts'],
    testTimeout: 20 * limit + 60_000,
  },
});
