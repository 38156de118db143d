/** How `npm run fuzz` runs: the same property tests, bounded by time instead of by count. */
import { defineConfig } from 'vitest/config';

const limit = Number(process.env.FUZZ_MILLISECONDS ?? 1000);

export default defineConfig({
  test: {
    include: ['src/**/*.{test,fuzz}.ts', 'test/**/*.{test,fuzz}.ts'],
    globalSetup: ['make-definition', 'postgres-run', 'product-run'].map(
      (name) => `test/support/${name}.ts`,
    ),
    setupFiles: ['test/support/fuzz-setup.ts'],
    testTimeout: 20 * limit + 60_000,
  },
});
