import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Whole systems start here, each with ports and an engine of its own: one file at a time.
  test: {
    include: ['**/*.test.ts'],
    fileParallelism: false,
    // Of tests that are marked as concurrent: the benchmarks, most of which start a system as well.
    maxConcurrency: 4,
    testTimeout: 300_000,
    hookTimeout: 120_000,
  },
});
