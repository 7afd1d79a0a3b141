import { defineConfig } from 'vitest/config';

/**
 * Mostly engines that derive, and files: nothing in them measures how long a thing takes or has to happen within a short time.
 * An engine takes all the processors it finds; two of them still end sooner than one after the other, since each waits for the disk.
 */
const SIDE_BY_SIDE = [
  'src/{admin,audit,clickhouse,correct,erase,process,quarantine,remap,retention,settings,stream,validate}/**/*.test.{ts,tsx}',
  'src/{catalogue,config,dashboard,map,metrics,move,plan,reconcile}/**/*.test.{ts,tsx}',
  'src/control/!(wal-checkpoints).test.ts',
  'src/operate/{audit-command,rebuild}.test.ts',
  'src/receive/{mutated-bodies,mutated-messages}.test.ts',
  'src/recompute/{held-days,interrupted-days}.test.ts',
];
const AT_A_TIME = 2;

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
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
          include: ['src/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', ...SIDE_BY_SIDE],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
