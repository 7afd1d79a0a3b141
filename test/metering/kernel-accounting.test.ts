/** What is metered of short and long programs, beside what the kernel's process accounting says of the very same ones. */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { canRun } from '../faults/needed-programs.ts';
import { FULL } from '../full-run.ts';
import type { AccountedWorkload, WorkloadOrder } from './accounted-workload.ts';

const LENGTHS = FULL ? [0.05, 0.2, 0.5, 1, 2, 4, 6, 8, 12, 20, 30] : [0.05, 0.5, 1.5, 3, 6, 8];
const PROCESSES = FULL ? 300 : 60;
const INTERVALS_MS = FULL ? [1_000, 5_000, 15_000] : [1_000, 5_000];
/** A look comes later than it is meant to, by what it takes and by what else runs. */
const LATE_S = 1;

const possible = canRun('metering beside kernel accounting', 'accton', 'unshare') && mayAccount();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fleetmeter-accounting-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Only root may, and not in every container. In CI it has to. */
function mayAccount(): boolean {
  const { status, stderr } = spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'accton', 'off']);
  if (status !== 0)
    console.warn(`Skipped: metering beside kernel accounting. It is not allowed here: ${stderr}`.trim());
  return status === 0 || process.env.CI === 'true';
}

async function play(): Promise<AccountedWorkload> {
  const order: WorkloadOrder = {
    folder,
    lengths: Array.from({ length: PROCESSES }, (_, index) => LENGTHS[index % LENGTHS.length] ?? 0),
    spreadSeconds: FULL ? 60 : 12,
    intervalsMs: INTERVALS_MS,
  };
  const workload = join(import.meta.dirname, 'accounted-workload.ts');
  const { stdout } = await promisify(execFile)(
    'unshare',
    ['--pid', '--fork', '--mount-proc', process.execPath, workload, JSON.stringify(order)],
    { maxBuffer: 1 << 26 },
  );
  return JSON.parse(stdout) as AccountedWorkload;
}

const idOf = (path: string): string => createHash('sha256').update(path).digest('hex').slice(0, 16);

describe.runIf(possible)('kernel accounting', () => {
  test('what outlives the interval is always seen, and no run is off by more than one interval', async () => {
    const { accounted, metered } = await play();
    expect(Object.keys(accounted)).toHaveLength(PROCESSES);
    const lines: string[] = [];
    for (const { intervalMs, metered: rows } of metered) {
      const interval = intervalMs / 1000;
      const seconds = new Map(rows.usage.map((row) => [row.executableId, row.seconds]));
      const launches = new Map(rows.usage.map((row) => [row.executableId, row.launches.user]));
      for (const length of LENGTHS) {
        const errors: number[] = [];
        let seen = 0;
        for (const [path, truth] of Object.entries(accounted)) {
          if (LENGTHS[Number(path.split('-').at(-1)) % LENGTHS.length] !== length) continue;
          const got = seconds.get(idOf(path));
          if (got !== undefined) seen++;
          errors.push((got ?? 0) - truth);
          const what = `${truth} s, looked at every ${interval} s: ${got}`;
          if (truth > interval + LATE_S) expect(launches.get(idOf(path)), what).toBe(1);
          // A row leaves out less than a second.
          expect((got ?? 0) - truth, what).toBeGreaterThanOrEqual(-interval - LATE_S - 1);
          expect((got ?? 0) - truth, what).toBeLessThanOrEqual(interval / 2 + LATE_S);
        }
        const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
        lines.push(
          `every ${interval} s, ${length} s: ${seen} of ${errors.length} seen, ${mean.toFixed(2)} s on average`,
        );
      }
    }
    console.log(lines.join('\n'));
  }, 300_000);
});
