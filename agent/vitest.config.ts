import { defineConfig } from 'vitest/config';

/** What has to happen within a short time, or is measured by the clock: beside nothing else, or others' work is measured too. */
const ALONE = [
  'src/agent.test.ts',
  'src/quiet-day.test.ts',
  'src/hash/file-hasher.test.ts',
  'src/sample/process-list.linux.test.ts',
  'src/watch/{dead-mount,executable-finder,hostile-tree,quiet-watching}.test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: ['src/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...ALONE],
          // Many of them wait; on a small machine vitest itself would take one at a time.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, fileParallelism: false, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
