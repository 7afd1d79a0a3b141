import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Real child processes with real pauses between them: one file at a time keeps the times steady.
  test: { include: ['**/*.test.ts'], fileParallelism: false, testTimeout: 60_000, hookTimeout: 60_000 },
});
