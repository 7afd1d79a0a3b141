import { defineConfig } from 'vitest/config';

/**
 * Whole systems start here, each with ports and an engine of its own: one file at a time, unless it is named here.
 * These mostly wait for a next round of something, and nothing in them measures how long a thing takes, changes the
 * machine, or has to happen within a short time.
 */
const SIDE_BY_SIDE = [
  'end-to-end/{clickhouse-server,dashboard-page,erased-device,hostile-device}.test.ts',
  'end-to-end/{joining-over-tls,large-baseline,metrics-page,moving-house,mutual-tls}.test.ts',
  'end-to-end/{re-imaged-device,replayed-messages,shortened-key-ids,tls-trust}.test.ts',
  'faults/{crash-at-each-step,cut-before-tables}.test.ts',
  'model/*.test.ts',
];
const AT_A_TIME = 2;

export default defineConfig({
  test: {
    // Of tests that are marked as concurrent: the benchmarks, most of which start a system as well.
    maxConcurrency: 4,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // What is polled for comes when the machine gets round to it; only what never comes is a failure.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'side by side',
          include: SIDE_BY_SIDE,
          maxWorkers: AT_A_TIME,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', ...SIDE_BY_SIDE],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
